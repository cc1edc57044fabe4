import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { from } from '../../../../../src/from.ts';
import type { DeadLetter } from '../../../../../src/interfaces/failure.ts';
import type { OnError } from '../../../../../src/interfaces/policy.ts';
import type { Writer } from '../../../../../src/interfaces/writer.ts';
import type { SqliteWriteOptions } from '../../../../../src/io/connectors/sqlite/sqlite-write-options.ts';
import { sqliteWriter } from '../../../../../src/io/connectors/sqlite/sqlite-writer.ts';
import { leaseConnection } from '../../../../../src/io/connectors/sqlite/write-connection.ts';
import { forEach } from '../../../../../src/io/memory/for-each.ts';
import { pipeline } from '../../../../../src/processing/graph/pipeline.ts';
import { deadLetter } from '../../../../../src/processing/policies/dead-letter.ts';
import { fallback } from '../../../../../src/processing/policies/fallback.ts';
import { retry } from '../../../../../src/processing/policies/retry.ts';
import { skip } from '../../../../../src/processing/policies/skip.ts';
import { run, start } from '../../../../../src/start.ts';
import { virtualClock } from '../../../../../src/testing/virtual-clock.ts';
import { databases, execute, failure, open, rowsOf, write, writeContext } from './databases.ts';

const folder = databases();
const TABLE =
  "CREATE TABLE t (id INTEGER PRIMARY KEY, note TEXT DEFAULT 'none', total REAL CHECK (total >= 0))";
const rows = (path: string, query = 'SELECT * FROM t') => rowsOf(path, query);
const writer = (database: string, options: Partial<SqliteWriteOptions> = {}) =>
  sqliteWriter<object>({ database, table: 't', ...options });
const written = async (database: string, records: readonly object[], options?: Partial<SqliteWriteOptions>) =>
  run(pipeline('p', from(records).to(writer(database, options))));

describe('the columns of a table', () => {
  test('are those of the first record; what it lacks gets its default', async () => {
    const path = folder.made(TABLE);
    await written(path, [{ total: 1 }, { total: 2 }, { total: null }]);
    expect(rows(path)).toEqual([
      { id: 1, note: 'none', total: 1 },
      { id: 2, note: 'none', total: 2 },
      { id: 3, note: 'none', total: null },
    ]);
  });

  test('are those that are named; what records lack is NULL, and what they have besides is ignored when told', async () => {
    const path = folder.made(TABLE);
    await written(path, [{ id: 5, other: 1 }, { ID: 6 }, { note: 'x', id: 7 }], {
      columns: ['id', 'note'],
      extra: 'ignore',
    });
    expect(rows(path, 'SELECT id, note FROM t WHERE id IN (5, 7)')).toEqual([
      { id: 5, note: null },
      { id: 7, note: 'x' },
    ]);
  });

  test('are told from each other as SQLite does it: not by the case of letters', async () => {
    const path = folder.made(TABLE);
    await written(path, [{ ID: 1, Note: 2 }]);
    expect(rows(path, 'SELECT id, note FROM t')).toEqual([{ id: 1, note: '2' }]);
  });

  test('may have any names, and so may the table', async () => {
    const table = 'a"; DROP TABLE b; --';
    const column = 'x\') VALUES (1); -- "ä';
    const path = folder.path();
    await written(path, [{ [column]: 1, __proto__: null, constructor: 'c' }], { table, create: true });
    expect(rowsOf(path, `SELECT * FROM "${table.replaceAll('"', '""')}"`)).toEqual([
      { [column]: 1, constructor: 'c' },
    ]);
  });

  test.each<[string, Partial<SqliteWriteOptions>, object]>([
    [
      'the table is not there',
      { table: 'orders' },
      { code: 'ERR_NOT_FOUND', hint: expect.stringContaining('create') },
    ],
    [
      'a column is not there',
      { columns: ['id', 'noet'] },
      { code: 'ERR_COLUMNS', hint: 'Did you mean "note"?' },
    ],
    ['the key is not there', { conflict: { key: 'ib' } }, { code: 'ERR_COLUMNS' }],
    ['the key is none', { conflict: { key: 'note' } }, { code: 'ERR_DATABASE', retryable: false }],
    ['a column is worked out', { columns: ['twice'] }, { code: 'ERR_COLUMNS' }],
  ])('are checked before anything is read: %s', async (_, options, error) => {
    const path = folder.made(TABLE, 'ALTER TABLE t ADD COLUMN twice GENERATED ALWAYS AS (id * 2)');
    expect(await failure(open(writer(path, options)))).toMatchObject(error);
  });
});

describe('a database that is not there', () => {
  test('is not made by accident', async () => {
    const path = folder.path();
    expect(await failure(open(writer(path)))).toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: expect.stringContaining(path),
    });
    expect(existsSync(path)).toBe(false);
  });

  test('is made with its table, when that is wanted', async () => {
    const path = folder.path();
    const records = [
      { id: 1, big: 2n, note: null, paid: true, day: new Date(0), data: Buffer.from('x'), list: [1] },
      { id: 2.5, big: 3n, note: 'text', paid: false, day: null, data: null, list: null },
    ];
    await written(path, records, { create: true });
    const types = rowsOf(path, "SELECT name, type FROM pragma_table_info('t')").map(
      ({ name, type }) => `${name} ${type}`,
    );
    expect(types).toEqual([
      'id NUMERIC',
      'big INTEGER',
      'note TEXT',
      'paid INTEGER',
      'day TEXT',
      'data BLOB',
      'list TEXT',
    ]);
    expect(rows(path, 'SELECT id, note, day, list FROM t')).toEqual([
      { id: 1, note: null, day: '1970-01-01T00:00:00.000Z', list: '[1]' },
      { id: 2.5, note: 'text', day: null, list: null },
    ]);
  });

  test('is made as it is told, also when there is nothing to write', async () => {
    const path = folder.path();
    await written(path, [], { create: { id: 'INTEGER PRIMARY KEY', note: "TEXT DEFAULT '-'" } });
    await written(path, [{ id: 7 }], { create: { other: 'TEXT' } });
    expect(rows(path)).toEqual([{ id: 7, note: '-' }]);
  });

  test('cannot be in a folder that is not there, or be something else', async () => {
    const missing = failure(open(writer(folder.path('no/such/a.db'), { create: true })));
    expect(await missing).toMatchObject({ code: 'ERR_IO', hint: expect.stringContaining('folder') });
    const path = folder.path();
    execute(path, 'CREATE TABLE t (id)');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(path, 'this is no database, but a text that is long enough to look like none'.repeat(20));
    expect(await failure(open(writer(path)))).toMatchObject({ code: 'ERR_DATABASE', details: { code: 26 } });
  });
});

describe('a record that cannot be written', () => {
  const good = Array.from({ length: 100 }, (_, id) => ({ id, note: `${id}`, total: id }));
  test.each<[string, object, object]>([
    [
      'breaks a rule',
      { id: 40, note: 'x', total: -1 },
      { code: 'ERR_CONSTRAINT', details: { index: 41, constraint: 'total >= 0' } },
    ],
    [
      'has the key of another',
      { id: 3, note: 'x', total: 1 },
      { code: 'ERR_CONSTRAINT', details: { index: 41, table: 't', columns: ['id'] } },
    ],
    [
      'has a key that is no number',
      { id: 'x', note: 'x', total: 1 },
      { code: 'ERR_CONSTRAINT', details: { index: 41 } },
    ],
    [
      'has what SQLite cannot hold',
      { id: 400, note: 'x', total: Number.NaN },
      { code: 'ERR_ENCODE', details: { index: 41, column: 'total' } },
    ],
    [
      'has another key',
      { id: 400, note: 'x', totl: 1 },
      { code: 'ERR_ENCODE', details: { index: 41, column: 'totl' } },
    ],
    ['is no object', ['x'], { code: 'ERR_ENCODE', details: { index: 41 } }],
  ])('is named, and takes nothing of its batch along: it %s', async (_, bad, error) => {
    const path = folder.made(TABLE);
    const batch = [...good.slice(0, 41), bad, ...good.slice(41)];
    const sink = await open(writer(path));
    expect(await failure(write(sink, ...batch))).toMatchObject({ retryable: false, ...error });
    await write(sink, ...good);
    await sink.close();
    expect(rows(path, 'SELECT count(*) n FROM t')).toEqual([{ n: 100 }]);
    const { balance } = await run(
      pipeline('p', from([...batch.slice(41)]).to(writer(path, { conflict: 'ignore', onError: skip() }))),
    );
    expect(balance.skipped).toBe('id' in bad && bad.id === 3 ? 0 : 1);
  });

  test('does not settle the columns for those behind it', async () => {
    const path = folder.made(TABLE);
    const { balance } = await run(
      pipeline(
        'p',
        from<object>([
          { id: 1, wrong: 1 },
          { id: 2, note: 'b' },
        ]).to(writer(path, { onError: skip() })),
      ),
    );
    expect(balance).toMatchObject({ written: 1, skipped: 1 });
    expect(rows(path, 'SELECT id, note FROM t')).toEqual([{ id: 2, note: 'b' }]);
  });
});

test('a text may have a NUL in it', async () => {
  const path = folder.made(TABLE);
  await written(path, [{ note: 'a\0b' }]);
  expect(rows(path, 'SELECT hex(note) AS note FROM t')).toEqual([{ note: '610062' }]);
});

describe('a row whose key is there', () => {
  const before = "INSERT INTO t VALUES (1, 'old', 1), (2, 'old', 2)";
  const records = [
    { id: 2, note: 'new', total: 5 },
    { id: 3, note: 'new', total: 6 },
    { id: 3, note: 'newer', total: 7 },
  ];
  test.each<[string, SqliteWriteOptions['conflict'], readonly unknown[][]]>([
    [
      'is left out',
      'ignore',
      [
        [1, 'old', 1],
        [2, 'old', 2],
        [3, 'new', 6],
      ],
    ],
    [
      'gets the values',
      { key: 'id' },
      [
        [1, 'old', 1],
        [2, 'new', 5],
        [3, 'newer', 7],
      ],
    ],
    [
      'gets some of the values',
      { key: ['id'], update: ['total'] },
      [
        [1, 'old', 1],
        [2, 'old', 5],
        [3, 'new', 7],
      ],
    ],
  ])('%s', async (_, conflict, expected) => {
    const path = folder.made(TABLE, before);
    await written(path, records, { conflict });
    expect(rows(path).map((row) => Object.values(row))).toEqual(expected);
  });

  test('does not hide another rule that is broken', async () => {
    const path = folder.made(TABLE, before);
    const error = await failure(written(path, [{ id: 2, total: -5 }], { conflict: 'ignore' }));
    expect(error).toMatchObject({ code: 'ERR_CONSTRAINT' });
  });
});

describe('a run without checkpoints', () => {
  test('is one transaction: nothing is there before all is', async () => {
    const path = folder.made(TABLE);
    const sink = await open(writer(path));
    await write(sink, { id: 1 });
    await write(sink, { id: 2 });
    expect(rows(path)).toEqual([]);
    await sink.close();
    expect(rows(path)).toHaveLength(2);
    expect(rows(path, "SELECT name FROM sqlite_schema WHERE name LIKE 'millrace%'")).toEqual([]);
  });

  test('can have each batch as a transaction, and keeps those that came before a failure', async () => {
    const path = folder.made(TABLE);
    const sink = await open(writer(path, { commit: 'batch' }));
    await write(sink, { id: 1 });
    expect(rows(path)).toHaveLength(1);
    await failure(write(sink, { id: 2 }, { id: 1 }));
    await sink.abort(new Error('it fails'));
    expect(rows(path)).toHaveLength(1);
  });

  test('has one transaction for all of its sinks in a database, however they name it', async () => {
    const path = folder.made('CREATE TABLE a (n)', 'CREATE TABLE b (n)');
    const run = {};
    const named = [path, path.replace(/\/([^/]*)$/, '/./$1')];
    const [a, b] = await Promise.all(
      ['a', 'b'].map((table, index) => open(writer(named[index]!, { table }), writeContext({ run }))),
    );
    await Promise.all([write(a!, { n: 1 }), write(b!, { n: 2 })]);
    await write(a!, { n: 3 });
    await a!.close();
    await b!.close();
    expect([rows(path, 'SELECT n FROM a'), rows(path, 'SELECT n FROM b')]).toEqual([
      [{ n: 1 }, { n: 3 }],
      [{ n: 2 }],
    ]);
  });

  test('lets no batch of one sink commit what another has not finished', async () => {
    const path = folder.made('CREATE TABLE a (n)', 'CREATE TABLE b (n)');
    const context = writeContext({ run: {} });
    const whole = await open(writer(path, { table: 'a' }), context);
    const batches = await open(writer(path, { table: 'b', commit: 'batch' }), context);
    await Promise.all([write(whole, { n: 1 }), write(batches, { n: 2 })]);
    await write(batches, { n: 3 });
    expect(rows(path, 'SELECT n FROM a UNION ALL SELECT n FROM b')).toEqual([]);
    await whole.abort(new Error('it fails'));
    expect(await failure(batches.close())).toMatchObject({ code: 'ERR_DATABASE', retryable: false });
    await batches.abort(undefined);
    expect(rows(path, 'SELECT n FROM a UNION ALL SELECT n FROM b')).toEqual([]);
  });
});

describe('somebody else who has the database locked', () => {
  test('is waited for, and found to be in the way when time is up', async () => {
    const path = folder.made(TABLE);
    const clock = virtualClock();
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const sink = await open(writer(path, { timeout: '1s' }), writeContext({ clock }));
    const writing = failure(write(sink, { id: 1 }));
    await clock.advance(2000);
    expect(await writing).toMatchObject({ code: 'ERR_DATABASE', retryable: true, details: { code: 5 } });
    const again = write(sink, { id: 2 });
    await clock.advance(100);
    other.exec('COMMIT');
    await clock.advance(100);
    await again;
    other.exec('BEGIN; SELECT * FROM t');
    const closing = sink.close();
    await clock.advance(500);
    other.exec('COMMIT');
    await clock.advance(500);
    await closing;
    other.close();
    expect(rows(path, 'SELECT id FROM t')).toEqual([{ id: 2 }]);
  });
});

describe('a transaction that SQLite takes away', () => {
  test('fails the run, whatever the policy: nothing is tried again without what it had', async () => {
    const path = folder.made('CREATE TABLE t (data BLOB)');
    const context = writeContext({ run: {} });
    const sink = await open(writer(path), context);
    const { connection, release } = await leaseConnection({
      database: path,
      doing: 'test',
      create: false,
      run: context.run,
    });
    await write(sink, { data: Buffer.from('first') });
    // As a disk that is full may; the trigger goes with it.
    connection.database.exec(
      "CREATE TEMP TRIGGER fails BEFORE INSERT ON t BEGIN SELECT RAISE(ROLLBACK, 'gone'); END",
    );
    const lost = {
      code: 'ERR_DATABASE',
      retryable: false,
      message: expect.stringContaining('its transaction was rolled back'),
    };
    expect(await failure(write(sink, { data: Buffer.from('second') }))).toMatchObject(lost);
    expect(await failure(write(sink, { data: Buffer.from('third') }))).toMatchObject(lost);
    expect(await failure(sink.close())).toMatchObject(lost);
    await sink.abort(undefined);
    await release();
    expect(rows(path)).toEqual([]);
  });

  test.each<[string, (letters: Writer<DeadLetter>) => OnError]>([
    ['skips', () => skip()],
    ['puts aside', (letters) => deadLetter(letters)],
    ['takes another record', () => fallback({ id: 0 })],
    ['tries again, and skips', () => [retry({ attempts: 3, backoff: '0ms..0ms', when: () => true }), skip()]],
  ])('is settled by no policy for records, at once: one that %s', async (_, policy) => {
    const path = folder.made(
      TABLE,
      "CREATE TRIGGER fails BEFORE INSERT ON t WHEN NEW.id = 3 BEGIN SELECT RAISE(ROLLBACK, 'gone'); END",
    );
    const letters: DeadLetter[] = [];
    const settled: unknown[] = [];
    const table = writer(path, { onError: policy(forEach((letter) => void letters.push(letter))) });
    const live = start(pipeline('p', from(one(1, 2, 3, 4, 5, 6)).to(table)));
    live.events$.subscribe((event) => {
      if (event.type === 'failed-record') settled.push(event);
    });
    expect(await failure(live.done)).toMatchObject({
      code: 'ERR_DATABASE',
      retryable: false,
      message: expect.stringContaining('its transaction was rolled back'),
    });
    expect(settled).toEqual([]);
    expect(letters).toEqual([]);
    expect(rows(path)).toEqual([]);
  });
});

/** Records that come one by one, each a batch of its own. */
async function* one(...ids: readonly number[]) {
  for (const id of ids) yield { id };
}

test('rows of all numbers of columns and lengths of batches come in, in order', async () => {
  for (const columns of [1, 2, 7, 63, 64, 65, 200]) {
    const path = folder.path();
    const records = Array.from({ length: 130 }, (_, row) =>
      Object.fromEntries(Array.from({ length: columns }, (_, column) => [`c${column}`, row * 1000 + column])),
    );
    const sink = await open(writer(path, { create: true }));
    for (const [from, to] of [
      [0, 1],
      [1, 33],
      [33, 98],
      [98, 130],
    ] as const)
      await write(sink, ...records.slice(from, to));
    await sink.close();
    expect(rows(path)).toEqual(records);
  }
});

test.each<[Partial<SqliteWriteOptions>, string]>([
  [{ database: ':memory:' }, 'database: expected the path of a file'],
  [{ database: '' }, 'database: expected the path of a file'],
  [{ database: new URL('https://example.org/a.db') }, 'database: '],
  [{ table: '' }, 'table: '],
  [{ columns: ['a', 'a'] }, 'columns: a name is there twice'],
  [{ conflict: 'replace' as never }, 'conflict: '],
  [{ create: {} }, 'create: there must be a column'],
  [{ timeout: 'soon' }, 'timeout: expected a duration'],
  [{ path: 'a.db' } as never, 'Unrecognized key: "path"'],
])('options that are wrong are named: %o', (options, message) => {
  expect(() => writer('a.db', options)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining(message) }),
  );
});

test('a URL of a file is taken for a path', async () => {
  const path = folder.made(TABLE);
  await written(path, [{ id: 1 }], { database: new URL(`file://${path}`) });
  expect(rows(path)).toHaveLength(1);
});
