import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { SpillFolder } from '../../src/processing/runtime/spill/spill-folder.ts';

const INDEX = pathToFileURL('src/index.ts').href;
const folder = mkdtempSync(join(tmpdir(), 'millrace-exit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
}

/** A process that has spilled when `act` runs; says on stdout what lay on the disk then. */
async function spilling(act: string): Promise<Ended> {
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
    ({ stdout }) => ({ code: 0, signal: null, stdout }),
    (ended: Ended) => ended,
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

const kill = (signal: string) => `process.kill(process.pid, '${signal}');`;

describe.skipIf(process.platform === 'win32')('a signal', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'])(
    '%s that nobody handles ends the process as ever, without temporary files',
    async (signal) => {
      const { code, signal: ended, stdout } = await spilling(kill(signal));
      expect({ code, ended, stdout: stdout.trim() }).toEqual({ code: null, ended: signal, stdout: '1' });
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  test('that somebody handles is theirs: the folder stays, and the process goes on until they end it', async () => {
    const act = `
  process.once('SIGTERM', () => {
    setImmediate(() => {
      console.log(readdirSync(${JSON.stringify(folder)}).length);
      process.exit(5);
    });
  });
  ${kill('SIGTERM')}`;
    const { code, signal, stdout } = await spilling(act);
    expect({ code, signal, stdout }).toEqual({ code: 5, signal: null, stdout: '1\n1\n' });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('ends the process again when whoever handled it does so no more', async () => {
    const act = `
  const other = () => console.log('never');
  process.on('SIGTERM', other);
  process.off('SIGTERM', other);
  ${kill('SIGTERM')}`;
    const { signal, stdout } = await spilling(act);
    expect({ signal, stdout }).toEqual({ signal: 'SIGTERM', stdout: '1\n' });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is left to those who ask whether somebody else listens, before they end the process', async () => {
    // What the package signal-exit does.
    const act = `
  const own = () => {
    if (process.listenerCount('SIGTERM') !== 1) return;
    process.off('SIGTERM', own);
    process.kill(process.pid, 'SIGTERM');
  };
  process.on('SIGTERM', own);
  ${kill('SIGTERM')}`;
    expect(await spilling(act)).toMatchObject({ signal: 'SIGTERM' });
  });
});

describe.runIf(process.platform === 'linux')('what a killed process has left', () => {
  test('is removed by the next run, and what a living one needs is not', async () => {
    for (const left of readdirSync(folder)) rmSync(join(folder, left), { recursive: true });
    const spill = new SpillFolder(folder);
    await spill.create();
    const [own] = readdirSync(folder);
    expect(await spilling(kill('SIGKILL'))).toMatchObject({ signal: 'SIGKILL', stdout: '2\n' });
    expect(readdirSync(folder)).toHaveLength(2);
    await spilling('process.exitCode = 0; throw new Error("enough");');
    expect(readdirSync(folder)).toEqual([own]);
    await spill.close();
    expect(readdirSync(folder)).toEqual([]);
  });
});
