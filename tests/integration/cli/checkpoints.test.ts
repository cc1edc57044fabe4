import { utimesSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { Command } from './command.ts';
import { useWorkspace } from './workspace.ts';

const workspace = useWorkspace();

/** Numbers in a file, that go to another; `slow` waits a little for each. */
const MODULE = `
  import { mapAsync, ndjson, pipeline } from 'millrace';

  const wait = Number(process.env['WAIT'] ?? 0);
  const slow = mapAsync(async (one) => {
    if (one.n === 50 && wait > 0) process.stdout.write('half way\\n');
    if (one.n >= 50) await new Promise((resolve) => setTimeout(resolve, wait));
    return one;
  }, { concurrency: 1 });
  export default pipeline('numbers', ndjson.read('in.ndjson', { chunkBytes: 64 }).pipe(slow).to(ndjson.write('out.ndjson')));
`;

function prepare(): string[] {
  const lines = Array.from({ length: 100 }, (_, n) => JSON.stringify({ n }));
  workspace.current.put('in.ndjson', lines.map((line) => `${line}\n`).join(''));
  workspace.current.put('numbers.ts', MODULE);
  return lines;
}

const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  new Command(['run', 'numbers.ts', ...args], { cwd: workspace.current.folder, env });

describe('run --checkpoints', () => {
  test('after Ctrl-C leaves a checkpoint, and goes on from there', async () => {
    const lines = prepare();
    const first = run(['--checkpoints', 'state', '--every', '1h'], { WAIT: '20' });
    await first.seen('half way');
    first.child.kill('SIGINT');
    const stopped = await first.ended;
    expect(stopped.code).toBe(130);
    expect(workspace.current.list()).not.toContain('out.ndjson');
    const second = await run(['--checkpoints', 'state']).ended;
    expect(second.code).toBe(0);
    const [resumed, reader] = second.stderr.split('\n');
    expect(resumed).toMatch(
      /^going on from checkpoint 2 of 20\d\d-\S+Z, [\d.]+ m?s ago: \d+% of 890 B, \d+ records read$/,
    );
    expect(reader).toMatch(/^ {2}ndjson: (in\.ndjson, at line \d+|read to its end)$/);
    expect(workspace.current.lines('out.ndjson')).toEqual(lines);
    expect(workspace.current.list()).toEqual(['in.ndjson', 'numbers.ts', 'out.ndjson', 'state']);
  });

  test('in a database of SQLite, also with the rows, goes on from there; other commands look into it', async () => {
    const lines = prepare();
    workspace.current.put(
      'numbers.ts',
      MODULE.replace("'millrace';", "'millrace';\n  import { sqlite } from 'millrace/sqlite';").replace(
        "ndjson.write('out.ndjson')",
        "sqlite.write({ database: 'state.db', table: 'numbers', create: true })",
      ),
    );
    const first = run(['--checkpoints', 'state.db', '--every', '10ms'], { WAIT: '20' });
    await first.seen('half way');
    first.child.kill('SIGKILL');
    await first.ended;
    const second = await run(['--checkpoints', 'sqlite:state.db']).ended;
    expect(second).toMatchObject({ code: 0, stderr: expect.stringContaining('going on from checkpoint') });
    const database = new DatabaseSync(workspace.current.path('state.db'), { readOnly: true });
    const rows = database.prepare('SELECT n FROM numbers ORDER BY n').all();
    database.close();
    expect(rows.map(({ n }) => JSON.stringify({ n }))).toEqual(lines);
    const looked = (...args: readonly string[]) =>
      new Command(['checkpoints', ...args], { cwd: workspace.current.folder }).ended;
    expect(await looked('list', 'state.db')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('finished'),
    });
    expect(await looked('show', 'state.db')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('read to its end'),
    });
    expect((await looked('verify', 'state.db')).code).toBe(0);
    const pruned = await looked('prune', 'state.db', '--keep', '1', '--json');
    expect(JSON.parse(pruned.stdout)).toMatchObject({ store: 'sqlite state.db', kept: [expect.any(Number)] });
    expect((await looked('reset', 'state.db', '--yes')).code).toBe(0);
    const none = await looked('show', 'state.db');
    expect(none).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there are none in sqlite state.db'),
    });
  });

  test('after kill -9 goes on from the last one', async () => {
    const lines = prepare();
    const first = run(['--checkpoints', 'state', '--every', '10ms'], { WAIT: '20' });
    await first.seen('half way');
    first.child.kill('SIGKILL');
    await first.ended;
    const second = await run(['--checkpoints', 'state']).ended;
    expect(second).toMatchObject({ code: 0, stderr: expect.stringContaining('going on from checkpoint') });
    expect(workspace.current.lines('out.ndjson')).toEqual(lines);
  });

  test('that does not stop in time is aborted, and goes on from the last complete one', async () => {
    const lines = prepare();
    const first = run(['--checkpoints', 'state', '--every', '1h', '--stop-timeout', '600ms', '--json'], {
      WAIT: '60000',
    });
    await first.seen('half way');
    first.child.kill('SIGTERM');
    const stopped = await first.ended;
    expect(stopped.code).toBe(3);
    expect(stopped.stderr).toContain(
      'stopping: making a last checkpoint within 600 ms; send SIGTERM again to abort\n',
    );
    expect(JSON.parse(stopped.stdout.replace('half way', ''))).toMatchObject({
      error: {
        code: 'ERR_STOP_TIMEOUT',
        message: expect.stringContaining('checkpoint 2 is not complete'),
        hint: expect.stringContaining('Checkpoint 1 is complete'),
        details: { checkpoint: 1 },
      },
    });
    const second = await run(['--checkpoints', 'state']).ended;
    expect(second).toMatchObject({ code: 0, stderr: expect.stringContaining('going on from checkpoint 1') });
    expect(workspace.current.lines('out.ndjson')).toEqual(lines);
  });

  test('begins anew with --fresh', async () => {
    const lines = prepare();
    await run(['--checkpoints', 'state']).ended;
    workspace.current.put('out.ndjson', '');
    const again = await run(['--checkpoints', 'state']).ended;
    expect(again.code).toBe(0);
    expect(again.stderr).toMatch(
      /^nothing to do: checkpoint 3 of \S+Z, \S+ m?s ago, is of the end; --fresh begins anew\n/,
    );
    expect(workspace.current.lines('out.ndjson')).toEqual([]);
    expect(await run(['--checkpoints', 'state', '--fresh']).ended).toMatchObject({ code: 0 });
    expect(workspace.current.lines('out.ndjson')).toEqual(lines);
  });

  test('begins with the files of a time, and later goes on where it was', async () => {
    const day = (name: string, n: number) => {
      const path = workspace.current.put(name, `{"n":${n}}\n`);
      utimesSync(path, new Date(Date.UTC(2026, 0, n)), new Date(Date.UTC(2026, 0, n)));
    };
    for (const n of [1, 2, 3]) day(`day-${n}.ndjson`, n);
    workspace.current.put('numbers.ts', MODULE.replace('in.ndjson', 'day-*.ndjson'));
    const { code } = await run(['--from', '2026-01-02']).ended;
    expect(code).toBe(0);
    expect(workspace.current.lines('out.ndjson')).toEqual(['{"n":2}', '{"n":3}']);
    for (const time of ['2026-01-03', '2026-01-01']) {
      const { code } = await run(['--checkpoints', 'state', '--from', `ndjson=${time}`]).ended;
      expect(code).toBe(0);
      expect(workspace.current.lines('out.ndjson')).toEqual(['{"n":3}']);
    }
    workspace.current.put('numbers.ts', MODULE.replace('in.ndjson', 'day-1.ndjson'));
    const refused = await run(['--from', '2026-01-02']).ended;
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('nobody knows how old') });
  });

  test.each([
    [['--every', '5s'], 'Add --checkpoints'],
    [['--checkpoints', 'state', '--require', 'twice'], 'exactly-once or at-least-once'],
    [['--checkpoints', 'state', '--every', 'soon'], 'every of the checkpoints'],
  ])('refuses %j', async (args, says) => {
    prepare();
    const { code, stderr } = await run(args).ended;
    expect(code).not.toBe(0);
    expect(stderr).toContain(says);
  });
});
