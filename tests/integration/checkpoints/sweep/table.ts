import { DatabaseSync } from 'node:sqlite';

/** What is in a table of SQLite, in the order in which it was written. */
export function tableRows(path: string, table: string): readonly unknown[] {
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = database.prepare(`SELECT * FROM ${table} ORDER BY rowid`).all();
  database.close();
  return rows.map((row) => ({ ...row }));
}
