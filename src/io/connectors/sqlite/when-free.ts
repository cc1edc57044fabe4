import type { Clock } from '../../../interfaces/clock.ts';
import { isBusy } from './sqlite-error.ts';

/** How long to wait for a lock of somebody else. */
export interface Patience {
  readonly clock: Clock;
  /** Milliseconds in all. */
  readonly timeout: number;
  /** Aborts when nobody waits any more. */
  readonly signal?: AbortSignal;
}

/** Milliseconds between tries; the last one again and again. */
const WAITS = [1, 2, 5, 10, 25, 50];

/**
 * Does something with a database that others may have locked: again, until they let go of it or time is up. SQLite
 * could wait by itself, but nothing else would happen in the process meanwhile, not even what it waits for.
 */
export async function whenFree<T>(work: () => T, { clock, timeout, signal }: Patience): Promise<T> {
  const until = clock.now() + timeout;
  for (let tries = 0; ; tries++) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || clock.now() >= until || signal?.aborted === true) throw error;
    }
    await elapsed(WAITS[Math.min(tries, WAITS.length - 1)]!, clock, signal);
  }
}

/** Resolves when so many milliseconds are over, or nobody waits any more. */
export function elapsed(ms: number, clock: Clock, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const settle = () => {
      cancel();
      signal?.removeEventListener('abort', settle);
      resolve();
    };
    const cancel = clock.schedule(settle, ms);
    signal?.addEventListener('abort', settle, { once: true });
  });
}
