import { distinct, forEach, from, pipeline, run, tap } from '../../../src/index.ts';
import { heapInUse, report } from './report.ts';

const RECORDS = 10_000_000;
const KEYS = 1000;
const EVERY = 1_000_000;

/** Records with a text that is made anew for each, as a parser makes it. */
function* users(): Generator<{ readonly user: string; readonly n: number }> {
  for (let n = 0; n < RECORDS; n++) yield { user: `user ${(n * 7919) % KEYS}`, n };
}

const heap: number[] = [];
let records = 0;
let written = 0;
const once = from(users()).pipe(
  tap(() => {
    if (++records % EVERY === 0) heap.push(heapInUse());
  }),
  distinct({ key: ({ user }) => user }),
);
const count = () => {
  written++;
};
await run(pipeline('distinct-keys', once.to(forEach(count))));
report({ records, written, heap });
