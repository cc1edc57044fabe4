import { forEach, from, pipeline, run, sort } from '../../../src/index.ts';
import { report } from './report.ts';

const RECORDS = 1_000_000;

function* rows() {
  for (let n = 0; n < RECORDS; n++) {
    const key = (n * 7919) % 1_000_003;
    yield {
      key,
      name: `record ${n}`,
      note: `what is said of record ${n} takes ${key} more bytes of text, about`,
    };
  }
}

let before = -1;
let inOrder = 0;
const sink = forEach(({ key }: { readonly key: number }) => {
  if (key > before) inOrder++;
  before = key;
});
const { held } = await run(pipeline('beyond', from(rows()).pipe(sort('key')).to(sink)), { memory: '16 MiB' });
report({ inOrder, held, resident: process.resourceUsage().maxRSS * 1024 });
