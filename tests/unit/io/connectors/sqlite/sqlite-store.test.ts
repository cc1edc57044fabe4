import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Machine, thisMachine } from '../../../../../src/core/store/machine.ts';
import { from } from '../../../../../src/from.ts';
import { sqliteStore } from '../../../../../src/io/connectors/sqlite/sqlite-store.ts';
import { sqliteWriter } from '../../../../../src/io/connectors/sqlite/sqlite-writer.ts';
import { pipeline } from '../../../../../src/processing/graph/pipeline.ts';
import { run } from '../../../../../src/start.ts';
import { checkpointedContext, databases, execute, failure, open, rowsOf, write } from './databases.ts';

const folder = databases();
const orders = { pipeline: 'orders' };
const bytes = [Buffer.from('a checkpoint')];

/** A machine on which the process of this number is alive, and no other. */
function machine(pid: number, host = 'alpha'): Machine {
  const process = (asked: number) => ({ alive: asked === pid, start: `${asked}` });
  return { ...thisMachine(), pid, host, boot: `boot of ${host}`, processes: 'pids', ownName: false, process };
}

describe('the lock of a pipeline in a database', () => {
  test('is taken over from a process that is gone, and from no other', async () => {
    const path = folder.path();
    const session = await sqliteStore(path, {}, machine(41)).open(orders);
    const alive = { ...machine(42), process: () => ({ alive: true, start: '41' }) };
    expect(await failure(sqliteStore(path, {}, alive).open({ ...orders, takeOver: true }))).toMatchObject({
      code: 'ERR_LOCKED',
      message: expect.stringMatching(
        /Cannot open the checkpoints of "orders" in .*: process 41 on alpha has had them open/,
      ),
      details: { pid: 41, host: 'alpha', file: path },
    });
    const next = await sqliteStore(path, {}, machine(43)).open(orders);
    await next.write(1, bytes);
    // The one that was taken for gone cannot do harm.
    expect(await failure(session.write(2, bytes))).toMatchObject({ code: 'ERR_LOCKED' });
    expect(await failure(session.remove(1))).toMatchObject({ code: 'ERR_LOCKED' });
    expect(await failure(session.removeFile('x'))).toMatchObject({ code: 'ERR_LOCKED' });
    await session.close();
    expect((await next.list()).map(({ id }) => id)).toEqual([1]);
    expect(await failure(sqliteStore(path, {}, machine(43)).open(orders))).toMatchObject({
      code: 'ERR_LOCKED',
    });
    await next.close();
  });

  test('of somebody out of sight is taken over only when that is said', async () => {
    const path = folder.path();
    await sqliteStore(path, {}, machine(41, 'beta')).open(orders);
    const here = sqliteStore(path, {}, machine(42));
    expect(await failure(here.open(orders))).toMatchObject({
      code: 'ERR_LOCKED',
      hint: expect.stringMatching(
        /takeOver: true .*, or delete the row of "orders" in the table millrace_locks/,
      ),
    });
    await (await here.open({ ...orders, takeOver: true })).close();
  });

  test('that cannot be read is left alone', async () => {
    const path = folder.path();
    await (await sqliteStore(path).open(orders)).close();
    execute(path, "INSERT INTO millrace_locks VALUES ('orders', 'nonsense')");
    expect(await failure(sqliteStore(path).open(orders))).toMatchObject({
      code: 'ERR_LOCKED',
      details: { file: path },
    });
  });
});

describe('a checkpoint in a database', () => {
  test('is one transaction with the rows of the run: both or neither', async () => {
    const path = folder.made('PRAGMA journal_mode = WAL', 'CREATE TABLE t (n)');
    const context = { run: {} };
    const session = await sqliteStore(path).open({ ...orders, ...context });
    const sink = await open(
      sqliteWriter<object>({ database: path, table: 't' }),
      checkpointedContext(context),
    );
    await write(sink, { n: 1 });
    await sink.prepare(1);
    const broken = (function* () {
      yield Buffer.alloc(3_000_000);
      throw new Error('it cannot be encoded');
    })();
    expect(await failure(session.write(1, broken))).toMatchObject({ message: 'it cannot be encoded' });
    expect(rowsOf(path, 'SELECT n FROM t')).toEqual([]);
    await write(sink, { n: 2 });
    // Rows that belong to no checkpoint yet must not be committed with one.
    expect(await failure(session.write(2, bytes))).toMatchObject({ code: 'ERR_INTERNAL' });
    await sink.prepare(2);
    await session.write(2, bytes);
    await sink.commit(2);
    expect(rowsOf(path, 'SELECT n FROM t')).toEqual([{ n: 1 }, { n: 2 }]);
    expect(rowsOf(path, 'SELECT id, bytes FROM millrace_checkpoints')).toEqual([{ id: 2, bytes: 12 }]);
    expect(rowsOf(path, 'SELECT count(*) AS n FROM millrace_checkpoint_parts')).toEqual([{ n: 1 }]);
    await write(sink, { n: 3 });
    await sink.suspend();
    await session.close();
    expect(rowsOf(path, 'SELECT count(*) AS n FROM millrace_locks')).toEqual([{ n: 0 }]);
    expect(rowsOf(path, 'SELECT n FROM t')).toHaveLength(2);
  });

  test('is not written once the transaction was rolled back, with rows that were prepared for it', async () => {
    const path = folder.made('CREATE TABLE t (n)');
    const context = { run: {} };
    const session = await sqliteStore(path).open({ ...orders, ...context });
    const sink = await open(
      sqliteWriter<object>({ database: path, table: 't' }),
      checkpointedContext(context),
    );
    await write(sink, { n: 1 });
    await sink.prepare(1);
    await sink.suspend();
    expect(await failure(session.write(1, bytes))).toMatchObject({ code: 'ERR_DATABASE', retryable: false });
    await session.close();
    expect(rowsOf(path, 'SELECT count(*) AS n FROM millrace_checkpoints')).toEqual([{ n: 0 }]);
  });

  test('may be larger than a row, and is given back whole', async () => {
    const path = folder.path();
    const large = Buffer.from(Uint8Array.from({ length: 3_500_000 }, (_, index) => index * 7 + (index >> 8)));
    const session = await sqliteStore(path).open(orders);
    await session.write(1, [large.subarray(0, 10), large.subarray(10, 3_000_000), large.subarray(3_000_000)]);
    expect(Buffer.compare(Buffer.from(await session.read(1)), large)).toBe(0);
    expect(rowsOf(path, 'SELECT count(*) AS parts FROM millrace_checkpoint_parts')[0]!.parts).toBeGreaterThan(
      3,
    );
    await session.close();
  });

  test('is not there for whoever looks into what is no store', async () => {
    const missing = folder.path();
    const view = await sqliteStore(missing).inspect(orders);
    expect(await view.list()).toEqual([]);
    expect(existsSync(missing)).toBe(false);
    const other = folder.made('CREATE TABLE t (n)');
    expect(await (await sqliteStore(other).inspect(orders)).list()).toEqual([]);
    expect(rowsOf(other, 'SELECT name FROM sqlite_schema')).toEqual([{ name: 't' }]);
  });
});

test('files are in a folder beside the database, which is made when there is one', async () => {
  const path = folder.path();
  const session = await sqliteStore(path).open(orders);
  expect(await session.files()).toEqual([]);
  expect(existsSync(`${path}-files`)).toBe(false);
  await (await session.createFile('one')).close();
  expect(existsSync(`${path}-files`)).toBe(true);
  await session.close();
});

test('a run of which all is in one database keeps nothing else', async () => {
  const path = folder.made('CREATE TABLE t (n)');
  const input = {
    *[Symbol.iterator]() {
      for (let n = 0; n < 5000; n++) yield { n };
    },
  };
  const job = pipeline('p', from(input).to(sqliteWriter({ database: path, table: 't' })));
  const checkpoint = { store: sqliteStore(path), every: 0 };
  await run(job, { checkpoint });
  expect(rowsOf(path, 'SELECT count(*) AS n FROM t')).toEqual([{ n: 5000 }]);
  expect(existsSync(`${path}-files`)).toBe(false);
  // It is over: nothing is done again.
  await run(job, { checkpoint });
  expect(rowsOf(path, 'SELECT count(*) AS n FROM t')).toEqual([{ n: 5000 }]);
});

test.each([{ keep: 0 }, { keep: 1.5 }, { timeout: -1 }, { other: 1 }])(
  'options that are wrong are named: %o',
  (options) => {
    expect(() => sqliteStore('a.db', options)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
    expect(() => sqliteStore(':memory:')).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  },
);
