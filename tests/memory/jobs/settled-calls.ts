import { discard, from, mapAsync, pipeline, run, tap } from '../../../src/index.ts';
import { heapInUse, report } from './report.ts';

const RECORDS = 1_000_000;
const EVERY = 200_000;

/** Calls back before `then` returns, as promises never do. */
const hasty = (value: number): PromiseLike<number> =>
  ({
    // biome-ignore lint/suspicious/noThenProperty: it is what is tested
    then: (resolve: (value: number) => void) => resolve(value),
  }) as PromiseLike<number>;

const CALLS: Readonly<Record<string, (n: number) => number | PromiseLike<number>>> = {
  'a plain value': (n) => n,
  'a settled promise': (n) => Promise.resolve(n),
  'a thenable that settles at once': hasty,
};

Error.stackTraceLimit = Number.POSITIVE_INFINITY;

function depth(): number {
  return new Error('depth').stack!.split('\n').length;
}

const results = [];
for (const [what, call] of Object.entries(CALLS)) {
  for (const ordered of [true, false]) {
    const heap: number[] = [];
    let records = 0;
    let deepest = 0;
    const look = () => {
      if (records < 1000 || records % 10_000 === 0) deepest = Math.max(deepest, depth());
      if (++records % EVERY === 0) heap.push(heapInUse());
    };
    const numbers = from(Array.from({ length: RECORDS }, (_, n) => n));
    const called = numbers.pipe(
      mapAsync(
        (n: number) => {
          if (n < 1000 || n % 10_000 === 0) deepest = Math.max(deepest, depth());
          return call(n);
        },
        { concurrency: 64, ordered },
      ),
      tap(look),
    );
    const { balance } = await run(pipeline('calls', called.to(discard())));
    results.push({ what, ordered, heap, deepest, written: balance.written });
  }
}
report(results);
