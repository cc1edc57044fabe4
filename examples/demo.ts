// The main job in one line: `npm run demo` makes a messy file of 55 MB and runs examples/basic over it.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { main } from '../src/cli/main.ts';
import { formatSize } from '../src/core/size.ts';
import { generateOrders } from './generate-orders.ts';

const FILE = 'examples/out/orders.csv';
const REJECTS = 'examples/out/rejects.ndjson';
const BYTES = 55_000_000;
const SHOWN = 5;

async function makeFile(): Promise<void> {
  const made = await stat(FILE).catch(() => undefined);
  if (made !== undefined && made.size >= BYTES) {
    console.error(`${FILE} is there: ${formatSize(made.size)}`);
    return;
  }
  console.error(`making ${FILE}, ${formatSize(BYTES)} …`);
  const { rows, bad, paid } = await generateOrders({ path: FILE, bytes: BYTES, seed: 42 });
  console.error(`${rows} rows, ${paid} of them paid and sound, ${bad} bad`);
}

async function showRejects(): Promise<void> {
  console.error(`\nthe first rejects, from ${REJECTS}:`);
  let shown = 0;
  for await (const line of createInterface({ input: createReadStream(REJECTS) })) {
    const { error, origin, raw } = JSON.parse(line);
    console.error(`  line ${origin.line}: ${error.message}\n    ${JSON.stringify(raw)}`);
    shown++;
    if (shown === SHOWN) return;
  }
}

await makeFile();
console.error('\n$ millrace run examples/basic/orders.ts');
process.exitCode = await main([
  'run',
  'examples/basic/orders.ts',
  '--set',
  `in=${FILE}`,
  '--set',
  `rejects=${REJECTS}`,
]);
if (process.exitCode === 0) await showRejects();
