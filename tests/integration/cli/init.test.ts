import { symlinkSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { millrace } from './command.ts';
import { NO_TERMINAL, PseudoTerminal } from './pseudo-terminal.ts';
import { useWorkspace } from './workspace.ts';

const work = useWorkspace();
/** A name that has to be written with care. */
const COLUMN = `a "b" 'c'`;

const cli = (...args: string[]) => millrace(args, { cwd: work.current.folder });

/** Runs what was written; returns the records of the output, and of what was put aside. */
async function started(folder: string, file: string) {
  const cwd = work.current.path(folder);
  const { code, stderr } = await millrace(['run', file, '--json'], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const records = (name: string) => work.current.lines(`${folder}/${name}`).map((line) => JSON.parse(line));
  return { out: records('out.ndjson'), rejects: records('rejects.ndjson') };
}

describe('init', () => {
  test.each(['yaml', 'ts'])('writes a project with a sample, in %s, that runs', async (format) => {
    const { code, stderr } = await cli('init', 'shop', '--yes', '--format', format);
    expect(code).toBe(0);
    expect(stderr).toContain(`written: package.json, pipeline.${format}, `);
    const { scripts, name } = JSON.parse(work.current.read('shop/package.json'));
    expect({ name, start: scripts.start }).toEqual({
      name: 'shop',
      start: `millrace run pipeline.${format}`,
    });
    const { out, rejects } = await started('shop', `pipeline.${format}`);
    expect(out.map(({ id, total }) => [id, total])).toEqual([
      [1, 39.8],
      [3, 22.5],
      [5, 1200],
      [8, 21.75],
    ]);
    expect(rejects.map(({ error }) => error.code)).toEqual(['ERR_CSV_TYPE', 'ERR_VALIDATION']);
  });

  test.each(['yaml', 'ts'])('makes the schema of the records of a file, in %s', async (format) => {
    work.current.put('in.csv.gz', gzipSync(`no;${COLUMN};ok\n1;x;true\n2;;false\n`));
    const { code, stdout } = await cli(
      ...['init', 'mine', '--input', 'in.csv.gz', '--name', "Ada's orders", '--format', format, '--json'],
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ name: "Ada's orders" });
    work.current.put('in.csv.gz', gzipSync(`no;${COLUMN};ok\n1;x;true\n2;;false\nx;y;true\n`));
    const { out, rejects } = await started('mine', `pipeline.${format}`);
    expect(out).toEqual([
      { no: 1, [COLUMN]: 'x', ok: true },
      { no: 2, [COLUMN]: '', ok: false },
    ]);
    expect(rejects).toHaveLength(1);
    expect(JSON.parse(work.current.read('mine/package.json')).name).toBe('ada-s-orders');
  });

  test.each(['yaml', 'ts'])('takes JSON and NDJSON, in %s', async (format) => {
    work.current.put('in.json', '[{"a":1},{"a":2}]');
    work.current.put('in.ndjson', '{"a":1}\n{"a":2}\n');
    for (const kind of ['json', 'ndjson']) {
      expect(await cli('init', kind, '--input', `in.${kind}`, '--format', format)).toMatchObject({ code: 0 });
      expect((await started(kind, `pipeline.${format}`)).out).toEqual([{ a: 1 }, { a: 2 }]);
    }
  });

  test('writes all of a project or nothing', async () => {
    work.current.makeFolder('half');
    symlinkSync(work.current.path('nowhere'), work.current.path('half/orders.csv'));
    const { code, stderr } = await cli('init', 'half', '--yes');
    expect(code).toBe(2);
    expect(stderr).toContain('half has orders.csv already');
    expect(work.current.list('half')).toEqual(['orders.csv']);
  });

  test('writes a test of the sample that passes', async () => {
    await cli('init', 'shop', '--yes');
    expect(JSON.parse(work.current.read('shop/package.json')).scripts.test).toBe('millrace test');
    const { code, stdout } = await millrace(['test', '--json'], { cwd: work.current.path('shop') });
    expect(code, stdout).toBe(0);
    expect(stdout).toContain('an order without a price is put aside');
  });

  test('replaces nothing that is there', async () => {
    work.current.makeFolder('full');
    work.current.put('full/package.json', '{}');
    const { code, stderr } = await cli('init', 'full', '--yes');
    expect(code).toBe(2);
    expect(stderr).toContain('full has package.json already');
    expect(work.current.list('full')).toEqual(['package.json']);
  });

  test('asks nobody who is not there, and says what it needs', async () => {
    const { code, stderr } = await cli('init');
    expect(code).toBe(2);
    expect(stderr).toContain('nobody can be asked, as there is no terminal');
    expect(stderr).toContain('Add --yes');
    expect(work.current.list()).toEqual([]);
  });

  test.skipIf(NO_TERMINAL)('asks in a terminal, again where an answer is wrong', async () => {
    const terminal = new PseudoTerminal(['init', 'asked'], { cwd: work.current.folder, columns: 80 });
    await terminal.seen('Name (asked): ');
    terminal.type('Orders\r');
    await terminal.seen('Written in yaml or ts (yaml): ');
    terminal.type('toml\r');
    await terminal.seen('there is no format "toml"');
    terminal.type('ts\r');
    await terminal.seen('File to read, nothing for a sample: ');
    terminal.type('\r');
    const { code } = await terminal.ended;
    expect(code).toBe(0);
    expect(work.current.list('asked')).toContain('pipeline.ts');
    expect(work.current.read('asked/pipeline.ts')).toContain("pipeline('Orders', ");
  });

  test.skipIf(NO_TERMINAL)('writes nothing when who is asked presses Ctrl-C', async () => {
    const terminal = new PseudoTerminal(['init', 'asked'], { cwd: work.current.folder, columns: 80 });
    await terminal.seen('Name (asked): ');
    terminal.type('\u0003');
    const { code, screen } = await terminal.ended;
    expect(code).toBe(130);
    expect(screen).toContain('nothing was written');
    expect(work.current.list()).toEqual([]);
  });
});
