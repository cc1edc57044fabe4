import type { Clock } from '../interfaces/clock.ts';

/** What a timer of the system can wait for at the most: beyond, it would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

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
