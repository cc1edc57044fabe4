/**
 * What an operator's `snapshot` gives where it is large, and shares nothing with what changes later: it becomes bytes when
 * there is time, and records need not wait for that.
 */
export class StateCopy {
  readonly state: unknown;

  constructor(state: unknown) {
    this.state = state;
  }
}

/** The state itself, whether or not it is said to be a copy. */
export function stateOf(snapshot: unknown): unknown {
  return snapshot instanceof StateCopy ? snapshot.state : snapshot;
}
