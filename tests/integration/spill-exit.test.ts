import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const INDEX = pathToFileURL('src/index.ts').href;
const folder = mkdtempSync(join(tmpdir(), 'millrace-exit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A process that has spilled when `act` runs; says on stdout what lay on the disk then. */
async function spilling(act: string): Promise<{ readonly code: number; readonly stdout: string }> {
  const source = `
import { readdirSync } from 'node:fs';
import { discard, from, pipeline, run, sort, tap } from '${INDEX}';
const rows = (function* () { for (let n = 0; ; n++) yield { key: (n * 7919) % 1009, n }; })();
const look = tap(({ n }) => {
  if (n !== 20_000) return;
  console.log(readdirSync(${JSON.stringify(folder)}).length);
  ${act}
});
const options = { memory: '64 KiB', spill: { folder: ${JSON.stringify(folder)} } };
await run(pipeline('spilling', from(rows).pipe(look, sort('key')).to(discard()), options));`;
  const args = ['--input-type=module-typescript', '--eval', source];
  return promisify(execFile)(process.execPath, args).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (ended: { readonly code: number; readonly stdout: string }) => ended,
  );
}

test.each([
  ['process.exit', 'process.exit(3);', 3],
  ['an error in a callback', 'throw new Error("broken");', 1],
  ['an error that nobody catches', 'setImmediate(() => { throw new Error("uncaught"); });', 1],
])('a process that ends by %s leaves no temporary files', async (_name, act, expected) => {
  const { code, stdout } = await spilling(act);
  expect(code).toBe(expected);
  expect(stdout.trim()).toBe('1');
  expect(readdirSync(folder)).toEqual([]);
});
