import type { Clock } from '../interfaces/clock.ts';

/** What a timer of the system can wait for at the most: beyond, it would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Milliseconds that have gone by since a time of this clock; none where it was set back since. */
export function elapsedMs(clock: Clock, since: number): number {
  return Math.max(0, clock.now() - since);
}

/** The system's time. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  schedule(callback: () => void, ms: number) {
    let timer: NodeJS.Timeout;
    const wait = (left: number): void => {
      timer =
        left > LONGEST_MS ? setTimeout(wait, LONGEST_MS, left - LONGEST_MS) : setTimeout(callback, left);
    };
    wait(ms);
    return () => clearTimeout(timer);
  },
});
