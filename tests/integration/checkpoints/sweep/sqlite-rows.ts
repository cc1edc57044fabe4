import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DATABASE } from './stores.ts';

/** What is in a table of SQLite of a job, in the order in which it was written; nothing where there is none. */
export function sqliteRows(folder: string, table: string): readonly unknown[] {
  const database = new DatabaseSync(join(folder, DATABASE), { readOnly: true });
  try {
    const there = database.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(table);
    if (there === undefined) return [];
    return database
      .prepare(`SELECT * FROM ${table} ORDER BY rowid`)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}
