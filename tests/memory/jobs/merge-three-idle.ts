import { Readable } from 'node:stream';
import { NEVER } from 'rxjs';
import { discard, from, merge, pipeline, run, take, tap } from '../../../src/index.ts';
import { heapInUse, report } from './report.ts';

const RECORDS = 10_000_000;
const EVERY = 1_000_000;

function* fast(): Generator<number> {
  for (let n = 0; ; n++) yield n;
}

/** Never gives anything, as long as it is asked. */
const silent: AsyncIterable<number> = {
  [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
};

const heap: number[] = [];
let records = 0;
const merged = merge(
  from(fast()),
  from(silent),
  from<number>(NEVER, { overflow: 'fail' }),
  from<number>(new Readable({ objectMode: true, read() {} })),
).pipe(
  tap(() => {
    if (++records % EVERY === 0) heap.push(heapInUse());
  }),
  take(RECORDS),
);
const { balance } = await run(pipeline('merge-idle', merged.to(discard())));
report({ written: balance.written, heap });
