import { distinct, forEach, from, pipeline, run } from '../../../src/index.ts';
import { report } from './report.ts';

const KEYS = 700_000;

/** Each key comes twice, far apart. */
function* rows() {
  for (let n = 0; n < 2 * KEYS; n++) yield { n, session: `session of visitor ${(n * 7919) % KEYS}` };
}

let first = 0;
let later = 0;
const sink = forEach(({ n }: { readonly n: number }) => {
  if (n < KEYS) first++;
  else later++;
});
const once = from(rows()).pipe(distinct({ key: ({ session }) => session, spill: true }));
const { held } = await run(pipeline('beyond', once.to(sink)), { memory: '8 MiB' });
report({ first, later, held, resident: process.resourceUsage().maxRSS * 1024 });
