import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'vitest';
import type { SqliteWriteOptions } from '../../src/io/connectors/sqlite/sqlite-write-options.ts';
import { sqliteWriter } from '../../src/io/connectors/sqlite/sqlite-writer.ts';
import { withoutLeak } from '../../src/testing/without-leak.ts';
import {
  type MakeWriter,
  type WriterCases,
  writerConformance,
} from '../../src/testing/writer-conformance.ts';
import { resumptionCases } from '../../src/testing/writer-resumption.ts';
import { openFiles, temporaryFolder } from './folder.ts';

const folder = temporaryFolder();

/** Runs statements on a database, and gives the rows of the last one. */
function asked(path: string, ...statements: readonly string[]): readonly object[] {
  const database = new DatabaseSync(path);
  try {
    for (const statement of statements.slice(0, -1)) database.exec(statement);
    return database
      .prepare(statements.at(-1)!)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}

/** What others see of a table; nothing where there is none. */
function rowsOf(path: string, table: string): readonly object[] {
  if (!existsSync(path) || asked(path, `SELECT 1 FROM pragma_table_info('${table}')`).length === 0) return [];
  return asked(path, `SELECT id FROM "${table}" ORDER BY id`);
}

const input: unknown[] = Array.from({ length: 37 }, (_, id) => ({
  id,
  note: ['plain', 'two\nlines', 'ä 😀', null][id % 4],
  total: [1.5, id, -0.25][id % 3],
  big: 2n ** 62n + BigInt(id),
  data: new Uint8Array([id, 0, 255]),
  paid: id % 2 === 0,
}));
const output = input.map((record) => {
  const { data, ...row } = record as { id: number; big: bigint; data: Uint8Array; paid: boolean };
  return { ...row, big: `${row.big}`, data: Buffer.from(data).toString('hex'), paid: row.paid ? 1 : 0 };
});

const TABLE =
  'CREATE TABLE t (id INTEGER, note TEXT, total REAL, big INTEGER, data BLOB, paid INTEGER CHECK (paid < 2))';

function made(options: Partial<SqliteWriteOptions>, ...before: readonly string[]): MakeWriter<unknown> {
  return () => {
    const path = folder.path('a.db');
    if (before.length > 0) asked(path, ...before, 'SELECT 1');
    return {
      writer: sqliteWriter({ database: path, table: 't', ...options }),
      written: () =>
        rowsOf(path, 't').length === 0
          ? []
          : asked(
              path,
              'SELECT id, note, total, CAST(big AS TEXT) big, lower(hex(data)) data, paid FROM t ORDER BY id',
            ),
    };
  };
}

function suite(name: string, make: MakeWriter<unknown>, cases: Partial<WriterCases<unknown>> = {}): void {
  const all = { input, output, nothing: [], empty: [], leaks: openFiles, ...cases };
  describe(name, () => {
    for (const one of writerConformance(name, make, all)) test(one.name, one.run);
    for (const [title, run] of resumptionCases(make, { ...all, staysWritten: true })) {
      test(`${name} ${title}`, () => withoutLeak(run, openFiles));
    }
  });
}

const poison = { id: 1000, paid: 7 };
suite('sqlite', made({}, TABLE), { poison });
suite('sqlite in WAL mode', made({}, 'PRAGMA journal_mode = WAL', TABLE), {
  poison: { ...poison, note: Number.NaN },
});
suite('sqlite with a table of its own', made({ create: true }), { poison: { id: 1000, other: 1 } });
suite(
  'sqlite with an upsert',
  made({ conflict: { key: 'id' } }, `${TABLE.replace('INTEGER,', 'INTEGER PRIMARY KEY,')}`),
  { poison },
);
