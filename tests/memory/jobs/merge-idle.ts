import { discard, from, merge, pipeline, run, take, tap } from '../../../src/index.ts';
import { heapInUse, report } from './report.ts';

const RECORDS = 4_000_000;
const EVERY = 500_000;

function* fast(): Generator<number> {
  for (let n = 0; ; n++) yield n;
}

/** Never gives anything, as long as it is asked. */
const idle: AsyncIterable<number> = {
  [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
};

const heap: number[] = [];
let records = 0;
const merged = merge(from(fast()), from(idle)).pipe(
  tap(() => {
    if (++records % EVERY === 0) heap.push(heapInUse());
  }),
  take(RECORDS),
);
await run(pipeline('merge-idle', merged.to(discard())));
report({ records, heap });
