import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { bill, isPaid, type Order } from './orders.ts';

/**
 * CSV to NDJSON with checkpoints. `begin` stops when so much of the file has been read; `resume` says how long after the
 * start of the process the first record came, and how many bytes of files had been read by then. Runs what is built, and what V8 has
 * compiled is kept for the next start, as the command does.
 */
enableCompileCache();
const { csv, filter, map, ndjson, pipeline, skip, start } = await import('../../dist/index.js');

const [way, input = '', output = '', store = '', share = '0.9'] = process.argv.slice(2);
const startedAt = performance.timeOrigin;

/** Bytes that the process has read from files, modules included. */
const bytesRead = (): number => Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))![1]);

let firstMs = 0;
let readByThen = 0;
const first = (order: Order): boolean => {
  if (firstMs === 0) {
    firstMs = Date.now() - startedAt;
    readByThen = bytesRead();
  }
  return isPaid(order);
};
const orders = csv.read<Order>(input, { onError: skip() });
const live = start(pipeline('demo', orders.pipe(filter(first), map(bill)).to(ndjson.write(output))), {
  checkpoint: { store, every: '1s' },
});
if (way === 'begin') {
  live.progress$.subscribe(({ bytesRead: done, bytesExpected = Number.POSITIVE_INFINITY }) => {
    if (done >= Number(share) * bytesExpected) void live.stop();
  });
}
const { state, balance } = await live.done;
console.log(
  JSON.stringify({
    firstMs,
    readByThen,
    stopped: state === 'stopped' ? 1 : 0,
    read: balance.read,
    written: balance.written,
  }),
);
