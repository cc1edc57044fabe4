import type { Cancel, Clock } from '../interfaces/clock.ts';
import { turns } from './turns.ts';

/** Time that stands still until a test moves it. */
export interface VirtualClock extends Clock {
  /** Timers that are still to run. */
  readonly pending: number;
  /** When the first of them is due, in milliseconds since the epoch. */
  readonly next: number | undefined;
  /**
   * Moves time on by `ms`, running what becomes due in the order of its time, also what is scheduled on the
   * way. Between timers, promises settle and I/O that is ready goes on.
   */
  advance(ms: number): Promise<void>;
}

interface Timer {
  readonly callback: () => void;
  readonly due: number;
}

/**
 * A clock for tests: `now()` starts at `start` milliseconds since the epoch.
 *
 * @example
 * ```ts
 * import { virtualClock } from 'millrace/testing';
 *
 * const clock = virtualClock();
 * clock.schedule(() => console.log('a minute later'), 60_000);
 * await clock.advance(60_000);
 * ```
 */
export function virtualClock(start = 0): VirtualClock {
  return new ManualClock(start);
}

class ManualClock implements VirtualClock {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(start: number) {
    this.#now = start;
  }

  get pending(): number {
    return this.#timers.size;
  }

  get next(): number | undefined {
    return this.#next(Number.POSITIVE_INFINITY)?.due;
  }

  now(): number {
    return this.#now;
  }

  schedule(callback: () => void, ms: number): Cancel {
    const timer = { callback, due: this.#now + ms };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await turns();
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.callback();
      await turns();
    }
    this.#now = until;
  }

  /** The first timer that is due by `until`; of equal ones, the one scheduled first. */
  #next(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.due <= until && (next === undefined || timer.due < next.due)) next = timer;
    }
    return next;
  }
}
