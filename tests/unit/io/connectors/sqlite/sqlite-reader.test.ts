import { existsSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { readPlan } from '../../../../../src/io/connectors/sqlite/read-plan.ts';
import {
  type SqliteReadOptions,
  SqliteReadSchema,
} from '../../../../../src/io/connectors/sqlite/sqlite-read-options.ts';
import { sqliteReader } from '../../../../../src/io/connectors/sqlite/sqlite-reader.ts';
import { toArray } from '../../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../../src/processing/graph/pipeline.ts';
import { select } from '../../../../../src/processing/operators/select.ts';
import { sqlite } from '../../../../../src/sqlite.ts';
import { run } from '../../../../../src/start.ts';
import { probeReader } from '../../../../../src/testing/reader-probe.ts';
import { virtualClock } from '../../../../../src/testing/virtual-clock.ts';
import { databases, execute, failure } from './databases.ts';

const folder = databases();
type Options = Omit<SqliteReadOptions, 'database'>;
const reader = (database: string, options: Options) =>
  sqliteReader<Record<string, unknown>>({ database, ...options });

async function read(database: string, options: Options): Promise<readonly Record<string, unknown>[]> {
  const probe = probeReader(reader(database, options));
  try {
    return await probe.rest();
  } finally {
    await probe.close();
  }
}

const count = (rows: number) =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})`;

describe('values of SQLite', () => {
  const path = folder.made(
    'CREATE TABLE t (i INTEGER, r REAL, s TEXT, b BLOB, n, d TEXT, j TEXT, f INTEGER)',
    `INSERT INTO t VALUES (9007199254740991, 1.5, 'a ä 😀', x'00ff', NULL, '2025-01-31T10:00:00Z', '{"a":[1]}', 1)`,
    "INSERT INTO t VALUES (-1, 1e999, '', x'', 7, '2025-01-31', 'null', 0)",
  );

  test('become those of JavaScript', async () => {
    expect(await read(path, { table: 't', columns: ['i', 'r', 's', 'b', 'n'] })).toEqual([
      { i: 9007199254740991, r: 1.5, s: 'a ä 😀', b: new Uint8Array([0, 255]), n: null },
      { i: -1, r: Number.POSITIVE_INFINITY, s: '', b: new Uint8Array(), n: 7 },
    ]);
  });

  test('become what the columns mean, where that is said', async () => {
    const types = { d: 'date', j: 'json', f: 'boolean', nothing: 'json' } as const;
    expect(await read(path, { table: 't', columns: ['d', 'j', 'f'], types })).toEqual([
      { d: new Date('2025-01-31T10:00:00Z'), j: { a: [1] }, f: true },
      { d: new Date('2025-01-31'), j: null, f: false },
    ]);
  });

  test.each([
    [
      'bigint',
      [
        { i: 9007199254740991n, r: 1.5 },
        { i: -1n, r: Number.POSITIVE_INFINITY },
      ],
    ],
    [
      'string',
      [
        { i: '9007199254740991', r: 1.5 },
        { i: '-1', r: Number.POSITIVE_INFINITY },
      ],
    ],
  ] as const)('have integers as %s', async (bigints, rows) => {
    expect(await read(path, { table: 't', columns: ['i', 'r'], bigints })).toEqual(rows);
    expect(await read(path, { query: 'SELECT i, r FROM t', bigints })).toEqual(rows);
  });

  test('that are none make bad records, which say why', async () => {
    const bad = folder.made(
      'CREATE TABLE t (id INTEGER PRIMARY KEY, i, d, j, f)',
      "INSERT INTO t VALUES (1, 9007199254740992, NULL, NULL, NULL), (2, 0, '2025-02-30', NULL, NULL), (3, 0, 5, NULL, NULL), (4, 0, NULL, '{', NULL), (5, 0, NULL, x'31', NULL), (6, 0, NULL, NULL, 2), (7, 0, NULL, NULL, 'true')",
    );
    const types = { d: 'date', j: 'json', f: 'boolean' } as const;
    const probe = probeReader(reader(bad, { table: 't', types }));
    expect(await probe.rest()).toEqual([]);
    await probe.close();
    expect(probe.failures.map(({ error, origin }) => [Reflect.get(error, 'code'), origin.record])).toEqual([
      ['ERR_LIMIT', 1],
      ...[2, 3, 4, 5, 6, 7].map((record) => ['ERR_COLUMN_TYPE', record]),
    ]);
    expect(probe.failures[1]).toMatchObject({
      error: {
        message: `Cannot make a date of column "d" of sqlite ${bad} t record 2: it is "2025-02-30"`,
        details: { column: 'd', type: 'date' },
      },
      partial: { id: 2, d: '2025-02-30' },
    });
  });
});

describe('a table', () => {
  test('is read by the number of its rows, whatever its columns are called', async () => {
    const path = folder.made(
      'CREATE TABLE t (rowid TEXT, "a""b" INT, _rowid_ TEXT)',
      `${count(3000)} INSERT INTO t SELECT 'x', i, 'y' FROM n`,
    );
    const rows = await read(path, { table: 't' });
    expect(rows.map((row) => row['a"b'])).toEqual(Array.from({ length: 3000 }, (_, i) => i + 1));
    expect(rows[0]).toEqual({ rowid: 'x', 'a"b': 1, _rowid_: 'y' });
  });

  test('without such numbers needs a key', async () => {
    const path = folder.made(
      'CREATE TABLE t (rowid, _rowid_, oid, n INT)',
      'CREATE VIEW v AS SELECT n FROM t',
      'INSERT INTO t VALUES (1, 1, 1, 5)',
    );
    for (const table of ['t', 'v']) {
      expect(await failure(read(path, { table }))).toMatchObject({
        code: 'ERR_OPTIONS',
        hint: expect.stringContaining('key'),
      });
      expect(await read(path, { table, key: 'n', columns: ['n'] })).toEqual([{ n: 5 }]);
    }
  });

  test('is read byte by byte in the order of its key, not as its columns compare', async () => {
    const path = folder.made(
      'CREATE TABLE t (k TEXT COLLATE NOCASE, UNIQUE (k COLLATE BINARY))',
      `${count(1500)} INSERT INTO t SELECT 'k' || i FROM n`,
      `${count(1500)} INSERT INTO t SELECT 'K' || i FROM n`,
    );
    const rows = await read(path, { table: 't', key: 'k' });
    expect(new Set(rows.map(({ k }) => k)).size).toBe(3000);
  });

  test.each<[string, Options, RegExp]>([
    ['shared by two rows', { table: 't', key: 'twice' }, /in the order of its key: two rows have twice 500$/],
    ['shared across the end of a page', { table: 't', key: 'page' }, /two rows have page 1024$/],
    ['NULL', { table: 't', key: ['n', 'id'] }, /n is NULL in a row/],
    ['shared in a query', { query: 'SELECT twice FROM t', key: 'twice' }, /two rows have twice 500/],
  ])('is not read by a key that is %s: rows would be lost', async (_, options, message) => {
    const path = folder.made(
      'CREATE TABLE t (id INTEGER PRIMARY KEY, twice, page, n)',
      `${count(1100)} INSERT INTO t SELECT i, i - (i = 501), i - (i = 1025), NULLIF(i, 7) FROM n`,
    );
    expect(await failure(read(path, options))).toMatchObject({
      code: 'ERR_OPTIONS',
      message: expect.stringMatching(message),
    });
  });

  test.each<[string, Options, string]>([
    ['the number of the row', { table: 't' }, 'SEARCH t USING INTEGER PRIMARY KEY (rowid>?)'],
    ['a key of two columns', { table: 'u' }, 'SEARCH u USING PRIMARY KEY ((a,b)>(?,?))'],
    ['a column that grows', { table: 't', since: 'at' }, 'SEARCH t USING COVERING INDEX by_at (at>?)'],
    [
      'the key of a query',
      { query: 'SELECT id, at FROM t WHERE at > 5', key: 'id' },
      'SEARCH t USING INTEGER PRIMARY KEY (rowid>?)',
    ],
  ])('is found by an index behind a row, by %s', (_, options, plan) => {
    const path = folder.made(
      'CREATE TABLE t (id INTEGER PRIMARY KEY, at)',
      'CREATE INDEX by_at ON t (at)',
      'CREATE TABLE u (a TEXT, b INT, c, PRIMARY KEY (a, b)) WITHOUT ROWID',
    );
    const database = new DatabaseSync(path);
    const { keyed } = readPlan(database, SqliteReadSchema.parse({ database: path, ...options }), 'read');
    const steps = database.prepare(`EXPLAIN QUERY PLAN ${keyed!.next}`).all();
    database.close();
    expect(steps.map(({ detail }) => detail)).toEqual([plan]);
  });

  test('can be asked for some rows and columns', async () => {
    const path = folder.made(
      'CREATE TABLE t (id INTEGER PRIMARY KEY, a, b)',
      `${count(2500)} INSERT INTO t SELECT i, i % 3, i * 2 FROM n`,
    );
    const expected = Array.from({ length: 2500 }, (_, i) => i + 1)
      .filter((id) => id % 3 === 1 && id > 100)
      .map((id) => ({ b: id * 2 }));
    const where = 'a = ? AND id > ? -- of those';
    expect(await read(path, { table: 't', columns: ['b'], where, params: [1, 100n] })).toEqual(expected);
    const whereNamed = 'a = :a AND id > $id AND id > @id';
    for (const params of [
      { ':a': 1, $id: 100, '@id': 1 },
      { a: 1, id: 100 },
    ]) {
      expect(await read(path, { table: 't', columns: ['b'], where: whereNamed, params })).toEqual(expected);
    }
  });

  test('builds the columns only that are selected behind it', async () => {
    const path = folder.made(
      'CREATE TABLE t (id INTEGER PRIMARY KEY, a, b)',
      "INSERT INTO t VALUES (1, 'a', 'b')",
    );
    const read = reader(path, { table: 't' });
    expect(await probeReader(read.select!(['b', 'id'])!).rest()).toEqual([{ b: 'b', id: 1 }]);
    expect(reader(path, { table: 't', columns: ['a'] }).select!(['b'])).toBeUndefined();
    expect(reader(path, { query: 'SELECT 1' }).select!(['b'])).toBeUndefined();
    const out = toArray<object>();
    await run(
      pipeline(
        'p',
        sqlite.read<{ a: string; b: string }>({ database: path, table: 't' }).pipe(select('b')).to(out),
      ),
    );
    expect(out.records).toEqual([{ b: 'b' }]);
  });

  test('whose rows are large is read a few at a time', async () => {
    const path = folder.made(
      'CREATE TABLE t (id INTEGER PRIMARY KEY, data BLOB)',
      `${count(20)} INSERT INTO t SELECT i, zeroblob(3000000) FROM n`,
    );
    const probe = probeReader(reader(path, { table: 't' }));
    await probe.request(1);
    expect(probe.records.length).toBeLessThan(5);
    expect(await probe.rest()).toHaveLength(20);
    await probe.close();
  });
});

describe('a table that grows', () => {
  test('is asked again and again, behind the last row', async () => {
    const path = folder.made(
      'CREATE TABLE t (id INTEGER PRIMARY KEY, n)',
      'INSERT INTO t (n) VALUES (1), (2)',
    );
    const clock = virtualClock();
    const growing = reader(path, { table: 't', poll: '5s' });
    expect(growing.traits).toMatchObject({ bounded: false, replay: 'position' });
    const probe = probeReader(growing, { clock });
    await probe.request(1);
    void probe.request(Number.POSITIVE_INFINITY);
    await clock.advance(12_000);
    expect(probe.records).toHaveLength(2);
    execute(path, 'INSERT INTO t (n) VALUES (3)');
    await clock.advance(4000);
    expect(probe.records.map(({ n }) => n)).toEqual([1, 2, 3]);
    const { position } = probe;
    await probe.close();
    expect(clock.pending).toBe(0);
    execute(path, 'INSERT INTO t (n) VALUES (4)');
    const later = probeReader(growing, { clock, from: position });
    await later.request(1);
    expect(later.records).toEqual([{ id: 4, n: 4 }]);
    expect(later.origins[0]).toMatchObject({ record: 4 });
    await later.close();
  });

  test('gives rows that were changed once more, in the order of their change', async () => {
    const path = folder.made(
      'CREATE TABLE t (id INTEGER PRIMARY KEY, changed INT)',
      'INSERT INTO t VALUES (1, 10), (2, 10), (3, NULL), (4, 5)',
    );
    const since = { table: 't', since: 'changed' } as const;
    const probe = probeReader(reader(path, since));
    expect((await probe.rest()).map(({ id }) => id)).toEqual([4, 1, 2]);
    const { position } = probe;
    execute(path, 'UPDATE t SET changed = 11 WHERE id = 4', 'UPDATE t SET changed = 12 WHERE id = 3');
    const next = probeReader(reader(path, since), { from: position });
    expect((await next.rest()).map(({ id }) => id)).toEqual([4, 3]);
    expect((await read(path, { ...since, after: 11 })).map(({ id }) => id)).toEqual([3]);
  });

  describe('from a time on', () => {
    const dated = { table: 't', since: 'at', types: { at: 'date' } } as const;
    const from = new Date('2026-01-01');
    const made = () =>
      folder.made(
        'CREATE TABLE t (id INTEGER PRIMARY KEY, at TEXT)',
        "INSERT INTO t VALUES (1, '2025-12-31T23:59:59.999Z'), (2, '2026-01-01T00:00:00.000Z'), (3, '2026-01-01 00:00:01')",
        "INSERT INTO t VALUES (4, '2026-01-01T01:00:00+02:00'), (5, NULL), (6, '2026-02-01')",
      );

    test('gives what is not older, however the time is written', async () => {
      const probe = probeReader(reader(made(), dated), { from });
      expect((await probe.rest()).map(({ id }) => id)).toEqual([3, 2, 6]);
      await probe.close();
    });

    test('keeps to what after says, too', async () => {
      const probe = probeReader(reader(made(), { ...dated, after: '2026-01-15' }), { from });
      expect((await probe.rest()).map(({ id }) => id)).toEqual([6]);
      await probe.close();
    });

    test('goes on from there when it was stopped before the first row', async () => {
      const path = folder.made('CREATE TABLE t (id INTEGER PRIMARY KEY, at TEXT)');
      const before = probeReader(reader(path, dated), { from });
      expect(await before.rest()).toEqual([]);
      const { position } = before;
      await before.close();
      execute(path, "INSERT INTO t VALUES (1, '2025-06-01'), (2, '2026-06-01')");
      const probe = probeReader(reader(path, dated), { from: position });
      expect((await probe.rest()).map(({ id }) => id)).toEqual([2]);
      await probe.close();
    });

    test('gives what is no time to the policies, as ever', async () => {
      const path = folder.made(
        'CREATE TABLE t (id INTEGER PRIMARY KEY, at)',
        "INSERT INTO t VALUES (1, 'soon'), (2, 5)",
      );
      const probe = probeReader(reader(path, dated), { from });
      expect(await probe.rest()).toEqual([]);
      expect(probe.failures.map(({ error }) => (error as { code?: string }).code)).toEqual([
        'ERR_COLUMN_TYPE',
        'ERR_COLUMN_TYPE',
      ]);
      await probe.close();
    });

    test('is for columns of which it is said that they hold times', () => {
      expect(reader('a.db', dated).traits.timed).toBe(true);
      expect(reader('a.db', { table: 't', since: 'at' }).traits.timed).toBe(false);
      expect(reader('a.db', { table: 't', types: { at: 'date' } }).traits.timed).toBe(false);
    });
  });

  test('can be read while somebody writes, as nothing is locked between two pages', async () => {
    const path = folder.made(
      'CREATE TABLE t (id INTEGER PRIMARY KEY)',
      `${count(3000)} INSERT INTO t SELECT i FROM n`,
    );
    const probe = probeReader(reader(path, { table: 't' }));
    await probe.request(1);
    execute(path, 'PRAGMA busy_timeout = 0', 'DELETE FROM t WHERE id % 2 = 0');
    expect(await probe.rest()).toHaveLength(1024 + 988);
    await probe.close();
  });
});

describe('a query', () => {
  test.each(['VACUUM INTO', 'ATTACH'])('makes no files: %s', async (statement) => {
    const path = folder.made('CREATE TABLE t (i)');
    const made = `${path}.made`;
    const query = `${statement} '${made}'${statement === 'ATTACH' ? ' AS x' : ''}`;
    await expect(read(path, { query })).rejects.toMatchObject({
      code: 'ERR_OPTIONS',
      message: expect.stringContaining('the query gives no rows'),
    });
    expect(existsSync(made)).toBe(false);
  });

  const path = folder.made(
    'CREATE TABLE t (id INTEGER PRIMARY KEY, n)',
    `${count(2000)} INSERT INTO t SELECT i, i % 7 FROM n`,
  );

  test('gives what it gives, with its parameters', async () => {
    const query = 'SELECT n, count(*) AS count, ? AS p FROM t WHERE id <= ? GROUP BY n ORDER BY n;';
    expect(await read(path, { query, params: ['x', 7] })).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((n) => ({ n, count: 1, p: 'x' })),
    );
    expect(reader(path, { query, params: ['x', 7] }).traits).toMatchObject({ replay: 'none' });
  });

  test('is asked page by page with a key, also where it ends in a comment', async () => {
    const query = 'SELECT id * 2 AS double, n FROM t WHERE n = ? -- some of them\n;';
    const rows = await read(path, { query, params: [3], key: 'double' });
    expect(rows).toHaveLength(286);
  });

  test.each<[string, Options, object]>([
    [
      'is wrong',
      { query: 'SELEKT 1' },
      { code: 'ERR_DATABASE', message: expect.stringContaining('syntax error') },
    ],
    [
      'has no such table',
      { query: 'SELECT * FROM none' },
      { code: 'ERR_DATABASE', message: expect.stringContaining('no such table: none') },
    ],
    ['has no such key', { query: 'SELECT 1 AS a', key: 'b' }, { code: 'ERR_COLUMNS' }],
    ['gives no rows', { query: 'PRAGMA shrink_memory' }, { code: 'ERR_OPTIONS' }],
    ['writes', { query: 'DELETE FROM t RETURNING id' }, { code: 'ERR_PERMISSION' }],
  ])('that %s fails the run', async (_, options, error) => {
    expect(await failure(read(path, options))).toMatchObject(error);
  });
});

describe('a database', () => {
  test.each<[string, (path: string) => void, Options, object]>([
    ['is not there', () => {}, { table: 't' }, { code: 'ERR_NOT_FOUND' }],
    [
      'is none',
      (path) => writeFileSync(path, 'this is a text, and no database at all. '.repeat(30)),
      { table: 't' },
      { code: 'ERR_DATABASE', details: { code: 26 } },
    ],
    [
      'lacks the table',
      (path) => execute(path, 'CREATE TABLE orders (id)'),
      { table: 'order' },
      { code: 'ERR_NOT_FOUND', hint: 'Did you mean "orders"?' },
    ],
    [
      'lacks a column',
      (path) => execute(path, 'CREATE TABLE t (total)'),
      { table: 't', columns: ['totl'] },
      { code: 'ERR_COLUMNS', hint: 'Did you mean "total"?' },
    ],
    ['is empty', (path) => writeFileSync(path, ''), { table: 't' }, { code: 'ERR_NOT_FOUND' }],
  ])('that %s fails the run', async (_, make, options, error) => {
    const path = folder.path();
    make(path);
    expect(await failure(read(path, options))).toMatchObject(error);
  });

  test('that is damaged fails the run behind the rows that could be read', async () => {
    const path = folder.made(
      'CREATE TABLE t (id INTEGER PRIMARY KEY, note TEXT)',
      `${count(20_000)} INSERT INTO t SELECT i, printf('%0200d', i) FROM n`,
    );
    const { readFileSync } = await import('node:fs');
    const bytes = readFileSync(path);
    bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 40_000);
    writeFileSync(path, bytes);
    const probe = probeReader(reader(path, { table: 't' }));
    expect(await failure(probe.rest())).toMatchObject({ code: 'ERR_DATABASE', details: { code: 11 } });
    expect(probe.records.length).toBeGreaterThan(1000);
    await probe.close();
  });

  test('that somebody has for himself is waited for', async () => {
    const path = folder.made('CREATE TABLE t (id INTEGER PRIMARY KEY)', 'INSERT INTO t VALUES (1)');
    const clock = virtualClock();
    const other = new DatabaseSync(path);
    other.exec('BEGIN EXCLUSIVE');
    const first = probeReader(reader(path, { table: 't', timeout: '1s' }), { clock });
    const second = probeReader(reader(path, { query: 'SELECT id FROM t' }), { clock });
    const [late, waiting] = [failure(first.rest()), second.rest()];
    await clock.advance(2000);
    expect(await late).toMatchObject({ code: 'ERR_DATABASE', retryable: true });
    other.exec('COMMIT');
    await clock.advance(1000);
    expect(await waiting).toEqual([{ id: 1 }]);
    const left = probeReader(reader(path, { table: 't' }), { clock });
    other.exec('BEGIN EXCLUSIVE');
    void left.request(1);
    await clock.advance(20);
    await left.close();
    expect(clock.pending).toBe(0);
    other.close();
  });
});

test('a position of something else is refused', async () => {
  const path = folder.made(
    'CREATE TABLE t (id INTEGER PRIMARY KEY)',
    'CREATE TABLE u (id INTEGER PRIMARY KEY)',
    'INSERT INTO t VALUES (1)',
  );
  const probe = probeReader(reader(path, { table: 't' }));
  await probe.rest();
  for (const [options, from] of [
    [{ table: 'u' }, probe.position],
    [{ table: 't', since: 'id' }, probe.position],
    [{ table: 't' }, { records: 1 }],
  ] as const) {
    expect(await failure(probeReader(reader(path, options), { from }).rest())).toMatchObject({
      code: 'ERR_CHANGED',
    });
  }
});

test.each<[Options, string]>([
  [{}, 'give a table or a query'],
  [{ table: 't', query: 'SELECT 1' }, 'give a table or a query'],
  [{ query: 'SELECT 1', columns: ['a'] }, 'columns and where are for a table'],
  [{ query: 'SELECT 1', since: 'a' }, 'key: a query needs a key for since and poll'],
  [{ table: 't', after: 5 }, 'after: it goes with since'],
  [{ table: 't', params: [Number.NaN] }, 'params: '],
  [{ table: 't', params: [{}] as never }, 'params: '],
  [
    { query: 'SELECT ?, ?', params: [1] },
    'params: the query has placeholders for 2 (?, ?), and 1 value is given',
  ],
  [{ query: 'SELECT :a' }, 'params: the query has the placeholder :a, and nothing is given for it'],
  [
    { table: 't', where: 'id = :id', params: { ':ip': 1 } },
    'params: the where has the placeholder :id, and only :ip is given',
  ],
  [{ table: 't', params: [1] }, 'params: the where has no placeholders, and 1 value is given'],
  [{ table: 't', bigints: 'float' as never }, 'bigints: '],
  [{ table: 't', types: { a: 'int' as never } }, 'types.a: '],
])('options that are wrong are named: %o', (options, message) => {
  expect(() => reader('a.db', options)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining(message) }),
  );
});
