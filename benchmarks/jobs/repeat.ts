import { median } from '../contest.ts';

const LEAST_PASSES = 3;
const LEAST_MS = 1000;

/**
 * Runs `pass` until it has run often and long enough to be compiled and judged, and gives the median
 * of the later half of the passes, in milliseconds.
 */
export async function repeat(pass: () => void | Promise<void>): Promise<number> {
  const times: number[] = [];
  const began = performance.now();
  while (times.length < LEAST_PASSES || performance.now() - began < LEAST_MS) {
    const start = performance.now();
    await pass();
    times.push(performance.now() - start);
  }
  return median(times.slice(times.length >> 1));
}
