import { describe, expect, test } from 'vitest';
import { from } from '../../../../../src/from.ts';
import type { SqliteState } from '../../../../../src/io/connectors/sqlite/sqlite-sink.ts';
import { sqliteStore } from '../../../../../src/io/connectors/sqlite/sqlite-store.ts';
import type { SqliteWriteOptions } from '../../../../../src/io/connectors/sqlite/sqlite-write-options.ts';
import { sqliteWriter } from '../../../../../src/io/connectors/sqlite/sqlite-writer.ts';
import { pipeline } from '../../../../../src/processing/graph/pipeline.ts';
import { start } from '../../../../../src/start.ts';
import { MemoryFiles } from '../../../../../src/testing/memory-files.ts';
import { memoryStore } from '../../../../../src/testing/memory-store.ts';
import { virtualClock } from '../../../../../src/testing/virtual-clock.ts';
import { checkpointedContext, databases, execute, failure, open, rowsOf, write } from './databases.ts';

const folder = databases();
const writer = (database: string, options: Partial<SqliteWriteOptions> = {}) =>
  sqliteWriter<object>({ database, table: 't', ...options });
const outputs = (path: string) =>
  rowsOf(path, 'SELECT output, sequence, finished, target FROM millrace_outputs');

/** Writes some rows, and stops behind a checkpoint that is complete: with or without its commit. */
async function stopped(path: string, files: MemoryFiles, committed: boolean): Promise<SqliteState> {
  const sink = await open(writer(path), checkpointedContext({ files }));
  await write(sink, { n: 1 });
  await sink.prepare(1);
  await sink.commit(1);
  await write(sink, { n: 2 }, { n: 3 });
  const state = (await sink.prepare(2)) as SqliteState;
  if (committed) await sink.commit(2);
  await sink.suspend();
  return state;
}

const again = (path: string, files: MemoryFiles, from: unknown, options: Partial<SqliteWriteOptions> = {}) =>
  open(writer(path, options), checkpointedContext({ files, from }));

describe('what a database says of an output', () => {
  test('is how many commits it has, under the name that the checkpoint has, and what it is for people', async () => {
    const path = folder.made('CREATE TABLE t (n)');
    const files = new MemoryFiles();
    const { output, sequence, since } = await stopped(path, files, true);
    expect([sequence, since]).toEqual([2, 1]);
    expect(outputs(path)).toEqual([{ output, sequence: 2, finished: 0, target: `sqlite ${path} t` }]);
    const sink = await again(path, files, {
      output,
      sequence,
      since,
      log: [],
      table: 't',
      columns: ['n'],
      made: null,
    });
    await sink.close();
    expect(outputs(path)).toMatchObject([{ finished: 1 }]);
  });

  test('goes when the output is given up, and after a month when it is finished', async () => {
    const path = folder.made('CREATE TABLE t (n)');
    const clock = virtualClock();
    for (const days of [0, 10, 35]) {
      const sink = await open(writer(path), checkpointedContext({ clock }));
      await write(sink, { n: days });
      await sink.prepare(1);
      await sink.commit(1);
      if (days === 10) await sink.abort(new Error('it is given up'));
      else await sink.close();
      expect(outputs(path)).toHaveLength(1);
      await clock.advance(20 * 24 * 3_600_000);
    }
  });

  test('is nothing where nothing was written', async () => {
    const path = folder.made('CREATE TABLE t (n)');
    const files = new MemoryFiles();
    const sink = await open(writer(path), checkpointedContext({ files }));
    const state = await sink.prepare(1);
    await sink.commit(1);
    await sink.close();
    await (await again(path, files, state)).close();
    expect(rowsOf(path, 'SELECT name FROM sqlite_schema')).toEqual([{ name: 't' }]);
    expect(files.live).toEqual([]);
  });
});

describe('the log of an output', () => {
  test('is beside the checkpoints until its rows are committed', async () => {
    const path = folder.made('CREATE TABLE t (n)');
    const files = new MemoryFiles();
    const sink = await open(writer(path), checkpointedContext({ files }));
    await write(sink, { n: 1 });
    const { log } = (await sink.prepare(1)) as SqliteState;
    expect(files.live).toEqual([log![0]!.file]);
    await sink.commit(1);
    expect(files.live).toEqual([]);
    await sink.suspend();
  });

  test('is not made where checkpoints are in the same database', async () => {
    const path = folder.made('CREATE TABLE t (n)');
    const run = {};
    const session = await sqliteStore(path).open({ pipeline: 'p', run });
    const files = new MemoryFiles();
    const sink = await open(writer(path), checkpointedContext({ files, run }));
    await write(sink, { n: 1 });
    expect(await sink.prepare(1)).not.toHaveProperty('log');
    expect(rowsOf(path, 'SELECT n FROM t')).toEqual([]);
    await session.write(1, [Buffer.from('a checkpoint')]);
    expect(rowsOf(path, 'SELECT n FROM t')).toEqual([{ n: 1 }]);
    await sink.commit(1);
    await sink.close();
    await session.close();
  });

  test('makes the table once more, when its making was lost with the rows', async () => {
    const path = folder.path();
    const files = new MemoryFiles();
    const options = { create: true };
    const sink = await open(writer(path, options), checkpointedContext({ files }));
    await write(sink, { n: 1.5, s: 'x' });
    const state = await sink.prepare(1);
    await sink.suspend();
    const next = await again(path, files, state, options);
    await next.close();
    expect(rowsOf(path, 'SELECT n, s FROM t')).toEqual([{ n: 1.5, s: 'x' }]);
  });
});

describe('an output is not gone on with', () => {
  test.each<[string, boolean, (path: string) => void, RegExp]>([
    [
      'when the database is ahead of the checkpoint',
      true,
      (path) => execute(path, 'UPDATE millrace_outputs SET sequence = 3'),
      /it has rows that came behind the checkpoint/,
    ],
    [
      'when the database is older',
      true,
      (path) => execute(path, 'UPDATE millrace_outputs SET sequence = 0'),
      /rows that were in it are gone/,
    ],
    [
      'when it is another database',
      false,
      (path) => execute(path, 'DROP TABLE millrace_outputs'),
      /commit 0 of it, the checkpoint commit 2/,
    ],
  ])('%s', async (_, committed, change, message) => {
    const path = folder.made('CREATE TABLE t (n)');
    const files = new MemoryFiles();
    const state = await stopped(path, files, committed);
    const before = rowsOf(path, 'SELECT n FROM t');
    change(path);
    expect(await failure(again(path, files, state))).toMatchObject({
      code: 'ERR_CHANGED',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/\S/),
      details: { output: state.output, sequence: 2 },
    });
    expect(rowsOf(path, 'SELECT n FROM t')).toEqual(before);
  });

  test('when it is to write to another table, or the state is none', async () => {
    const path = folder.made('CREATE TABLE t (n)', 'CREATE TABLE u (n)');
    const files = new MemoryFiles();
    const state = await stopped(path, files, true);
    expect(await failure(again(path, files, state, { table: 'u' }))).toMatchObject({
      code: 'ERR_CHANGED',
      message: expect.stringContaining('the table "t", and is to write to "u" now'),
    });
    expect(await failure(again(path, files, { bytes: 5 }))).toMatchObject({ code: 'ERR_CHANGED' });
  });

  test('when rows from its log would get into other columns', async () => {
    const path = folder.made('CREATE TABLE t (n, m)');
    const files = new MemoryFiles();
    const state = await stopped(path, files, false);
    expect(await failure(again(path, files, state, { columns: ['m', 'n'] }))).toMatchObject({
      code: 'ERR_CHANGED',
      message: expect.stringContaining('the columns ["n"], and its columns are ["m","n"] now'),
    });
    await (await again(path, files, state, { columns: ['n'] })).suspend();
    expect(rowsOf(path, 'SELECT n FROM t')).toHaveLength(3);
    // They are in by now: others may follow.
    await (await again(path, files, state, { columns: ['m', 'n'] })).close();
  });

  test('when its log is gone: then nothing is written', async () => {
    const path = folder.made('CREATE TABLE t (n)');
    const state = await stopped(path, new MemoryFiles(), false);
    expect(await failure(again(path, new MemoryFiles(), state))).toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(rowsOf(path, 'SELECT n FROM t')).toEqual([{ n: 1 }]);
  });

  test('by two runs at once: the later commit is refused', async () => {
    const path = folder.made('CREATE TABLE t (n)');
    const files = new MemoryFiles();
    const state = await stopped(path, files, true);
    const first = await again(path, files, state);
    const second = await again(path, files, state);
    await write(second, { n: 4 });
    await second.prepare(3);
    await second.commit(3);
    await second.suspend();
    await write(first, { n: 4 });
    expect(await failure(first.prepare(3))).toMatchObject({
      code: 'ERR_CHANGED',
      message: expect.stringContaining('another run'),
    });
    await first.suspend();
    expect(rowsOf(path, 'SELECT n FROM t')).toHaveLength(4);
  });
});

describe('two sinks in one transaction', () => {
  test('are committed together, by whoever comes first', async () => {
    const path = folder.made('CREATE TABLE t (n)', 'CREATE TABLE u (n)');
    const context = { run: {} };
    const t = await open(writer(path), checkpointedContext(context));
    const u = await open(writer(path, { table: 'u' }), checkpointedContext(context));
    await write(t, { n: 1 });
    await write(u, { n: 2 });
    await t.prepare(1);
    // Not before all that is in it is prepared.
    expect(await failure(t.commit(1))).toMatchObject({ code: 'ERR_INTERNAL' });
    await u.prepare(1);
    await t.commit(1);
    expect(rowsOf(path, 'SELECT n FROM t UNION ALL SELECT n FROM u')).toEqual([{ n: 1 }, { n: 2 }]);
    await write(t, { n: 3 });
    await u.commit(1);
    expect(rowsOf(path, 'SELECT n FROM t')).toEqual([{ n: 1 }]);
    await t.suspend();
    await u.suspend();
    expect(outputs(path).map(({ sequence }) => sequence)).toEqual([1, 1]);
  });

  test('are rolled back together, and neither commits what the other has lost', async () => {
    const path = folder.made('CREATE TABLE t (n)', 'CREATE TABLE u (n)');
    const context = { run: {} };
    const t = await open(writer(path), checkpointedContext(context));
    const u = await open(writer(path, { table: 'u' }), checkpointedContext(context));
    await write(t, { n: 1 });
    await write(u, { n: 2 });
    await t.prepare(1);
    await u.prepare(1);
    await t.suspend();
    expect(await failure(u.commit(1))).toMatchObject({ code: 'ERR_DATABASE', retryable: false });
    expect(await failure(write(u, { n: 3 }))).toMatchObject({ code: 'ERR_DATABASE' });
    await u.suspend();
    expect(rowsOf(path, 'SELECT n FROM t UNION ALL SELECT n FROM u')).toEqual([]);
  });
});

describe('a run with checkpoints', () => {
  const records = Array.from({ length: 20_000 }, (_, n) => ({ n }));
  const input = {
    *[Symbol.iterator]() {
      yield* records;
    },
  };

  test.each(['apart', 'together'])(
    'that is aborted on the way goes on, its checkpoints %s',
    async (where) => {
      const path = folder.made('CREATE TABLE t (n)', 'CREATE TABLE u (n)');
      const store = where === 'apart' ? memoryStore() : sqliteStore(path);
      const { even, odd } = from(input).split({ even: ({ n }) => n % 2 === 0, odd: ({ n }) => n % 2 === 1 });
      const job = pipeline('p', [even.to(writer(path)), odd.to(writer(path, { table: 'u' }))]);
      let aborts = 0;
      for (let done = false; !done; ) {
        const live = start(job, { checkpoint: { store, every: 0 } });
        const stopAt = aborts === 0 ? 3 : 1;
        let seen = 0;
        live.events$.subscribe(({ type }) => {
          if (type === 'checkpoint' && ++seen === stopAt && aborts < 4) void live.abort();
        });
        done = await live.done.then(
          () => true,
          () => false,
        );
        if (!done) aborts++;
        expect(aborts, 'it does not come to an end').toBeLessThan(10);
      }
      expect(aborts).toBeGreaterThan(1);
      expect(rowsOf(path, 'SELECT n FROM t ORDER BY rowid').map(({ n }) => n)).toEqual(
        records.filter(({ n }) => n % 2 === 0).map(({ n }) => n),
      );
      expect(rowsOf(path, 'SELECT n FROM u ORDER BY rowid').map(({ n }) => n)).toEqual(
        records.filter(({ n }) => n % 2 === 1).map(({ n }) => n),
      );
      expect(outputs(path).every(({ finished }) => finished === 1)).toBe(true);
    },
  );

  test('promises each row exactly once', () => {
    const job = pipeline('p', from([{ n: 1 }]).to(writer('a.db')));
    expect(job.guarantees()).toMatchObject({
      problems: [],
      sinks: [{ killed: 'exactly once', powerLost: 'exactly once' }],
    });
  });
});
