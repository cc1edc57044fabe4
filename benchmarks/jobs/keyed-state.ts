import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { count, discard, from, pipeline, start, sum } from '../../src/index.ts';
import { scaled } from '../scale.ts';

/**
 * Totals of many keys, to which records come without end: the longest time in which none was taken, when all keys
 * are there, with checkpoints or without.
 */
const KEYS = scaled(1_000_000);
const RECORDS = scaled(60_000_000);
const EVERY = 2000;

const checkpointed = process.argv[2] === 'checkpoints';
const store = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
const sales = Array.from({ length: KEYS }, (_, id) => ({
  shop: `shop ${(id * 7919) % KEYS}`,
  amount: id / 100,
}));

let taken = 0;
let last = performance.now();
let longest = 0;

function* endless() {
  for (; taken < RECORDS; taken++) {
    if (taken % 1024 === 0) {
      const now = performance.now();
      // While the table grows it is copied; that is the same with and without checkpoints, but not what is asked.
      if (taken > 2 * KEYS) longest = Math.max(longest, now - last);
      last = now;
    }
    yield sales[taken % KEYS]!;
  }
}

const totals = from(endless(), { position: () => taken, resume: () => endless() })
  .keyBy((sale) => sale.shop)
  .aggregate({ n: count(), total: sum('amount') }, { maxKeys: KEYS });
const live = start(pipeline('totals', totals.to(discard())), {
  ...(checkpointed && { checkpoint: { store, every: EVERY } }),
});
let [checkpoints, bytes, writing] = [0, 0, 0];
live.events$.subscribe((event) => {
  if (event.type !== 'checkpoint') return;
  checkpoints++;
  bytes = Math.max(bytes, event.bytes);
  writing = Math.max(writing, event.durationMs);
});
const began = performance.now();
await live.done;
const wallMs = performance.now() - began;
await rm(store, { recursive: true });
console.log(JSON.stringify({ longest, checkpoints, bytes, writing, wallMs }));
