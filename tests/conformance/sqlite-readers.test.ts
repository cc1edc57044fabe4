import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'vitest';
import type { SqliteReadOptions } from '../../src/io/connectors/sqlite/sqlite-read-options.ts';
import { sqliteReader } from '../../src/io/connectors/sqlite/sqlite-reader.ts';
import { type ReaderCases, readerConformance } from '../../src/testing/reader-conformance.ts';
import { openFiles, temporaryFolder } from './folder.ts';

const folder = temporaryFolder();

/** Makes a database by statements; returns its path. */
function database(...statements: readonly string[]): string {
  const path = folder.path('a.db');
  const made = new DatabaseSync(path);
  try {
    for (const statement of statements) made.exec(statement);
  } finally {
    made.close();
  }
  return path;
}

const numbered = (count: number) =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;

/** Rows whose numbers have gaps. */
const ROWS = 3000;
const orders = database(
  'CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT, total REAL, data BLOB, changed TEXT)',
  `${numbered(ROWS)} INSERT INTO orders SELECT i * 3, CASE i % 3 WHEN 0 THEN 'paid' WHEN 1 THEN 'öpen' END, i / 4.0,
     CASE i % 5 WHEN 0 THEN x'00ff' END, printf('2025-01-%02d', 1 + i % 28) FROM n`,
  'CREATE TABLE lines (customer TEXT, line INTEGER, note TEXT, PRIMARY KEY (customer, line)) WITHOUT ROWID',
  `${numbered(ROWS)} INSERT INTO lines SELECT char(97 + i % 26, 65 + i % 7), i, i || 'x' FROM n`,
  "CREATE VIEW paid AS SELECT id, total FROM orders WHERE status = 'paid'",
);
const all = Array.from({ length: ROWS }, (_, index) => index + 1).map((i) => ({
  id: i * 3,
  status: ['paid', 'öpen', null][i % 3],
  total: i / 4,
  data: i % 5 === 0 ? new Uint8Array([0, 255]) : null,
  changed: `2025-01-${String(1 + (i % 28)).padStart(2, '0')}`,
}));
const paid = all.filter(({ status }) => status === 'paid').map(({ id, total }) => ({ id, total }));
const lines = Array.from({ length: ROWS }, (_, index) => index + 1)
  .map((line) => ({
    customer: String.fromCharCode(97 + (line % 26), 65 + (line % 7)),
    line,
    note: `${line}x`,
  }))
  .sort((a, b) => (a.customer < b.customer ? -1 : a.customer > b.customer ? 1 : a.line - b.line));

function suite(name: string, options: SqliteReadOptions, cases: ReaderCases<unknown>): void {
  describe(name, () => {
    const make = () => sqliteReader<unknown>(options);
    for (const one of readerConformance(name, make, { leaks: openFiles, ...cases })) test(one.name, one.run);
  });
}

/** Rows of which every 500th is bad. */
const damaged = database(
  'CREATE TABLE t (id INTEGER PRIMARY KEY, big INTEGER, flag INTEGER)',
  `${numbered(2500)} INSERT INTO t SELECT i, CASE i % 500 WHEN 7 THEN 9007199254740993 ELSE i END, i % 500 = 8 FROM n`,
  'UPDATE t SET flag = 2 WHERE id % 500 = 9',
);
const good = Array.from({ length: 2500 }, (_, index) => index + 1)
  .filter((id) => id % 500 !== 7 && id % 500 !== 9)
  .map((id) => ({ id, big: id, flag: id % 500 === 8 }));
const bad = {
  make: () => sqliteReader<unknown>({ database: damaged, table: 't', types: { flag: 'boolean' } }),
  output: good,
  failures: 10,
};

suite('sqlite table', { database: orders, table: 'orders' }, { output: all, bad });
suite('sqlite table by a key of two', { database: orders, table: 'lines' }, { output: lines });
suite('sqlite view by a key', { database: orders, table: 'paid', key: 'id' }, { output: paid });
suite(
  'sqlite rows that changed',
  { database: orders, table: 'orders', columns: ['id'], since: 'changed', after: '2025-01-14' },
  {
    output: all
      .filter(({ changed }) => changed > '2025-01-14')
      .sort((a, b) => (a.changed < b.changed ? -1 : a.changed > b.changed ? 1 : a.id - b.id))
      .map(({ id }) => ({ id })),
  },
);
const query = 'SELECT id, total FROM orders WHERE status = ? -- those that are paid';
suite('sqlite query', { database: orders, query, params: ['paid'] }, { output: paid });
suite('sqlite query by a key', { database: orders, query, params: ['paid'], key: 'id' }, { output: paid });
const streamed = { database: damaged, query: 'SELECT * FROM t', types: { flag: 'boolean' } } as const;
suite(
  'sqlite query with bad rows',
  { ...streamed, query: 'SELECT * FROM t WHERE flag = 1' },
  {
    output: good.filter(({ flag }) => flag),
    bad: { ...bad, make: () => sqliteReader<unknown>(streamed) },
  },
);
