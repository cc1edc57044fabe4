import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { csv, filter, map, ndjson, pipeline, skip, start } from '../../src/index.ts';
import { bill, isPaid, type Order } from './orders.ts';

/** CSV to NDJSON, with a checkpoint each so many milliseconds, or with none. */
const [input = '', output = '', every = ''] = process.argv.slice(2);
const store = await mkdtemp(join(tmpdir(), 'millrace-bench-'));

const before = process.cpuUsage();
const began = performance.now();
const orders = csv.read<Order>(input, { onError: skip() });
const live = start(pipeline('demo', orders.pipe(filter(isPaid), map(bill)).to(ndjson.write(output))), {
  ...(every !== '' && { checkpoint: { store, every: Number(every) } }),
});
let checkpoints = 0;
let longest = 0;
live.events$.subscribe((event) => {
  if (event.type !== 'checkpoint') return;
  checkpoints++;
  longest = Math.max(longest, event.durationMs);
});
await live.done;
const wallMs = performance.now() - began;
const { user, system } = process.cpuUsage(before);
await rm(output);
await rm(store, { recursive: true });
console.log(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, checkpoints, longest }));
