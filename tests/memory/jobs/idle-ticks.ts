import { setImmediate as turn } from 'node:timers/promises';
import { batch, discard, from, pipeline, start, tap } from '../../../src/index.ts';
import { virtualClock } from '../../../src/testing/index.ts';
import { heapInUse, report } from './report.ts';

const TICKS = 100_000;
const SAMPLES = 5;
const trickles = process.argv[2] === 'trickle';

let give: (record: number) => void = () => {};
const clock = virtualClock();
/** Gives a record when the test says so, and nothing else. */
const source: AsyncIterable<number> = {
  [Symbol.asyncIterator]: () => ({
    next: () =>
      new Promise((resolve) => {
        give = (value) => resolve({ done: false, value });
      }),
  }),
};

let batches = 0;
const gathered = from(source).pipe(
  batch(100, { within: '1s' }),
  tap(() => {
    batches++;
  }),
);
const live = start(pipeline('idle', gathered.to(discard())), { clock, stallAfter: '2s' });
let looks = 0;
live.progress$.subscribe(() => looks++);
live.metrics$.subscribe(() => looks++);
const heap: number[] = [];
await turn();
for (let tick = 1; tick <= TICKS; tick++) {
  if (trickles) give(tick);
  await clock.advance(1000);
  if (tick % (TICKS / SAMPLES) === 0) heap.push(heapInUse());
}
const { pending } = clock;
await live.stop();
report({ heap, batches, looks, pending });
