import { Readable } from 'node:stream';
import { mergeMap, from as rxFrom } from 'rxjs';
import { forEach, from, mapAsync, pipeline, run } from '../../src/index.ts';
import { repeat } from './repeat.ts';

const RECORDS = 300_000;
const CONCURRENCY = 64;
/** mergeMap buffers what an array gives at once; with more, taking from that buffer takes quadratic time. */
const RXJS_LOT = 10_000;

const numbers = Array.from({ length: RECORDS }, (_, index) => index);
const settled = Promise.resolve(1);
const call = (): Promise<number> => settled;
let sum = 0;
const sink = (result: number): void => {
  sum += result;
};

const millrace = (ordered: boolean) => async () => {
  const called = from(numbers).pipe(mapAsync(call, { concurrency: CONCURRENCY, ordered }));
  await run(pipeline('map-async', called.to(forEach(sink))));
};

const rxjs = (records: readonly number[]) =>
  new Promise<void>((resolve, reject) => {
    rxFrom(records)
      .pipe(mergeMap(call, CONCURRENCY))
      .subscribe({ next: sink, error: reject, complete: resolve });
  });

const WAYS: Readonly<Record<string, () => Promise<void>>> = {
  async await() {
    for (let index = 0; index < numbers.length; index++) sink(await call());
  },

  millrace: millrace(true),

  'millrace-unordered': millrace(false),

  async rxjs() {
    for (let from = 0; from < RECORDS; from += RXJS_LOT) await rxjs(numbers.slice(from, from + RXJS_LOT));
  },

  async node() {
    for await (const result of Readable.from(numbers).map(call, { concurrency: CONCURRENCY })) sink(result);
  },
};

const [name = ''] = process.argv.slice(2);
const way = WAYS[name];
if (way === undefined) throw new Error(`no such job: ${name}`);
const ms = await repeat(async () => {
  sum = 0;
  await way();
  if (sum !== RECORDS) throw new Error(`the sink got ${sum} results, not ${RECORDS}`);
});
console.log(JSON.stringify({ usPerRecord: (ms * 1000) / RECORDS }));
