import { afterAll, describe, expect, test } from 'vitest';
import { from } from '../../../../../src/from.ts';
import type { OnError } from '../../../../../src/interfaces/policy.ts';
import type { PostgresWriteOptions } from '../../../../../src/io/connectors/postgres/postgres-write-options.ts';
import { postgresWriter } from '../../../../../src/io/connectors/postgres/postgres-writer.ts';
import { forEach } from '../../../../../src/io/memory/for-each.ts';
import { toArray } from '../../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../../src/processing/graph/pipeline.ts';
import { deadLetter } from '../../../../../src/processing/policies/dead-letter.ts';
import { retry } from '../../../../../src/processing/policies/retry.ts';
import { skip } from '../../../../../src/processing/policies/skip.ts';
import { run, start } from '../../../../../src/start.ts';
import { asked as ask } from './client.ts';
import { pgliteServer } from './pglite-server.ts';
import { failure, open, signalling, write, writeContext } from './sinks.ts';

const server = await pgliteServer();
const { url } = server;
afterAll(async () => {
  // Whatever was left open would keep this waiting.
  await server.left();
  await server.close();
});

const asked = (...statements: readonly string[]) => ask(url, ...statements);

const COLUMNS = "id int PRIMARY KEY, note text DEFAULT 'none', total float8 CHECK (total >= 0)";
let tables = 0;

/** A table of its own. */
async function made(columns = COLUMNS): Promise<string> {
  const table = `t${++tables}`;
  await asked(`CREATE TABLE ${table} (${columns})`);
  return table;
}

const writer = (table: string, options: Partial<PostgresWriteOptions> = {}) =>
  postgresWriter<object>({ url, table, ...options });
const written = (table: string, records: readonly object[], options?: Partial<PostgresWriteOptions>) =>
  run(pipeline('p', from(records).to(writer(table, options))));
const rowsOf = (table: string, columns = '*') => asked(`SELECT ${columns} FROM ${table} ORDER BY 1`);

describe('the columns of a table', () => {
  test('are those of the first record; what it lacks gets its default', async () => {
    const table = await made();
    await written(table, [{ total: 1, id: 1 }, { id: 2, total: 2 }, { id: 3 }]);
    expect(await rowsOf(table)).toEqual([
      { id: 1, note: 'none', total: 1 },
      { id: 2, note: 'none', total: 2 },
      { id: 3, note: 'none', total: null },
    ]);
  });

  test('are those that are named; what records lack is NULL, and what they have besides is ignored when told', async () => {
    const table = await made();
    const records = [
      { id: 5, other: 1 },
      { note: 'x', id: 7 },
    ];
    await written(table, records, { columns: ['id', 'note'], extra: 'ignore' });
    expect(await rowsOf(table, 'id, note')).toEqual([
      { id: 5, note: null },
      { id: 7, note: 'x' },
    ]);
  });

  test('may have any names, and so may the table and the schema', async () => {
    const name = 'a"; DROP TABLE b; --\' $1 \\';
    const quoted = `"${name.replaceAll('"', '""')}"`;
    await asked(`CREATE SCHEMA ${quoted}`);
    const options = { schema: name, create: true, conflict: { key: name } };
    await written(name, [{ [name]: 'x', constructor: 'c' }], options);
    await written(name, [{ [name]: 'x', constructor: 'd' }], options);
    expect(await rowsOf(`${quoted}.${quoted}`)).toEqual([{ [name]: 'x', constructor: 'd' }]);
  });

  test.each<[string, Partial<PostgresWriteOptions>, object]>([
    [
      'the table is not there',
      { table: 'Orders' },
      { code: 'ERR_NOT_FOUND', hint: expect.stringContaining('create') },
    ],
    [
      'a column is not there',
      { columns: ['id', 'noet'] },
      { code: 'ERR_COLUMNS', hint: 'Did you mean "note"?' },
    ],
    ['the key is not there', { conflict: { key: 'ib' } }, { code: 'ERR_COLUMNS' }],
    [
      'the key is none',
      { conflict: { key: 'note' } },
      { code: 'ERR_DATABASE', retryable: false, details: { code: '42P10' } },
    ],
    [
      'a column is computed',
      { columns: ['twice'] },
      { code: 'ERR_COLUMNS', message: expect.stringContaining('the table computes') },
    ],
  ])('are checked before anything is read: %s', async (_, options, error) => {
    const table = await made(`${COLUMNS}, twice int GENERATED ALWAYS AS (id * 2) STORED`);
    expect(await failure(open(writer(table, options)))).toMatchObject(error);
  });

  test('that a record has and the table has not make the record bad', async () => {
    const table = await made();
    const error = await failure(written(table, [{ id: 1, noet: 'x' }]));
    expect(error).toMatchObject({ code: 'ERR_ENCODE', details: { column: 'noet' }, origin: { record: 1 } });
  });
});

describe('a table that is not there', () => {
  test('is made of the first records, and goes with a run that fails', async () => {
    const records = [
      { id: 1, big: null, note: null, paid: true, day: new Date(0), data: Buffer.from('x'), list: [1] },
      { id: 2.5, big: 3n, note: 'text', paid: false, day: null, data: null, list: null },
    ];
    await failure(written('fresh', [...records, { id: 'three' }], { create: true }));
    expect(await asked("SELECT to_regclass('fresh') AS there")).toEqual([{ there: null }]);
    await written('fresh', records, { create: true });
    const types = await asked(
      `SELECT attname, format_type(atttypid, NULL) AS type FROM pg_attribute WHERE attrelid = 'fresh'::regclass AND attnum > 0`,
    );
    expect(types.map(({ attname, type }) => `${attname} ${type}`)).toEqual([
      'id double precision',
      'big bigint',
      'note text',
      'paid boolean',
      'day timestamp with time zone',
      'data bytea',
      'list jsonb',
    ]);
    expect(await rowsOf('fresh', 'id, big, list')).toEqual([
      { id: 1, big: null, list: [1] },
      { id: 2.5, big: '3', list: null },
    ]);
  });

  test('is made as it is told, also when there is nothing to write', async () => {
    await written('told', [], { create: { id: 'int PRIMARY KEY', note: "text DEFAULT '-'" } });
    await written('told', [{ id: 7 }], { create: { other: 'text' } });
    expect(await rowsOf('told')).toEqual([{ id: 7, note: '-' }]);
  });
});

describe('a record that cannot be written', () => {
  const good = Array.from({ length: 3000 }, (_, id) => ({ id, note: `${id}`, total: id }));

  test.each<[string, object, object]>([
    [
      'breaks a check',
      { total: -1 },
      { code: 'ERR_CONSTRAINT', details: { constraint: expect.stringMatching(/total_check$/) } },
    ],
    [
      'is there already',
      { id: 3 },
      { code: 'ERR_CONSTRAINT', message: expect.stringContaining('Key (id)=(3) already exists') },
    ],
    ['lacks what it must have', { id: null }, { code: 'ERR_CONSTRAINT', details: { columns: ['id'] } }],
    [
      'has a value of another type',
      { id: 'four' },
      { code: 'ERR_ENCODE', details: { column: 'id', code: '22P02' } },
    ],
    ['has a value that is too large', { id: 2 ** 40 }, { code: 'ERR_ENCODE', details: { column: 'id' } }],
    ['has text with NUL', { note: 'a\0' }, { code: 'ERR_ENCODE', details: { column: 'note' } }],
  ])(
    'fails the run with its origin, wherever it is among those that are sent together: it %s',
    async (_, wrong, error) => {
      const table = await made();
      const records = good.with(2500, { ...good[2500]!, ...wrong });
      const found = await failure(written(table, records));
      expect(found).toMatchObject({ ...error, origin: { record: 2501 }, retryable: false });
      expect((found as Error).message).toMatch(/^Cannot write array .* record 2501 in "/);
      expect(await rowsOf(table)).toEqual([]);
    },
  );

  test('is skipped or put aside by a policy, and no other with it', async () => {
    const table = await made();
    const letters = toArray<{ readonly record: { readonly id: number }; readonly error: { code: string } }>();
    const bad = [7, 1100, 2999];
    const records = good.map((record) => (bad.includes(record.id) ? { ...record, total: -1 } : record));
    const summary = await run(
      pipeline('p', from(records).to(writer(table, { onError: deadLetter(letters as never) }))),
    );
    expect(summary.balance).toMatchObject({ read: 3000, written: 2997, deadLettered: 3 });
    expect(letters.records.map(({ record }) => record.id)).toEqual(bad);
    expect(new Set(letters.records.map(({ error }) => error.code))).toEqual(new Set(['ERR_CONSTRAINT']));
    const [found] = await asked(`SELECT count(*)::int AS rows, min(total) AS least FROM ${table}`);
    expect(found).toEqual({ rows: 2997, least: 0 });
  });

  test('settles nothing, when it is the first', async () => {
    const records = [{ other: 'x' }, ...good.slice(0, 3)];
    for (const commit of ['run', 'batch'] as const) {
      const table = await made();
      await written(table, records, { onError: skip(), commit });
      expect((await rowsOf(table)).length).toBe(3);
    }
    await written('settled', [{ id: 'a\0' }, { id: 1 }], { onError: skip(), create: true });
    expect(await rowsOf('settled')).toEqual([{ id: 1 }]);
  });
});

describe('rows whose keys are there', () => {
  test('get the values of the last, as if they came one by one', async () => {
    const table = await made();
    await asked(`INSERT INTO ${table} VALUES (1, 'there', 1), (2, 'there', 2)`);
    const records = [
      { id: 1, note: 'a', total: 10 },
      { id: 3, note: 'b', total: 30 },
      { id: 1, note: 'c', total: 11 },
      { id: 3, note: 'd', total: 31 },
    ];
    await written(table, records, { conflict: { key: 'id' } });
    expect(await rowsOf(table)).toEqual([
      { id: 1, note: 'c', total: 11 },
      { id: 2, note: 'there', total: 2 },
      { id: 3, note: 'd', total: 31 },
    ]);
  });

  test('are found by keys of a fixed length, too', async () => {
    const table = await made('code char(4) PRIMARY KEY, mask bit(3), n int');
    const records = [1, 2].map((n) => ({ code: 'abcd', mask: '101', n }));
    await written(table, records, { conflict: { key: 'code' } });
    expect(await rowsOf(table)).toEqual([{ code: 'abcd', mask: '101', n: 2 }]);
  });

  test('get some of them: the others are those of the first', async () => {
    const table = await made();
    await asked(`INSERT INTO ${table} VALUES (1, 'there', 1)`);
    const records = [1, 3].flatMap((id) =>
      ['a', 'b', 'c'].map((note, n) => ({ id, note, total: id * 10 + n })),
    );
    await written(table, records, { conflict: { key: ['id'], update: ['total'] } });
    expect(await rowsOf(table)).toEqual([
      { id: 1, note: 'there', total: 12 },
      { id: 3, note: 'a', total: 32 },
    ]);
  });

  test('are left out, also where there are other rules', async () => {
    const table = await made(`${COLUMNS}, UNIQUE (note)`);
    const records = [1, 2, 1, 3].map((id, n) => ({ id, note: id === 3 ? 'n0' : `n${n}`, total: n }));
    await written(table, records, { conflict: 'ignore' });
    expect(await rowsOf(table, 'id, total')).toEqual([
      { id: 1, total: 0 },
      { id: 2, total: 1 },
    ]);
  });

  test('are as many as there are, where a part of the key is null', async () => {
    const table = await made('a int, b int, n int, UNIQUE (a, b)');
    const records = [1, 2, 3, 4].map((n) => ({ a: 1, b: n % 2 === 0 ? null : 1, n }));
    await written(table, records, { conflict: { key: ['a', 'b'] } });
    expect(await asked(`SELECT n FROM ${table} ORDER BY n`)).toEqual([{ n: 2 }, { n: 3 }, { n: 4 }]);
  });

  test('are looked for over all batches of a run', async () => {
    const table = await made();
    const records = Array.from({ length: 5000 }, (_, n) => ({ id: n % 1500, note: `${n}`, total: n }));
    await written(table, records, { conflict: { key: 'id' } });
    const [found] = await asked(`SELECT count(*)::int AS rows, sum(total) AS total FROM ${table}`);
    const last = (id: number) => records.findLast((record) => record.id === id)!.total;
    const total = Array.from({ length: 1500 }, (_, id) => last(id)).reduce((sum, one) => sum + one, 0);
    expect(found).toEqual({ rows: 1500, total });
  });
});

describe('the rows of a run', () => {
  test('are there together with those of its other tables, or not at all', async () => {
    const parents = await made();
    const children = await made(`id int REFERENCES ${parents} (id)`);
    const numbers = from([{ id: 1 }, { id: 2 }]);
    const both = (ids: typeof numbers) =>
      run(pipeline('p', [numbers.to(writer(parents)), ids.to(writer(children))]));
    // A row that refers to none is found when it is written.
    await failure(both(from([{ id: 1 }, { id: 99 }])));
    expect([await rowsOf(parents), await rowsOf(children)]).toEqual([[], []]);
    await both(numbers);
    expect(await rowsOf(children)).toEqual([{ id: 1 }, { id: 2 }]);
  });

  test('are gone when another sink fails at the end', async () => {
    const table = await made();
    const failing = forEach(() => {
      throw new Error('the other one fails');
    });
    const numbers = from([{ id: 1 }]);
    await failure(run(pipeline('p', [numbers.to(writer(table)), numbers.to(failing)])));
    expect(await rowsOf(table)).toEqual([]);
  });

  test('are there batch by batch, when that is wanted', async () => {
    const table = await made();
    const sink = await open(writer(table, { commit: 'batch' }));
    await write(sink, [{ id: 1 }]);
    expect(await rowsOf(table, 'id')).toEqual([{ id: 1 }]);
    expect(await failure(write(sink, [{ id: 2 }, { id: 1 }]))).toMatchObject({
      code: 'ERR_CONSTRAINT',
      details: { index: 1 },
    });
    await write(sink, [{ id: 3 }]);
    await sink.abort(undefined);
    expect(await rowsOf(table, 'id')).toEqual([{ id: 1 }, { id: 3 }]);
  });
});

describe('a connection that is lost', () => {
  test.each<[string, OnError | undefined]>([
    ['none', undefined],
    ['one that skips', skip()],
    [
      'one that tries again, and skips',
      [retry({ attempts: 5, backoff: '0ms..0ms', when: () => true }), skip()],
    ],
  ])('with rows in the transaction fails the run, whatever its policy is: %s', async (_, onError) => {
    const table = await made();
    const settled: unknown[] = [];
    const { promise: taken, resolve } = Promise.withResolvers<void>();
    const cutting = from(
      (async function* () {
        yield { id: 1 };
        await taken;
        await server.cut();
        yield { id: 2 };
      })(),
    );
    const target = signalling(writer(table, onError === undefined ? {} : { onError }), resolve);
    const live = start(pipeline('p', cutting.to(target)));
    live.events$.subscribe((event) => {
      if (event.type === 'failed-record' || event.type === 'retried') settled.push(event);
    });
    expect(await failure(live.done)).toMatchObject({
      code: 'ERR_DATABASE',
      retryable: true,
      message: expect.stringMatching(
        /^Cannot write to postgres t\d+@.*; its transaction was rolled back: nothing that it had taken .* is in the database$/,
      ),
      details: { transaction: 'lost' },
    });
    expect(settled).toEqual([]);
    expect(await rowsOf(table)).toEqual([]);
  });

  test('is tried again, where nothing but the batch is gone', async () => {
    const table = await made();
    const sink = await open(writer(table, { commit: 'batch', conflict: { key: 'id' } }));
    await write(sink, [{ id: 1 }]);
    await server.cut();
    expect(await failure(write(sink, [{ id: 2 }]))).toMatchObject({ code: 'ERR_DATABASE', retryable: true });
    await write(sink, [{ id: 2 }]);
    await sink.close();
    expect(await rowsOf(table, 'id')).toEqual([{ id: 1 }, { id: 2 }]);
  });
});

test('no more is held than two pieces of rows, whatever comes', async () => {
  const table = await made('id int, note text');
  const bytes: number[] = [];
  const sink = await open(writer(table), writeContext({ strict: true, wrote: (count) => bytes.push(count) }));
  const note = 'x'.repeat(1000);
  const records = Array.from({ length: 100 }, (_, id) => ({ id, note }));
  for (let batch = 0; batch < 50; batch++) await write(sink, records);
  await sink.close();
  expect(Math.max(...bytes)).toBeLessThan(2 ** 20 + 2 * 100 * 1010);
  const [found] = await asked(`SELECT count(*)::int AS rows FROM ${table}`);
  expect(found).toEqual({ rows: 5000 });
});
