import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { type CommandOptions, type Ended, millrace } from './command.ts';
import { useWorkspace } from './workspace.ts';

const work = useWorkspace();
const ROOT = process.getuid?.() === 0;

function copy(reader: string, writer = `ndjson.write('out.ndjson')`): void {
  work.current.put(
    'copy.ts',
    `import { csv, ndjson, pipeline, text } from 'millrace';
export default pipeline('copy', [${reader}.to(${writer})]);
`,
  );
}

function run(options: CommandOptions = {}): Promise<Ended> {
  return millrace(['run', 'copy.ts'], { cwd: work.current.folder, ...options });
}

/** The run fails with one paragraph, and what was under the final name before is there, alone. */
async function refused(reader: string): Promise<string> {
  copy(reader);
  work.current.put('out.ndjson', 'before\n');
  const before = work.current.list();
  const text = paragraph(await run());
  expect(work.current.read('out.ndjson')).toBe('before\n');
  expect(work.current.list()).toEqual(before);
  return text;
}

function paragraph({ code, stdout, stderr }: Ended): string {
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^error ERR_[A-Z_]+: Cannot [^\n]+\n(?: {2}[^\n]+\n)*$/);
  expect(stderr).not.toContain('node:internal');
  return stderr;
}

describe('input that cannot be read', () => {
  test('a missing file: names what is near', async () => {
    work.current.put('orders.ndjson', '');
    const text = await refused(`ndjson.read('oders.ndjson')`);
    expect(text).toContain('error ERR_NOT_FOUND: ');
    expect(text).toContain('oders.ndjson');
    expect(text).toContain('Did you mean "orders.ndjson"?');
  });

  test('a folder for a file', async () => {
    work.current.makeFolder('orders.ndjson');
    expect(await refused(`ndjson.read('orders.ndjson')`)).toMatch(/error ERR_NOT_A_FILE: .*orders\.ndjson/);
  });

  test('a glob that matches nothing', async () => {
    expect(await refused(`ndjson.read('*.missing')`)).toMatch(/error ERR_NO_MATCH: .*\*\.missing/);
  });

  test('a file that may not be read', async ({ skip }) => {
    chmodSync(work.current.put('secret.ndjson', '{}\n'), 0o000);
    copy(`ndjson.read('secret.ndjson')`);
    chmodSync(work.current.folder, 0o777);
    const uid = ROOT ? 65534 : undefined;
    const readable =
      !ROOT || spawnSync(process.execPath, ['-p', '1'], { uid: 65534, cwd: process.cwd() }).status === 0;
    if (!readable) skip('root reads everything, and nobody else can run node here');
    const text = paragraph(await run(uid === undefined ? {} : { uid }));
    expect(text).toMatch(/error ERR_PERMISSION: .*secret\.ndjson.*permission is denied/);
    expect(work.current.list()).toEqual(['copy.ts', 'secret.ndjson']);
  });

  test('invalid UTF-8: says at which byte', async () => {
    work.current.put('in.txt', Buffer.from([0x61, 0x0a, 0x62, 0xff, 0x0a]));
    const text = await refused(`text.read('in.txt')`);
    expect(text).toMatch(/error ERR_ENCODING: .*in\.txt/);
    expect(text).toContain('byte 3 (0xff)');
  });

  test('a line that is no JSON: says which', async () => {
    work.current.put('in.ndjson', '{"n":1}\n{"n":\n');
    expect(await refused(`ndjson.read('in.ndjson')`)).toMatch(/error ERR_JSON_SYNTAX: .*in\.ndjson line 2/);
  });

  test('a row longer than the limit', async () => {
    work.current.put('in.ndjson', `{"n":1}\n"${'x'.repeat(70_000)}"\n`);
    const text = await refused(`ndjson.read('in.ndjson', { maxRecordBytes: '64 KiB' })`);
    expect(text).toMatch(/error ERR_LIMIT: .*in\.ndjson/);
    expect(text).toContain('line 2');
  });

  test('pain P38: a quote that is never closed, to the end of a large file', async () => {
    work.current.put('in.csv', `id,name\n1,a\n2,"${'b\n'.repeat(16 * 2 ** 20)}`);
    const text = await refused(`csv.read('in.csv')`);
    expect(text).toMatch(/error ERR_(CSV_QUOTES|LIMIT): .*in\.csv/);
    expect(text).toContain('line 3');
  });

  test('pain P42: gzip that was cut short', async () => {
    const whole = gzipSync(Array.from({ length: 50_000 }, (_, n) => `{"n":${n}}\n`).join(''));
    work.current.put('in.ndjson.gz', whole.subarray(0, whole.length - 100));
    expect(await refused(`ndjson.read('in.ndjson.gz')`)).toMatch(/error ERR_TRUNCATED: .*in\.ndjson\.gz/);
  });

  test('what is called .gz and is not', async () => {
    work.current.put('in.ndjson.gz', '{"n":1}\n');
    expect(await refused(`ndjson.read('in.ndjson.gz')`)).toMatch(/error ERR_DECOMPRESS: .*in\.ndjson\.gz/);
  });
});

describe('input that is merely empty', () => {
  test.each([
    ['an empty file', 'ndjson', ''],
    ['an empty text', 'text', ''],
    ['a header and no rows', 'csv', 'id,name\n'],
  ])('%s gives an empty output, and exits 0', async (_name, format, content) => {
    work.current.put('in', content);
    copy(`${format}.read('in')`);
    const { code, stderr } = await run();
    expect({ code, error: stderr.includes('error') }).toEqual({ code: 0, error: false });
    expect(stderr).toContain('balance: 0 read + 0 created = 0 written: closed');
    expect(work.current.read('out.ndjson')).toBe('');
  });
});

describe('output that cannot be written', () => {
  const mounts: string[] = [];
  afterEach(() => {
    for (const folder of mounts.splice(0)) execFileSync('umount', [folder]);
  });

  /** A small file system of its own, or nothing where that takes more rights than there are. */
  function mountTmpfs(options: string): string | undefined {
    const folder = work.current.makeFolder('disk');
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status !== 0) return undefined;
    mounts.push(folder);
    return folder;
  }

  test('a folder that is not there', async () => {
    work.current.put('in.ndjson', '{"n":1}\n');
    copy(`ndjson.read('in.ndjson')`, `ndjson.write('gone/out.ndjson')`);
    const text = paragraph(await run());
    expect(text).toMatch(/error ERR_NOT_FOUND: .*out\.ndjson: the folder .*gone does not exist/);
    expect(text).toContain('mkdir: true');
    expect(work.current.list()).toEqual(['copy.ts', 'in.ndjson']);
  });

  test('a folder that is read-only', async ({ skip }) => {
    work.current.put('in.ndjson', '{"n":1}\n');
    copy(`ndjson.read('in.ndjson')`, `ndjson.write('disk/out.ndjson')`);
    if (!ROOT) chmodSync(work.current.makeFolder('disk'), 0o555);
    else if (mountTmpfs('ro') === undefined) skip('root writes everywhere, and mount is not allowed here');
    expect(paragraph(await run())).toMatch(/error ERR_PERMISSION: .*disk\/out\.ndjson/);
    expect(work.current.list('disk')).toEqual([]);
  });

  test('pain P45: a disk that runs full', async ({ skip }) => {
    if (mountTmpfs('size=256k') === undefined) skip('mount is not allowed here: it takes root');
    work.current.put('in.ndjson', '{"n":1}\n'.repeat(200_000));
    copy(`ndjson.read('in.ndjson')`, `ndjson.write('disk/out.ndjson')`);
    const text = paragraph(await run());
    expect(text).toMatch(/error ERR_SPACE: .*disk\/out\.ndjson.*no space left/);
    expect(text).toContain('Free some space');
    expect(work.current.list('disk')).toEqual([]);
  });
});
