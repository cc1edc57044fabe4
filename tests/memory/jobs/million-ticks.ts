import { setImmediate as turn } from 'node:timers/promises';
import { batch, discard, from, mapAsync, pipeline, start } from '../../../src/index.ts';
import { virtualClock } from '../../../src/testing/index.ts';
import { heapInUse, report } from './report.ts';

const TICKS = 1_000_000;
const SAMPLES = 10;

/** Never gives anything, as long as it is asked. */
const silent: AsyncIterable<number> = {
  [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
};

const clock = virtualClock();
const gathered = from(silent).pipe(
  batch(100, { within: '1s' }),
  mapAsync(async (numbers) => numbers.length, { timeout: '1s' }),
);
const live = start(pipeline('idle', gathered.to(discard())), { clock, stallAfter: '20s' });
/** One a second. */
let ticks = 0;
live.metrics$.subscribe(() => ticks++);
const heap: number[] = [];
await turn();
for (let sample = 0; sample < SAMPLES; sample++) {
  await clock.advance((TICKS / SAMPLES) * 1000);
  heap.push(heapInUse());
}
const { pending } = clock;
await live.stop();
report({ ticks, heap, pending });
