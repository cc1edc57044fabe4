import { buffer, forEach, from, pipeline, run } from '../../../src/index.ts';
import { report } from './report.ts';

const RECORDS = 500_000;

const { promise: all, resolve } = Promise.withResolvers<void>();

function* rows() {
  for (let n = 0; n < RECORDS; n++)
    yield { n, note: `what is said of record ${n} takes some more bytes of text` };
  resolve();
}

let inOrder = 0;
const sink = forEach(async ({ n }: { readonly n: number }) => {
  if (n === 0) await all;
  if (n === inOrder) inOrder++;
});
const waiting = from(rows()).pipe(buffer({ size: 1000, overflow: 'spill' }));
const { held } = await run(pipeline('beyond', waiting.to(sink)), { memory: '8 MiB', stallAfter: false });
report({ inOrder, held, resident: process.resourceUsage().maxRSS * 1024 });
