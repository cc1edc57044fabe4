/** Undoes what was scheduled; calling it twice or too late does nothing. */
export type Cancel = () => void;

/** Time as the engine sees it. Tests put a virtual clock in its place. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `callback` once, after at least `ms` milliseconds. */
  schedule(callback: () => void, ms: number): Cancel;
}
