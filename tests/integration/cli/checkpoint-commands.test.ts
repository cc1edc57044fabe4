import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  count,
  defineOperator,
  from,
  map,
  ndjson,
  type Pipeline,
  pipeline,
  start,
  sum,
} from '../../../src/index.ts';
import { directoryStore } from '../../../src/processing/checkpoint/directory-store.ts';
import { Command, type Ended, millrace } from './command.ts';
import { useWorkspace } from './workspace.ts';

const work = useWorkspace();

/** Remembers how many it has seen, and one of each that JSON cannot say. */
const odd = defineOperator<{ readonly n: number }, { readonly n: number }>({
  name: 'odd',
  cardinality: 'one',
  remembers: 'snapshot',
  create: () => {
    let seen = 0;
    return {
      push(one, emit) {
        seen++;
        emit(one);
      },
      snapshot: () => ({
        seen,
        at: new Date(0),
        big: 2n ** 70n,
        none: undefined,
        lost: Number.NaN,
        bytes: Buffer.from('abc'),
        map: new Map([['a', new Set([1])]]),
      }),
      restore(state) {
        seen = (state as { readonly seen: number }).seen;
      },
    };
  },
});

/** Counts numbers by what is left when they are divided by three; says so when half of them have come. */
function thirds(name: string, halfWay: () => void): Pipeline {
  const lines = Array.from({ length: 100 }, (_, n) => `{"n":${n}}\n`).join('');
  const reached = (one: { readonly n: number }) => {
    if (one.n === 50) halfWay();
    return one;
  };
  const totals = ndjson
    .read<{ readonly n: number }>(work.current.put('in.ndjson', lines), { chunkBytes: 64 })
    .pipe(map(reached), odd)
    .keyBy((one) => one.n % 3)
    .aggregate({ n: count(), total: sum('n') });
  return pipeline(name, totals.to(ndjson.write(join(work.current.folder, 'thirds.ndjson'))));
}

const checkpoint = () => ({ store: join(work.current.folder, 'state'), every: '1h' });

/** A run that is over: three checkpoints. */
async function finished(name = 'thirds'): Promise<void> {
  await start(
    thirds(name, () => {}),
    { checkpoint: checkpoint() },
  ).done;
}

/** A run that was stopped half way: two. */
async function stopped(): Promise<void> {
  const live = start(
    thirds('thirds', () => void live.stop()),
    { checkpoint: checkpoint() },
  );
  expect(await live.done).toMatchObject({ state: 'stopped' });
}

function command(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return millrace(args, { cwd: work.current.folder, env });
}

const on = (action: string, ...args: readonly string[]) => command(['checkpoints', action, ...args]);

const fileOf = (id: number, pipeline = 'thirds') =>
  join(work.current.folder, 'state', pipeline, `${String(id).padStart(12, '0')}.checkpoint`);

/** Changes one bit in the middle. */
function damage(id: number): void {
  const bytes = readFileSync(fileOf(id));
  const at = Math.floor(bytes.length / 2);
  bytes[at] = bytes[at]! ^ 1;
  writeFileSync(fileOf(id), bytes);
}

describe('checkpoints list', () => {
  test('has each with its time, its size and how far the run was, and names what is damaged', async () => {
    await stopped();
    damage(1);
    const { code, stdout, stderr } = await on('list', 'state');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [whose, titles, second, first, ...rest] = stdout.split('\n');
    expect(whose).toBe('thirds in directory state');
    expect(titles).toMatch(/^id {2}taken +size {2}run$/);
    expect(second).toMatch(
      /^ 2 {2}20\d\d-\S+Z +[\d.]+ k?B {2}stopped +\d\d% of 890 B, \d\d records read, run 1$/,
    );
    expect(first).toMatch(
      /^ 1 {2}20\d\d-\S+Z +[\d.]+ k?B {2}unusable {2}its table does not match its checksum$/,
    );
    expect(rest).toEqual(['']);
  });

  test('is one document with --json', async () => {
    await finished();
    const { stdout } = await on('list', 'state', '--json');
    expect(JSON.parse(stdout)).toEqual({
      store: 'directory state',
      pipelines: [
        {
          pipeline: 'thirds',
          checkpoints: [3, 2, 1].map((id) => ({
            id,
            taken: expect.stringMatching(/Z$/),
            bytes: readFileSync(fileOf(id)).length,
            complete: id === 1 ? 'running' : 'finished',
            runs: 1,
            read: id === 1 ? { records: 0, bytes: 0 } : { records: 100, bytes: 890, bytesExpected: 890 },
          })),
        },
      ],
    });
  });

  test('has those of all pipelines, or of the one that is named', async () => {
    await finished();
    await finished('other ones');
    const all = await on('list', 'state');
    expect(all.stdout).toMatch(/^other ones in directory state\n[\s\S]*\n\nthirds in directory state\n/);
    const one = await on('list', 'state', '--pipeline', 'thirds');
    expect(one.stdout).not.toContain('other ones');
    const none = await on('list', 'state', '--pipeline', 'third');
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('there are none of the pipeline "third" in directory state');
    expect(none.stderr).toContain('Did you mean "thirds"?');
  });

  test('says that a folder has none, and makes nothing', async () => {
    const { code, stdout, stderr } = await on('list', 'gone');
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '',
      stderr: 'there are no checkpoints in directory gone\n',
    });
    expect(work.current.list()).toEqual([]);
    work.current.put('file', 'x');
    const file = await on('list', 'file');
    expect(file.code).toBe(1);
    expect(file.stderr).toMatch(
      /^error ERR_NOT_A_FILE: Cannot list the pipelines in [^\n]+\n {2}Name a folder/,
    );
  });
});

describe('checkpoints show', () => {
  test('has the run, the readers with their places, and the nodes with counts and states', async () => {
    await stopped();
    const { code, stdout, stderr } = await on('show', 'state');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('checkpoint 2 of thirds in directory state');
    expect(lines[1]).toMatch(/^ {2}taken {4}20\d\d-\S+Z, \S+ m?s ago$/);
    expect(lines[2]).toMatch(/^ {2}run {6}stopped, in its first run, begun 20\d\d-\S+Z, \S+ m?s in all$/);
    expect(lines[4]).toMatch(/^ {2}read {5}\d\d% of 890 B, \d\d records read$/);
    expect(lines[5]).toMatch(/^ {11}ndjson: in\.ndjson, at line \d\d$/);
    const read = /(\d\d) records/.exec(lines[4]!)![1];
    const nodes = lines.slice(7).map((line) => line.trim().split(/ {2,}/));
    expect(nodes).toEqual([
      ['node', 'kind', 'in', 'out', 'state'],
      ['ndjson', 'reader', read, read, expect.stringMatching(/ B$/)],
      ['map', 'operator', read, read, '-'],
      ['odd', 'operator', read, read, expect.stringMatching(/ B$/)],
      ['aggregate', 'operator', read, '0', expect.stringMatching(/ B$/)],
      ['ndjson-2', 'sink', '0', '0', expect.stringMatching(/ B$/)],
      [''],
    ]);
    expect((await on('show', 'state', '1')).stdout).toContain('ndjson: at its beginning\n');
  });

  test('of a run that is over has its balance, and what its nodes remembered in the end', async () => {
    await finished();
    const { stdout } = await on('show', 'state');
    expect(stdout).toContain('ndjson: read to its end\n');
    expect(stdout).toMatch(/\nbalance: 100 read \+ 3 created = 3 written \+ 100 aggregated: closed\n$/);
    const state = await on('show', 'state', '--state', 'aggregate');
    expect(JSON.parse(state.stdout)).toMatchObject({ keys: [0, 1, 2] });
    for (const total of [1683, 1617, 1650]) expect(state.stdout).toMatch(new RegExp(`\\b${total}\\b`));
  });

  test('has a state as JSON, also what JSON cannot say', async () => {
    await stopped();
    const { stdout } = await on('show', 'state', '--state', 'odd');
    expect(stdout.split('\n')[2]).toBe('  "at": {"$date":"1970-01-01T00:00:00.000Z"},');
    const state = {
      seen: expect.any(Number),
      at: { $date: '1970-01-01T00:00:00.000Z' },
      big: { $bigint: '1180591620717411303424' },
      none: { $undefined: true },
      lost: { $number: 'NaN' },
      bytes: { $bytes: 'YWJj' },
      map: { $map: [['a', { $set: [1] }]] },
    };
    expect(JSON.parse(stdout)).toEqual(state);
    const limited = await on('show', 'state', '2', '--state', 'odd', '--limit', '1');
    expect(JSON.parse(limited.stdout)).toEqual({ seen: state.seen, $more: 6 });
    const json = await on('show', 'state', '--state', 'odd', '--json');
    expect(json.stdout.split('\n')).toHaveLength(2);
    expect(JSON.parse(json.stdout)).toEqual({ checkpoint: 2, node: 'odd', bytes: expect.any(Number), state });
  });

  test('is all but the states with --json', async () => {
    await stopped();
    const { stdout } = await on('show', 'state', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      store: 'directory state',
      pipeline: 'thirds',
      checkpoint: 2,
      complete: 'stopped',
      bytes: readFileSync(fileOf(2)).length,
      format: 1,
      runs: 1,
      read: { bytesExpected: 890 },
      readers: [
        {
          node: 'ndjson',
          at: 'position',
          position: { done: 0, files: [expect.stringMatching(/in\.ndjson$/)] },
        },
      ],
      nodes: [
        {
          name: 'ndjson',
          kind: 'reader',
          over: false,
          counts: { bytesExpected: 890 },
          stateBytes: expect.any(Number),
        },
        { name: 'map' },
        { name: 'odd' },
        { name: 'aggregate' },
        { name: 'ndjson-2', kind: 'sink' },
      ],
    });
  });

  test('passes over what is damaged, and says so; asked for by number, that is an error', async () => {
    await finished();
    damage(3);
    const newest = await on('show', 'state');
    expect(newest.code).toBe(0);
    expect(newest.stdout).toMatch(/^checkpoint 2 of thirds/);
    expect(newest.stderr).toMatch(/^warning: checkpoint 3 is passed over: [^\n]+\n$/);
    const third = await on('show', 'state', '3');
    expect({ code: third.code, stdout: third.stdout }).toEqual({ code: 1, stdout: '' });
    expect(third.stderr).toMatch(
      /^error ERR_CHECKPOINT: Cannot read checkpoint 3 in directory state: it is damaged/,
    );
  });

  test.each([
    [['--state', 'agregate'], 1, 'there is no such node\n  Did you mean "aggregate"?'],
    [['--state', 'map'], 1, 'it has none\n  These have: odd, aggregate.'],
    [
      ['77'],
      1,
      'Cannot show checkpoint 77 of "thirds" in directory state: it is not there\n  There are: 3, 2, 1.',
    ],
    [['seven'], 2, '"seven" is no number of a checkpoint'],
    [['--limit', 'few'], 2, '--limit few is no count'],
    [['3', '4'], 2, '"4" is one argument too many'],
  ])('refuses %j', async (args, code, says) => {
    await finished();
    const ended = await on('show', 'state', ...args);
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: '' });
    expect(ended.stderr).toContain(says);
    expect(ended.stderr).not.toContain('    at ');
  });

  test('asks which, where the folder has those of several pipelines', async () => {
    await finished();
    await finished("it's other");
    const { code, stderr } = await on('show', 'state');
    expect(code).toBe(2);
    expect(stderr).toContain('directory state has those of 2 pipelines\n');
    expect(stderr).toContain(`Say which: --pipeline 'it'\\''s other', --pipeline thirds`);
    expect((await on('show', 'state', '--pipeline', "it's other")).code).toBe(0);
  });

  test('ends quietly when nobody reads on, however large the state is', async () => {
    const large = defineOperator<number, number>({
      name: 'large',
      remembers: 'snapshot',
      create: () => ({
        push: (one, emit) => emit(one),
        restore() {},
        snapshot: () => Array.from({ length: 1_000_000 }, (_, n) => ({ n })),
      }),
    });
    const out = ndjson.write(join(work.current.folder, 'large.ndjson'));
    await start(pipeline('large', from([1]).pipe(large).to(out)), { checkpoint: checkpoint() }).done;
    const show = new Command(['checkpoints', 'show', 'state', '--state', 'large', '--limit', 'all'], {
      cwd: work.current.folder,
    });
    await show.seen('{"n":1}');
    show.child.stdout!.destroy();
    const { code, stderr } = await show.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('checkpoints verify', () => {
  test('reads each to the last byte, and says that all are whole', async () => {
    await stopped();
    const { code, stdout, stderr } = await on('verify', 'state');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^thirds 2: [\d.]+ k?B, whole, 4 states\nthirds 1: [\d.]+ k?B, whole, 1 state\n$/);
    expect(stderr).toBe('2 checkpoints in directory state: all whole\n');
    const coloured = await command(['checkpoints', 'verify', 'state'], {
      NO_COLOR: undefined,
      FORCE_COLOR: '1',
    });
    expect(coloured.stderr).toContain('\u001B[32m2 checkpoints');
    expect(coloured.stdout).toBe(stdout);
  });

  test('exits 1 for one bit that is not as it was, and says in which', async () => {
    await stopped();
    damage(2);
    const { code, stdout, stderr } = await on('verify', 'state');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^thirds 2: [\d.]+ k?B, cannot be used: [^\n]+\nthirds 1: [\d.]+ k?B, whole, 1 state\n$/,
    );
    expect(stderr).toBe('2 checkpoints in directory state: 1 cannot be used\n');
    const json = await on('verify', 'state', '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      whole: false,
      checkpoints: [
        { pipeline: 'thirds', id: 2, problem: expect.any(String) },
        { pipeline: 'thirds', id: 1, states: 1 },
      ],
    });
  });

  test('finds a checkpoint of another pipeline, and one under a wrong number', async () => {
    await finished();
    await finished('other');
    writeFileSync(fileOf(2), readFileSync(fileOf(2, 'other')));
    writeFileSync(fileOf(1), readFileSync(fileOf(3)));
    const { code, stdout } = await on('verify', 'state', '--pipeline', 'thirds');
    expect(code).toBe(1);
    expect(stdout).toContain('cannot be used: it is of the pipeline "other"\n');
    expect(stdout).toContain('cannot be used: it is checkpoint 3\n');
  });

  test('of nothing is a failure', async () => {
    const { code, stderr } = await on('verify', 'gone');
    expect(code).toBe(1);
    expect(stderr).toContain(
      'error ERR_NOT_FOUND: Cannot verify checkpoints: there are none in directory gone\n',
    );
  });
});

describe('checkpoints prune', () => {
  test('leaves so many, and the run goes on from the newest', async () => {
    work.current.put('in.ndjson', '{"n":1}\n'.repeat(5000));
    work.current.put(
      'copy.ts',
      `import { ndjson, pipeline, tap } from 'millrace';
       let count = 0;
       const stop = tap(() => {
         if (++count === 100 && process.env['STOP'] === '1') process.kill(process.pid, 'SIGTERM');
       });
       export default pipeline('copy', ndjson.read('in.ndjson', { chunkBytes: 64 }).pipe(stop).to(ndjson.write('out.ndjson')));`,
    );
    const args = ['run', 'copy.ts', '--checkpoints', 'state', '--every', '1h'];
    expect((await command(args, { STOP: '1' })).code).toBe(143);
    const { code, stdout } = await on('prune', 'state', '--keep', '1');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'removed checkpoint 1 of copy in directory state; left: checkpoint 2\n',
    });
    const run = await command(args);
    expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('going on from checkpoint 2') });
    expect(work.current.lines('out.ndjson')).toHaveLength(5000);
  });

  test.each([
    [[], 'it is not said how many stay'],
    [['--keep', '0'], '--keep 0 is no number from 1'],
  ])('with %j is wrong usage', async (args, says) => {
    const { code, stderr } = await on('prune', 'state', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(`error ERR_USAGE: Cannot prune checkpoints: ${says}`);
  });
});

describe('checkpoints reset', () => {
  test('asks for --yes, and removes all that there are of a pipeline', async () => {
    await finished();
    await finished('other');
    const asked = await on('reset', 'state', '--pipeline', 'thirds');
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain(
      '3 checkpoints of "thirds" in directory state would go for good\n  Add --yes',
    );
    expect((await on('list', 'state')).stdout).toContain('thirds in');
    const reset = await on('reset', 'state', '--pipeline', 'thirds', '--yes', '--json');
    expect(JSON.parse(reset.stdout)).toEqual({
      store: 'directory state',
      pipeline: 'thirds',
      removed: [3, 2, 1],
      kept: [],
    });
    const { stdout } = await on('list', 'state');
    expect(stdout).toMatch(/^other in directory state\n/);
    expect(stdout).not.toContain('thirds');
  });
});

test.each([
  ['prune', '--keep', '1'],
  ['reset', '--yes'],
])(
  'checkpoints %s is refused while a run has the lock, and looking at them is not',
  async (action, ...args) => {
    await finished();
    const session = await directoryStore(join(work.current.folder, 'state')).open({ pipeline: 'thirds' });
    try {
      for (const flags of [[], ['--take-over']]) {
        const { code, stderr } = await on(action, 'state', ...args, ...flags);
        expect(code).toBe(1);
        expect(stderr).toMatch(
          new RegExp(`^error ERR_LOCKED: .*process ${process.pid} on .* has had them open`),
        );
      }
      expect((await on('verify', 'state')).code).toBe(0);
      expect((await session.list()).map(({ id }) => id)).toEqual([3, 2, 1]);
    } finally {
      await session.close();
    }
  },
);

test('checkpoints by itself shows its commands, and each its help with examples', async () => {
  const { code, stdout, stderr } = await command(['checkpoints']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  for (const action of ['list', 'show', 'verify', 'prune', 'reset']) {
    expect(stderr).toContain(`\n  checkpoints ${action} <store>`);
  }
  expect((await command(['checkpoints', '--help'])).stdout).toBe(`${stderr}`);
  const [help, flag] = [await command(['help', 'checkpoints', 'show']), await on('show', '--help')];
  expect(help.stdout).toBe(flag.stdout);
  expect(help.stdout).toContain('Usage: millrace checkpoints show <store> [id] [options]\n');
  expect(help.stdout).toMatch(/\nExamples:\n {2}millrace checkpoints show \.\/state {2}/);
});
