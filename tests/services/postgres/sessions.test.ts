import { describe, expect, test } from 'vitest';
import { from } from '../../../src/from.ts';
import { postgresReader } from '../../../src/io/connectors/postgres/postgres-reader.ts';
import { postgresStore } from '../../../src/io/connectors/postgres/postgres-store.ts';
import { postgresWriter } from '../../../src/io/connectors/postgres/postgres-writer.ts';
import { pipeline } from '../../../src/processing/graph/pipeline.ts';
import { retry } from '../../../src/processing/policies/retry.ts';
import { skip } from '../../../src/processing/policies/skip.ts';
import { run, start } from '../../../src/start.ts';
import { memoryStore } from '../../../src/testing/memory-store.ts';
import { probeReader } from '../../../src/testing/reader-probe.ts';
import {
  checkpointedContext,
  failure,
  open,
  signalling,
  write,
} from '../../unit/io/connectors/postgres/sinks.ts';
import { testSchema } from './schema.ts';

const { url, schema, asked, table } = await testSchema();

const writer = (name: string, options: object = {}) =>
  postgresWriter<object>({ url, schema, table: name, ...options });
const COLUMNS = 'id int PRIMARY KEY, note text';

/** Ends the sessions of millrace that are at work in this schema, as an administrator would. */
async function endSessions(): Promise<void> {
  await asked(`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'millrace'
    AND pid IN (SELECT pid FROM pg_locks WHERE relation IN (SELECT oid FROM pg_class WHERE relnamespace = '${schema}'::regnamespace))`);
}

describe('a session that the server ends', () => {
  test.each([
    ['skips', skip()],
    ['tries again, and skips', [retry({ attempts: 5, backoff: '0ms..1ms' }), skip()]],
  ])('fails the run, whatever its policies say: it %s', async (_, onError) => {
    const name = await table(COLUMNS);
    const { promise: taken, resolve } = Promise.withResolvers<void>();
    let ended = 0;
    const records = from(
      (async function* () {
        yield { id: 1 };
        await taken;
        ended = 1;
        await endSessions();
        yield { id: 2 };
      })(),
    );
    const target = signalling(writer(name, { onError }), resolve);
    const error = await failure(run(pipeline('p', records.to(target))));
    expect(error).toMatchObject({
      code: 'ERR_DATABASE',
      retryable: true,
      message: expect.stringMatching(
        /terminating connection due to administrator command; its transaction was rolled back: nothing that it had taken/,
      ),
      details: { transaction: 'lost', code: '57P01' },
    });
    expect(ended).toBe(1);
    expect(await asked(`SELECT * FROM ${name}`)).toEqual([]);
  });

  test('costs a run with checkpoints nothing, when it is started again', async () => {
    const name = await table(COLUMNS);
    const store = memoryStore();
    const numbers = Array.from({ length: 10_000 }, (_, id) => ({ id, note: `${id}` }));
    const filled = pipeline('p', from(numbers).to(writer(name)));
    const live = start(filled, { checkpoint: { store, every: 1 } });
    let seen = 0;
    live.events$.subscribe((event) => {
      if (event.type === 'checkpoint' && ++seen === 3) void endSessions();
    });
    const first = await live.done.then(
      () => 'completed',
      (error: { code: string }) => error.code,
    );
    if (first !== 'completed') await run(filled, { checkpoint: { store } });
    const [found] = await asked(`SELECT count(*)::int AS rows, count(DISTINCT id)::int AS ids FROM ${name}`);
    expect(found).toEqual({ rows: 10_000, ids: 10_000 });
  });

  test('is made again by a reader, behind the last row', async () => {
    const name = await table(COLUMNS);
    await asked(`INSERT INTO ${name} SELECT n FROM generate_series(1, 1000) n`);
    const reader = postgresReader<{ id: number }>({
      url,
      schema,
      table: name,
      pageRows: 100,
      backoff: '0ms..1ms',
    });
    const probe = probeReader(reader);
    await probe.request(3);
    await asked(`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'millrace'
      AND query LIKE '%${schema}"."${name}"%' AND pid <> pg_backend_pid()`);
    expect((await probe.rest()).map(({ id }) => id)).toEqual(Array.from({ length: 1000 }, (_, at) => at + 1));
    await probe.close();
  });
});

describe('a session that ends while nothing is in its transaction', () => {
  test('is made again with the next checkpoint, also for rows that go by way of a table of the session', async () => {
    for (const conflict of ['error', { key: 'id' }] as const) {
      const name = await table(COLUMNS);
      const session = { application_name: name + schema };
      const sink = await open(writer(name, { conflict, session }), checkpointedContext({ strict: true }));
      for (let id = 1; id <= 3; id++) {
        await write(sink, [{ id, note: 'x' }]);
        await sink.prepare(id);
        await sink.commit(id);
        await asked(
          `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = '${name}${schema}'`,
        );
      }
      await sink.close();
      expect(await asked(`SELECT id FROM ${name} ORDER BY id`)).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
    }
  });

  test('by a time limit costs nothing either; one with rows does, and says so', async () => {
    const name = await table(COLUMNS);
    const session = { idle_in_transaction_session_timeout: '50ms' };
    const sink = await open(writer(name, { session }), checkpointedContext());
    await write(sink, [{ id: 1 }]);
    // The session is gone when the server no longer has it.
    const gone = async (): Promise<void> => {
      const [found] = await asked(`SELECT count(*)::int AS left FROM pg_locks
        WHERE relation = '${name}'::regclass AND pid <> pg_backend_pid()`);
      if (found!['left'] !== 0) return gone();
    };
    await gone();
    const error = await failure(write(sink, [{ id: 2 }]));
    expect(error).toMatchObject({
      code: 'ERR_DATABASE',
      retryable: true,
      message: expect.stringContaining(
        'terminating connection due to idle-in-transaction timeout; its transaction was rolled back',
      ),
      details: { code: '25P03' },
    });
    expect(await failure(sink.prepare(1))).toMatchObject({ code: 'ERR_DATABASE' });
    await sink.suspend();
    expect(await asked(`SELECT * FROM ${name}`)).toEqual([]);
  });
});

describe('two sessions that want the same rows', () => {
  test('and wait for each other: one of them tries again', async () => {
    const name = await table(COLUMNS);
    await asked(`INSERT INTO ${name} VALUES (1, 'a'), (2, 'b')`);
    const conflict = { key: 'id' };
    const sinks = await Promise.all([
      open(writer(name, { conflict })),
      open(writer(name, { conflict, session: { deadlock_timeout: '10ms' } })),
    ]);
    await write(sinks[0]!, [{ id: 1, note: 'first' }]);
    await write(sinks[1]!, [{ id: 2, note: 'second' }]);
    const waiting = write(sinks[0]!, [{ id: 2, note: 'first' }]);
    const deadlock = await failure(write(sinks[1]!, [{ id: 1, note: 'second' }]));
    expect(deadlock).toMatchObject({ code: 'ERR_DATABASE', retryable: true, details: { code: '40P01' } });
    await sinks[1]!.close();
    await waiting;
    await sinks[0]!.close();
    expect(await asked(`SELECT * FROM ${name} ORDER BY id`)).toEqual([
      { id: 1, note: 'first' },
      { id: 2, note: 'first' },
    ]);
  });

  test('one that waits for a lock can be aborted', async () => {
    const name = await table(COLUMNS);
    const [first, second] = [await open(writer(name)), await open(writer(name))];
    await write(first, [{ id: 1 }]);
    const stuck = failure(write(second, [{ id: 1 }]));
    await second.abort(undefined);
    expect(await stuck).toMatchObject({ code: 'ERR_DATABASE' });
    await first.close();
    expect(await asked(`SELECT id FROM ${name}`)).toEqual([{ id: 1 }]);
  });
});

describe('constraints that are looked at in the end', () => {
  test('are looked at before a checkpoint has the rows', async () => {
    const parents = await table('id int PRIMARY KEY');
    const name = await table(`id int REFERENCES ${parents} DEFERRABLE INITIALLY DEFERRED`);
    const sink = await open(writer(name), checkpointedContext());
    await write(sink, [{ id: 1 }]);
    expect(await failure(sink.prepare(1))).toMatchObject({ code: 'ERR_CONSTRAINT' });
    await sink.suspend();
    const again = await open(writer(name), checkpointedContext());
    await asked(`INSERT INTO ${parents} VALUES (1), (2)`);
    await write(again, [{ id: 1 }]);
    await again.prepare(1);
    await again.release(1);
    await write(again, [{ id: 2 }]);
    await again.prepare(2);
    await again.commit(2);
    await again.close();
    expect(await asked(`SELECT id FROM ${name} ORDER BY id`)).toEqual([{ id: 1 }, { id: 2 }]);
  });
});

describe('a run with its checkpoints in the same database', () => {
  test('has one connection for both, and one transaction for rows and checkpoint', async () => {
    const name = await table(COLUMNS);
    const other = await table(COLUMNS);
    const store = postgresStore({ url, schema });
    const numbers = from(Array.from({ length: 5000 }, (_, id) => ({ id, note: 'x' })));
    let most = 0;
    const live = start(pipeline('together', [numbers.to(writer(name)), numbers.to(writer(other))]), {
      checkpoint: { store, every: 1 },
    });
    const counting: Promise<void>[] = [];
    live.events$.subscribe((event) => {
      if (event.type !== 'checkpoint') return;
      counting.push(
        asked(`SELECT count(*)::int AS sessions FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid IN (
          SELECT pid FROM pg_stat_activity WHERE application_name = 'millrace')`).then(([found]) => {
          most = Math.max(most, Number(found!['sessions']));
        }),
      );
    });
    await live.done;
    await Promise.all(counting);
    expect(most).toBeGreaterThan(0);
    const counts = await asked(
      `SELECT (SELECT count(*)::int FROM ${name}) AS a, (SELECT count(*)::int FROM ${other}) AS b,
         (SELECT count(*)::int FROM millrace_outputs WHERE finished AND target ~ '^postgres (${name}|${other})@') AS finished,
         (SELECT count(*)::int FROM millrace_files) AS files`,
    );
    expect(counts).toEqual([{ a: 5000, b: 5000, finished: 2, files: 0 }]);
    expect(await store.pipelines()).toEqual(['together']);
  });

  test('is refused to a second run, by the name of the first, and free when its session ends', async () => {
    const store = postgresStore({ url, schema });
    const first = await store.open({ pipeline: 'locked' });
    const error = (await failure(store.open({ pipeline: 'locked' }))) as Error & { hint: string };
    expect(error).toMatchObject({ code: 'ERR_LOCKED', details: { pid: process.pid } });
    const session = /pg_terminate_backend\((\d+)\)/.exec(error.hint)?.[1];
    await asked(`SELECT pg_terminate_backend(${session}, 5000)`);
    const second = await store.open({ pipeline: 'locked' });
    expect(await failure(first.write(1, [Buffer.from('late')]))).toMatchObject({ code: 'ERR_DATABASE' });
    await second.write(1, [Buffer.from('one')]);
    await Promise.all([first.close(), second.close()]);
  });
});

test('an output that is gone on with by two is refused to the one that was overtaken', async () => {
  const name = await table(COLUMNS);
  const first = await open(writer(name), checkpointedContext());
  await write(first, [{ id: 1 }]);
  const from = await first.prepare(1);
  await first.commit(1);
  const second = await open(writer(name), checkpointedContext({ from }));
  await write(second, [{ id: 2 }]);
  await second.prepare(2);
  await second.commit(2);
  await write(first, [{ id: 3 }]);
  expect(await failure(first.prepare(2))).toMatchObject({ code: 'ERR_CHANGED' });
  await first.suspend();
  await second.close();
  expect(await failure(open(writer(name), checkpointedContext({ from })))).toMatchObject({
    code: 'ERR_CHANGED',
    details: { committed: 2, sequence: 1 },
  });
  expect(await asked(`SELECT id FROM ${name} ORDER BY id`)).toEqual([{ id: 1 }, { id: 2 }]);
});

test('another database, table or column than that of the checkpoint is refused', async () => {
  const [name, other] = [await table(COLUMNS), await table(COLUMNS)];
  const first = await open(writer(name), checkpointedContext());
  await write(first, [{ id: 1, note: 'x' }]);
  const from = await first.prepare(1);
  await first.commit(1);
  await first.close();
  for (const changed of [writer(other), writer(name, { columns: ['note', 'id'] })]) {
    expect(await failure(open(changed, checkpointedContext({ from })))).toMatchObject({
      code: 'ERR_CHANGED',
    });
  }
  expect(await failure(open(writer(name), checkpointedContext({ from: { lots: 1 } })))).toMatchObject({
    code: 'ERR_CHANGED',
  });
});
