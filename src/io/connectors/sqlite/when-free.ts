import type { Clock } from '../../../interfaces/clock.ts';
import { isBusy } from './sqlite-error.ts';

/** How long to wait for a lock of somebody else. */
export interface Patience {
  readonly clock: Clock;
  /** Milliseconds in all. */
  readonly timeout: number;
}

/** Milliseconds between tries; the last one again and again. */
const WAITS = [1, 2, 5, 10, 25, 50];

/**
 * Does something with a database that others may have locked: again, until they let go of it or time is up. SQLite
 * could wait by itself, but nothing else would happen in the process meanwhile, not even what it waits for.
 */
export async function whenFree<T>(work: () => T, { clock, timeout }: Patience): Promise<T> {
  const until = clock.now() + timeout;
  for (let tries = 0; ; tries++) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || clock.now() >= until) throw error;
    }
    const wait = WAITS[Math.min(tries, WAITS.length - 1)]!;
    await new Promise<void>((resolve) => {
      clock.schedule(resolve, wait);
    });
  }
}
