import pg from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import type { PostgresReadOptions } from '../../../../../src/io/connectors/postgres/postgres-read-options.ts';
import { postgresReader } from '../../../../../src/io/connectors/postgres/postgres-reader.ts';
import { probeReader, type ReaderProbeOptions } from '../../../../../src/testing/reader-probe.ts';
import { turns } from '../../../../../src/testing/turns.ts';
import { type VirtualClock, virtualClock } from '../../../../../src/testing/virtual-clock.ts';
import { pgliteServer } from './pglite-server.ts';
import { failure } from './sinks.ts';

const server = await pgliteServer();
const { url } = server;
afterAll(async () => {
  // Whatever was left open would keep this waiting.
  await server.left();
  await server.close();
});

async function execute(...statements: readonly string[]): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

const made = (options: PostgresReadOptions) => postgresReader<Record<string, unknown>>({ url, ...options });

async function read(options: PostgresReadOptions, probing: ReaderProbeOptions = {}) {
  const probe = probeReader(made(options), probing);
  try {
    return await probe.rest();
  } finally {
    await probe.close();
  }
}

/** Lets time pass until something has happened, which other things have to happen before. */
async function passing(clock: VirtualClock, happened: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100_000 && !happened(); turn++) {
    await clock.advance(1000);
    await turns(1);
  }
}

const ids = (records: readonly Record<string, unknown>[]) => records.map(({ id }) => id);

await execute(
  `CREATE TYPE mood AS ENUM ('happy', 'sad')`,
  `CREATE DOMAIN positive AS int CHECK (value > 0)`,
  `CREATE TABLE "Odd ""names""" ("__proto__" int PRIMARY KEY, "a ""b""" text, "constructor" text)`,
  `INSERT INTO "Odd ""names""" VALUES (1, 'x', 'y')`,
  `CREATE TABLE numbers (id int PRIMARY KEY, half float8, word text)`,
  `INSERT INTO numbers SELECT n, n / 2.0, 'word ' || n FROM generate_series(1, 50) n`,
  `CREATE TABLE loose (id int, at timestamptz)`,
  `INSERT INTO loose SELECT n % 3, '2025-01-01Z'::timestamptz + n * interval '1 microsecond' FROM generate_series(1, 6) n`,
);

describe('values', () => {
  const VALUES: readonly (readonly [sql: string, value: unknown])[] = [
    ['NULL::int', null],
    ['7::int2', 7],
    ['-7::int4', -7],
    ['9007199254740993::int8', 9007199254740993n],
    ['0.1::float4', 0.1],
    ['1e300::float8', 1e300],
    [`'NaN'::float8`, Number.NaN],
    [`'-Infinity'::float8`, Number.NEGATIVE_INFINITY],
    ['12345678901234567890.123456789::numeric', '12345678901234567890.123456789'],
    ['true', true],
    ['false', false],
    [`'text'::varchar`, 'text'],
    [`'ab'::char(4)`, 'ab  '],
    [`'\\x00ff'::bytea`, new Uint8Array([0, 255])],
    [`'2025-01-31'::date`, new Date('2025-01-31')],
    [`'2025-01-31 10:00:00.123456'::timestamp`, new Date('2025-01-31T10:00:00.123Z')],
    [`'2025-01-31 10:00:00+05:30'::timestamptz`, new Date('2025-01-31T04:30:00Z')],
    [`'infinity'::timestamptz`, Number.POSITIVE_INFINITY],
    [`'0044-03-15 BC'::date`, new Date('-000043-03-15T00:00:00Z')],
    [`'10:00'::time`, '10:00:00'],
    [`'1 day 2 hours'::interval`, '1 day 02:00:00'],
    [`'{"a": [1, null]}'::jsonb`, { a: [1, null] }],
    [`'"text"'::json`, 'text'],
    [`'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid`, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    [`'happy'::mood`, 'happy'],
    ['5::positive', 5],
    ['ARRAY[1, NULL, 3]', [1, null, 3]],
    ['ARRAY[[1.5], [2]]::numeric[]', [['1.5'], ['2']]],
    [`ARRAY['happy', 'sad']::mood[]`, ['happy', 'sad']],
    ['ARRAY[1, 2]::positive[]', ['1', '2']],
    [`ARRAY['2025-01-31Z']::timestamptz[]`, [new Date('2025-01-31')]],
    [`ARRAY['{"a": "}"}']::jsonb[]`, [{ a: '}' }]],
    [`'{}'::text[]`, []],
    [`'[1,5)'::int4range`, '[1,5)'],
    [`point(1, 2)`, '(1,2)'],
  ];
  test.each(VALUES)('of %s become JavaScript’s', async (sql, value) => {
    expect(await read({ query: `SELECT ${sql} AS v` })).toEqual([{ v: value }]);
  });

  test('of integers and numerics become what is asked for', async () => {
    const query = 'SELECT 7::int8 AS i, ARRAY[8]::int8[] AS a, 1.50::numeric AS n';
    expect(await read({ query, bigints: 'number', numerics: 'number' })).toEqual([{ i: 7, a: [8], n: 1.5 }]);
    expect(await read({ query, bigints: 'string' })).toEqual([{ i: '7', a: ['8'], n: '1.50' }]);
  });

  test('are read the same whatever the role has set', async () => {
    const session = { DateStyle: 'German', extra_float_digits: '-10', TimeZone: 'Asia/Kolkata' };
    const query = `SELECT '2025-01-31T10:00Z'::timestamptz AS t, 0.1::float8 + 0.2 AS f`;
    await execute(`ALTER ROLE postgres SET DateStyle = 'SQL, DMY'`);
    expect(await read({ query, session: { TimeZone: session.TimeZone } })).toEqual([
      { t: new Date('2025-01-31T10:00Z'), f: 0.30000000000000004 },
    ]);
    await execute('ALTER ROLE postgres RESET DateStyle');
  });

  test('that JavaScript cannot say are bad records, with the column', async () => {
    const probe = probeReader(
      made({
        query: `SELECT * FROM (VALUES (1, '2025-01-01'::date), (2, '294276-01-01'), (3, '2025-01-02')) v (id, "day of")`,
      }),
    );
    expect(ids(await probe.rest())).toEqual([1, 3]);
    expect(probe.origins.map(({ record }) => record)).toEqual([1, 3]);
    const [bad] = probe.failures;
    expect(bad?.error).toMatchObject({ code: 'ERR_COLUMN_TYPE', details: { column: 'day of' } });
    expect(bad).toMatchObject({ origin: { record: 2 }, partial: { id: '2', 'day of': '294276-01-01' } });
    await probe.close();
  });
});

describe('a table', () => {
  test('may have any name, and columns of any', async () => {
    const [record] = await read({ table: 'Odd "names"', schema: 'public' });
    expect(Object.entries(record!)).toEqual([
      ['__proto__', 1],
      ['a "b"', 'x'],
      ['constructor', 'y'],
    ]);
  });

  test('gives only the columns that are wanted, in their order, also without those of its key', async () => {
    const some = await read({ table: 'numbers', columns: ['word', 'half'], pageRows: 20 });
    expect(some.length).toBe(50);
    expect(Object.entries(some[20]!)).toEqual([
      ['word', 'word 21'],
      ['half', 10.5],
    ]);
    const selected = made({ table: 'numbers' }).select!(['half'])!;
    const probe = probeReader(selected);
    expect((await probe.rest())[1]).toEqual({ half: 1 });
    await probe.close();
    expect(made({ table: 'numbers', columns: ['word'] }).select!(['half'])).toBeUndefined();
  });

  test('is read where a condition holds, which may end with a comment', async () => {
    const where = 'id % $1 = 0 AND word <> $2 -- no more';
    expect(ids(await read({ table: 'numbers', where, params: [20, 'word 20'] }))).toEqual([40]);
  });

  test('without a key is read by a cursor, and tells no position', async () => {
    const probe = probeReader(made({ table: 'loose', pageRows: 2 }));
    expect(probe.position).toEqual({ records: 0, table: '"loose"' });
    await probe.request(1);
    expect(probe.position).toBeUndefined();
    expect(ids(await probe.rest())).toEqual([1, 2, 0, 1, 2, 0]);
    await probe.close();
  });

  test('is gone on with only by the same key, and only if it is the same', async () => {
    const probe = probeReader(made({ table: 'numbers', pageRows: 10 }));
    await probe.request(1);
    const from = probe.position;
    await probe.close();
    expect(ids(await read({ table: 'numbers' }, { from }))[0]).toBe(11);
    for (const other of [
      { table: 'numbers', key: ['word'] },
      { table: 'loose', key: ['at'] },
      { query: 'SELECT 1 AS id', key: 'id' },
    ]) {
      expect(await failure(read(other, { from }))).toMatchObject({ code: 'ERR_CHANGED' });
    }
    expect(await failure(read({ table: 'numbers' }, { from: 7 }))).toMatchObject({ code: 'ERR_CHANGED' });
  });
});

describe('a key', () => {
  test('that is there twice is refused, also at the end of a page', async () => {
    await execute('CREATE TABLE twice AS SELECT unnest(ARRAY[1, 2, 3, 3, 4]) AS id');
    for (const pageRows of [1, 2, 3, 10]) {
      expect(await failure(read({ table: 'twice', key: 'id', pageRows }))).toMatchObject({
        code: 'ERR_OPTIONS',
        message: expect.stringContaining('two rows have the same key, "id": 3'),
      });
    }
  });

  test('that may be null is refused where it is', async () => {
    await execute('CREATE TABLE nulls AS SELECT unnest(ARRAY[1, NULL]) AS id');
    expect(await failure(read({ table: 'nulls', key: 'id', pageRows: 1 }))).toMatchObject({
      code: 'ERR_OPTIONS',
      message: expect.stringContaining('there are rows whose key, "id", is null'),
    });
    expect(await read({ table: 'nulls', key: 'id', where: 'id IS NOT NULL' })).toEqual([{ id: 1 }]);
    expect(await read({ table: 'nulls', since: 'id' })).toEqual([{ id: 1 }]);
  });

  test('may be of types whose texts are not in their order', async () => {
    await execute('CREATE TABLE large (n numeric, at timestamptz, PRIMARY KEY (at, n))');
    await execute(
      `INSERT INTO large SELECT n * 10 ^ 20, '2025-01-01Z'::timestamptz + (n / 4) * interval '1 microsecond'
       FROM generate_series(1, 30) n`,
    );
    const records = await read({ table: 'large', pageRows: 3 });
    expect(records.map(({ n }) => Number(n) / 1e20)).toEqual(Array.from({ length: 30 }, (_, at) => at + 1));
  });
});

test('a key of a fixed length is gone on behind with all of it', async () => {
  await execute(
    'CREATE TABLE fixed (code char(4), mask bit(3), PRIMARY KEY (code, mask))',
    "INSERT INTO fixed SELECT 'ab' || n, n::bit(3) FROM generate_series(1, 7) n",
  );
  expect((await read({ table: 'fixed', pageRows: 2 })).map(({ mask }) => mask)).toEqual(
    [1, 2, 3, 4, 5, 6, 7].map((n) => n.toString(2).padStart(3, '0')),
  );
});

describe('rows since a value', () => {
  test('come in its order, only beyond it, and rows with the same value are told apart by the key', async () => {
    await execute('CREATE TABLE events (id int PRIMARY KEY, at timestamptz)');
    await execute(
      `INSERT INTO events SELECT 20 - n, '2025-01-01Z'::timestamptz + (n / 5) * interval '1 hour' FROM generate_series(0, 19) n`,
    );
    const after = new Date('2025-01-01T00:00Z');
    const found = await read({ table: 'events', since: 'at', after, pageRows: 2 });
    expect(ids(found)).toEqual([11, 12, 13, 14, 15, 6, 7, 8, 9, 10, 1, 2, 3, 4, 5]);
    expect(await failure(read({ table: 'loose', since: 'id' }))).toMatchObject({ code: 'ERR_OPTIONS' });
  });

  test.each(['timestamptz', 'timestamp', 'date'])('may begin at a time, in a column of %s', async (type) => {
    await execute(`CREATE TABLE "from ${type}" (id int PRIMARY KEY, at ${type})`);
    await execute(
      `INSERT INTO "from ${type}" SELECT n, '2025-12-30Z'::${type} + n * interval '24 hours' FROM generate_series(0, 9) n`,
    );
    const options = { table: `from ${type}`, since: 'at', pageRows: 3 } as const;
    expect(made(options).traits.timed).toBe(true);
    const from = new Date('2026-01-01');
    expect(ids(await read(options, { from }))).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    const noon = new Date('2026-01-01T12:00Z');
    expect(ids(await read(options, { from: noon }))).toEqual([3, 4, 5, 6, 7, 8, 9]);
    const after = new Date('2026-01-04');
    expect(ids(await read({ ...options, after }, { from }))).toEqual([6, 7, 8, 9]);
  });

  test('begin at that time when the run was stopped before the first of them', async () => {
    await execute('CREATE TABLE late (id int PRIMARY KEY, at timestamptz)');
    const options = { table: 'late', since: 'at' };
    const before = probeReader(made(options), { from: new Date('2026-01-01') });
    expect(await before.rest()).toEqual([]);
    const { position } = before;
    await before.close();
    await execute(`INSERT INTO late VALUES (1, '2025-06-01Z'), (2, '2026-06-01Z')`);
    expect(ids(await read(options, { from: position }))).toEqual([2]);
  });

  test('cannot begin at a time where their column holds none', async () => {
    const from = new Date('2026-01-01');
    const found = await failure(read({ table: 'numbers', since: 'id' }, { from }));
    expect(found).toMatchObject({ code: 'ERR_OPTIONS' });
    expect(String(found)).toContain('the column "id" is of type integer');
  });

  test('are looked for again and again, when it polls, until it is left', async () => {
    const clock = virtualClock();
    await execute('CREATE TABLE growing (id serial PRIMARY KEY)', 'INSERT INTO growing DEFAULT VALUES');
    const reader = made({ table: 'growing', since: 'id', poll: '5s' });
    expect(reader.traits).toMatchObject({ bounded: false, replay: 'position' });
    const probe = probeReader(reader, { clock });
    await probe.request(1);
    expect(ids(probe.records)).toEqual([1]);
    await execute('INSERT INTO growing DEFAULT VALUES', 'INSERT INTO growing DEFAULT VALUES');
    const second = probe.request(1);
    await passing(clock, () => probe.records.length > 1);
    await second;
    expect(ids(probe.records)).toEqual([1, 2, 3]);
    expect(probe.position).toMatchObject({ records: 3, after: ['3'] });
    await probe.close();
    expect(probe.state).toBe('closed');
  });
});

describe('a query', () => {
  test('keeps the order that it says, and takes parameters', async () => {
    const query = 'SELECT id FROM numbers WHERE id <= $1 ORDER BY id DESC; ';
    expect(ids(await read({ query, params: [3], pageRows: 2 }))).toEqual([3, 2, 1]);
    const columns = ['word'];
    expect(await read({ query: 'SELECT * FROM numbers WHERE id = 7 -- seven', columns })).toEqual([
      { word: 'word 7' },
    ]);
  });

  test('is refused where two columns have the same name', async () => {
    expect(await failure(read({ query: 'SELECT 1 AS id, 2 AS id' }))).toMatchObject({
      code: 'ERR_COLUMNS',
      details: { column: 'id' },
    });
  });
});

describe('what is not there', () => {
  test.each([
    [{ table: 'Numbers' }, 'ERR_NOT_FOUND', 'there is no table "Numbers"'],
    [{ table: 'public.numbers' }, 'ERR_NOT_FOUND', 'there is no table "public.numbers"'],
    [{ table: 'numbers', schema: 'other' }, 'ERR_NOT_FOUND', 'there is no table "other"."numbers"'],
    [{ table: 'numbers', columns: ['id', 'wort'] }, 'ERR_COLUMNS', 'there is no column "wort"'],
    [{ table: 'numbers', key: 'ID' }, 'ERR_COLUMNS', 'there is no column "ID"'],
    [{ table: 'numbers', since: 'at' }, 'ERR_COLUMNS', 'there is no column "at"'],
    [{ query: 'SELECT 1 AS id', columns: ['no'] }, 'ERR_COLUMNS', 'there is no column "no"'],
    [{ query: 'SELEKT 1' }, 'ERR_DATABASE', 'syntax error'],
    [{ table: 'numbers', where: 'id >' }, 'ERR_DATABASE', 'syntax error'],
  ] as const)('is said: %o', async (options, code, found) => {
    const error = await failure(read(options));
    expect(error).toMatchObject({ code, message: expect.stringContaining(found), retryable: false });
    expect(error).toMatchObject({ hint: expect.stringMatching(/\S/) });
  });
});

describe('a connection that is lost', () => {
  test('is made again behind the last row, so many times', async () => {
    const clock = virtualClock();
    const probe = probeReader(made({ table: 'numbers', pageRows: 10 }), { clock });
    await probe.request(1);
    await server.cut();
    const rest = probe.rest();
    await passing(clock, () => probe.records.length === 50);
    expect(ids(await rest)).toEqual(Array.from({ length: 50 }, (_, at) => at + 1));
    await probe.close();
  });

  test('ends a reader that cannot go on behind it', async () => {
    const probe = probeReader(made({ query: 'SELECT * FROM numbers', pageRows: 10 }));
    await probe.request(1);
    await server.cut();
    expect(await failure(probe.rest())).toMatchObject({ code: 'ERR_DATABASE', retryable: true });
    await probe.close();
  });

  test('ends it when no server answers', async () => {
    const nowhere = { url: 'postgres://somebody:secret@127.0.0.1:1/shop', table: 't', backoff: '0ms..0ms' };
    const error = (await failure(read(nowhere))) as Error;
    expect(error).toMatchObject({ code: 'ERR_DATABASE', retryable: true, details: { code: 'ECONNREFUSED' } });
    expect(`${error.message}${error.stack}${JSON.stringify(error)}`).not.toContain('secret');
  });
});

describe('the options', () => {
  test.each([
    [{}, 'give one of table and query'],
    [{ table: 't', query: 'SELECT 1' }, 'give one of table and query'],
    [{ query: 'SELECT 1', where: 'true' }, 'schema and where are for a table'],
    [{ table: 't', poll: '5s' }, 'since: name the column'],
    [{ table: 't', after: 1 }, 'since: name the column'],
    [{ table: 't', since: 'id', poll: 'soon' }, 'poll: expected a duration'],
    [{ table: 't', since: 'id', after: new Date(Number.NaN) }, 'after: expected text'],
    [{ table: 't', url: 'mysql://localhost' }, 'url: expected a URL'],
    [{ table: 't', url: 'postgres://user:secret@[' }, 'url: expected a URL'],
    [{ table: 't', backoff: 'later' }, 'backoff: expected two waits'],
    [{ table: 't', columns: ['a', 'a'] }, 'columns: a name is there twice'],
    [{ table: 't', tabel: 't' }, 'Unrecognized key'],
  ])('are checked: %o', (options, found) => {
    const error = (() => {
      try {
        return postgresReader(options as PostgresReadOptions);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ code: 'ERR_OPTIONS', message: expect.stringContaining(found) });
    expect((error as Error).message).not.toContain('secret');
  });

  test.each([
    ['postgres://user:secret@db.example.com/shop', 'postgres orders@db.example.com/shop'],
    [
      'postgresql://user:secret@db.example.com:6432/a%20b?sslmode=require',
      'postgres orders@db.example.com:6432/a b',
    ],
    ['postgres://u@/shop?host=/var/run/postgresql', 'postgres orders@/var/run/postgresql/shop'],
  ])('say where it reads without user and password: %s', (where, label) => {
    expect(postgresReader({ url: where, table: 'orders' }).label).toBe(label);
  });
});
