import { DatabaseSync } from 'node:sqlite';

/** What is in a table of SQLite, in the order in which it was written; nothing where there is none. */
export function tableRows(path: string, table: string): readonly unknown[] {
  const database = new DatabaseSync(path, { readOnly: true });
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
