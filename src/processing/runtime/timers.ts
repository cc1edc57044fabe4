import type { Cancel, Clock } from '../../interfaces/clock.ts';

/** The timers of one stage, which end with it. */
export class Timers {
  readonly #clock: Clock;
  readonly #pending = new Set<Cancel>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls back after `ms`, unless the stage is over by then. */
  schedule(ms: number, callback: () => void): Cancel {
    const cancelTimer = this.#clock.schedule(() => {
      this.#pending.delete(cancel);
      callback();
    }, ms);
    const cancel = () => {
      this.#pending.delete(cancel);
      cancelTimer();
    };
    this.#pending.add(cancel);
    return cancel;
  }

  cancel(): void {
    for (const cancel of this.#pending) cancel();
  }
}
