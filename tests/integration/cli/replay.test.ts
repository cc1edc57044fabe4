import { spawnSync } from 'node:child_process';
import { readdirSync, symlinkSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Command, ENTRY, millrace } from './command.ts';
import { useWorkspace } from './workspace.ts';

const work = useWorkspace();

const PIPELINE = `
version: 1
name: orders
params: { least: { type: number, default: 0 } }
flows:
  orders:
    read: { csv: { path: orders.csv, types: { qty: int }, onError: { deadLetter: { to: rejects } } } }
    pipe:
      - assert: { rules: { "positive": record.qty > params.least }, onError: { deadLetter: { to: rejects } } }
        as: sound
      - assign: { double: record.qty * 2 }
sinks:
  out: { from: orders, write: { ndjson: { path: out.ndjson } } }
  rejects: { write: { ndjson: { path: rejects.ndjson } } }
`;

const cli = (args: readonly string[], stdin?: string) =>
  millrace(args, { cwd: work.current.folder, ...(stdin !== undefined && { stdin }) });

const parsed = (name: string) => work.current.lines(name).map((line) => JSON.parse(line));

/** One order that is sound, two that are not, one that is none. */
async function run(csv = 'id,qty\n1,5\n2,-1\n3,-2\n4,x\n'): Promise<void> {
  work.current.put('orders.yaml', PIPELINE);
  work.current.put('orders.csv', csv);
  expect((await cli(['run', 'orders.yaml', '-q'])).code).toBe(0);
}

describe('replay', () => {
  test('adds what is sound now to the outputs, and puts the rest aside again', async () => {
    await run('id,qty\n1,5\n2,-1\n3,-2\n');
    const mended = work.current.read('rejects.ndjson').replace('"qty":-1', '"qty":10');
    work.current.put('rejects.ndjson', mended);
    const { code, stdout, stderr } = await cli([
      'replay',
      'orders.yaml',
      'rejects.ndjson',
      '--append',
      '--rejects',
      'again.ndjson',
      '--json',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      balance: { read: 2, written: 1, deadLettered: 1, closed: true },
      replay: { letters: 2, replayed: [{ node: 'sound', letters: 2 }], left: [] },
    });
    expect(parsed('out.ndjson')).toEqual([
      { id: '1', qty: 5, double: 10 },
      { id: '2', qty: 10, double: 20 },
    ]);
    expect(parsed('again.ndjson')).toMatchObject([
      {
        record: { id: '3' },
        node: 'sound',
        origin: { file: expect.stringMatching(/orders\.csv$/), line: 4 },
      },
    ]);
    expect(work.current.read('rejects.ndjson')).toBe(mended);
  });

  test('counts and lists letters of readers, and exits 1', async () => {
    await run();
    const { code, stderr } = await cli([
      'replay',
      'orders.yaml',
      'rejects.ndjson',
      '--set',
      'least=-5',
      '--output-suffix',
      '.again',
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('2 dead letters into "sound"');
    expect(stderr).toContain(
      '1 dead letter of "csv" cannot go back, as it could not make a record of what it read: mend the input, and read it again',
    );
    expect(stderr).toContain('\n  rejects.ndjson line 1\n');
    expect(stderr).toContain('balance: 2 read + 0 created = 2 written: closed');
    expect(parsed('out.again.ndjson').map(({ id }) => id)).toEqual(['2', '3']);
    expect(parsed('out.ndjson')).toHaveLength(1);
    expect(work.current.read('rejects.again.ndjson')).toBe('');
  });

  test('replaces no output that nobody said may be replaced', async () => {
    await run();
    const before = work.current.read('out.ndjson');
    const { code, stderr } = await cli([
      'replay',
      'orders.yaml',
      'rejects.ndjson',
      '--rejects',
      'again.ndjson',
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('an output is there already: out.ndjson ("out")');
    expect(stderr).toContain('--append');
    expect(work.current.read('out.ndjson')).toBe(before);
    expect(work.current.list()).toEqual(['orders.csv', 'orders.yaml', 'out.ndjson', 'rejects.ndjson']);
  });

  test('does not write to the file that it reads', async () => {
    await run();
    const { code, stderr } = await cli(['replay', 'orders.yaml', 'rejects.ndjson', '--append']);
    expect(code).toBe(2);
    expect(stderr).toContain('rejects.ndjson is where dead letters are read from');
    expect(stderr).toContain('--rejects again.ndjson');
  });

  test('does not write to the file that it reads, whatever leads there', async () => {
    await run();
    const before = work.current.read('rejects.ndjson');
    symlinkSync(work.current.path('rejects.ndjson'), work.current.path('link.ndjson'));
    for (const way of ['--overwrite', '--append']) {
      const linked = await cli(['replay', 'orders.yaml', 'link.ndjson', way]);
      expect({ code: linked.code, stderr: linked.stderr }).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('rejects.ndjson is where dead letters are read from'),
      });
      const piped = `"$0" "$@" ${way} < rejects.ndjson`;
      const { status } = spawnSync(
        'sh',
        ['-c', piped, process.execPath, ENTRY, 'replay', 'orders.yaml', '-'],
        {
          cwd: work.current.folder,
        },
      );
      expect(status).toBe(2);
    }
    expect(work.current.read('rejects.ndjson')).toBe(before);
  });

  test('tells all that is in the way at once', async () => {
    await run();
    const { code, stderr } = await cli(['replay', 'orders.yaml', 'rejects.ndjson']);
    expect(code).toBe(2);
    expect(stderr).toContain('--rejects again.ndjson');
    expect(stderr).toContain('an output is there already: out.ndjson ("out"): add to them with --append');
  });

  test('leaves nothing of stdin behind when it is interrupted', async () => {
    await run();
    const temporary = work.current.makeFolder('temporary');
    const command = new Command(['replay', 'orders.yaml', '-', '--append'], {
      cwd: work.current.folder,
      env: { TMPDIR: temporary },
      openStdin: true,
    });
    while (!readdirSync(temporary).some((name) => name.startsWith('millrace-letters-'))) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    command.signal('SIGINT');
    expect((await command.ended).code).toBe('SIGINT');
    expect(readdirSync(temporary).filter((name) => name.startsWith('millrace-letters-'))).toEqual([]);
  });

  test('takes letters from stdin, compressed, and by globs', async () => {
    await run('id,qty\n1,5\n2,-1\n3,-2\n');
    const text = work.current.read('rejects.ndjson');
    const to = ['--set', 'least=-5', '--overwrite', '--rejects', 'again.ndjson', '-q'];
    expect(await cli(['replay', 'orders.yaml', '-', ...to], text)).toMatchObject({ code: 0, stderr: '' });
    expect(parsed('out.ndjson')).toHaveLength(2);
    work.current.put('r-1.ndjson.gz', gzipSync(text));
    work.current.put('r-2.ndjson.gz', gzipSync(text));
    expect(await cli(['replay', 'orders.yaml', 'r-*.ndjson.gz', ...to])).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(parsed('out.ndjson')).toHaveLength(4);
  });

  test('says what would go where with --dry-run, and writes nothing', async () => {
    await run();
    const args = ['replay', 'orders.yaml', 'rejects.ndjson'];
    const { code, stderr } = await cli([...args, '--dry-run']);
    expect(code).toBe(1);
    expect(stderr).toContain('2 dead letters into "sound"');
    expect(JSON.parse((await cli([...args, '--dry-run', '--json'])).stdout).replay.left).toMatchObject([
      { node: 'csv', letters: 1 },
    ]);
    expect(work.current.list()).toEqual(['orders.csv', 'orders.yaml', 'out.ndjson', 'rejects.ndjson']);
  });

  test('names the nearest node where there is none of that name', async () => {
    await run();
    work.current.put('orders.yaml', PIPELINE.replace('as: sound', 'as: sounds'));
    const { code, stderr } = await cli(['replay', 'orders.yaml', 'rejects.ndjson', '--append']);
    expect(code).toBe(2);
    expect(stderr).toContain('it has no node "sound"');
    expect(stderr).toContain('Did you mean "sounds"?');
  });

  test('refuses what are no dead letters', async () => {
    await run();
    const { code, stderr } = await cli(['replay', 'orders.yaml', 'out.ndjson', '--append']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/error ERR_LETTER: Cannot replay .*out\.ndjson line 1.*it has no "record"/);
  });

  test('works with modules, and has nothing to do with no letters', async () => {
    work.current.put(
      'orders.ts',
      `import { deadLetter, from, map, ndjson, pipeline } from 'millrace';
       const parsed = map((text: string) => JSON.parse(text), { onError: deadLetter(ndjson.write('rejects.ndjson')) });
       export default pipeline('texts', [from(['1', '{', '2']).pipe(parsed).as('parsed').to(ndjson.write('out.ndjson'))]);`,
    );
    await cli(['run', 'orders.ts', '-q']);
    work.current.put(
      'rejects.ndjson',
      work.current.read('rejects.ndjson').replace('"record":"{"', '"record":"{}"'),
    );
    const rest = ['--append', '--rejects', 'again.ndjson'];
    expect((await cli(['replay', 'orders.ts', 'rejects.ndjson', ...rest])).code).toBe(0);
    expect(parsed('out.ndjson')).toEqual([1, 2, {}]);
    expect(await cli(['replay', 'orders.ts', 'again.ndjson', '--append'])).toMatchObject({
      code: 0,
      stderr: 'there are no dead letters\n',
    });
  });

  test.each([
    [['replay', 'orders.yaml'], 'no dead letters are given'],
    [['replay'], 'no module is given'],
    [
      ['replay', 'orders.yaml', 'x', '--append', '--overwrite'],
      '--append and --overwrite exclude one another',
    ],
    [['replay', 'orders.yaml', 'x', '--output-suffix', 'a/b'], '--output-suffix a/b is no part of a name'],
    [['replay', 'orders.yaml', 'x', '--from', 'csv'], 'dead letters cannot be read from csv'],
  ])('%j is wrong usage', async (args, message) => {
    work.current.put('orders.yaml', PIPELINE);
    const { code, stderr } = await cli(args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test('has help with examples', async () => {
    const { stdout } = await cli(['replay', '--help']);
    expect(stdout).toMatch(/Examples:\n {2}millrace replay orders\.ts rejects\.ndjson --dry-run/);
  });
});
