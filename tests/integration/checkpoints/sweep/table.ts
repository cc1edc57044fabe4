import { DatabaseSync } from 'node:sqlite';
import type { Writer } from '../../../../src/interfaces/writer.ts';

const SCHEMA = `
  PRAGMA synchronous = OFF;
  CREATE TABLE IF NOT EXISTS rows (place INTEGER PRIMARY KEY, record TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS staged (place INTEGER PRIMARY KEY, record TEXT NOT NULL, checkpoint INTEGER NOT NULL);
`;

/**
 * Writes to a table as a transaction in two steps: what was prepared is staged under the number of its checkpoint, and
 * becomes rows when that is complete. A killed process needs no sync of the disk.
 */
export function tableWriter<T>(path: string): Writer<T> {
  return Object.freeze({
    name: 'table',
    label: `table ${path}`,
    traits: { commit: 'transaction' } as const,
    target: `file:${path}`,
    async open({ from }) {
      const database = new DatabaseSync(path);
      database.exec(SCHEMA);
      const complete = typeof from === 'number' ? from : 0;
      const settle = (checkpoint: number) => {
        database.exec('BEGIN');
        database
          .prepare('INSERT INTO rows SELECT place, record FROM staged WHERE checkpoint <= ? ORDER BY place')
          .run(checkpoint);
        database.prepare('DELETE FROM staged WHERE checkpoint <= ?').run(checkpoint);
        database.exec('COMMIT');
      };
      settle(complete);
      if (from === undefined) database.exec('DELETE FROM rows');
      database.exec('DELETE FROM staged');
      let held: string[] = [];
      let place = Number(database.prepare('SELECT coalesce(max(place), 0) AS last FROM rows').get()!.last);
      const stage = (checkpoint: number) => {
        const insert = database.prepare('INSERT INTO staged VALUES (?, ?, ?)');
        database.exec('BEGIN');
        for (const record of held) insert.run(++place, record, checkpoint);
        database.exec('COMMIT');
        held = [];
      };
      return {
        write({ records }) {
          held.push(...records.map((record) => JSON.stringify(record)));
        },
        async prepare(checkpoint) {
          stage(checkpoint);
          return checkpoint;
        },
        commit: async (checkpoint) => settle(checkpoint),
        suspend: async () => database.close(),
        async close() {
          stage(Number.MAX_SAFE_INTEGER);
          settle(Number.MAX_SAFE_INTEGER);
          database.close();
        },
        abort: async () => database.close(),
      };
    },
  } satisfies Writer<T>);
}

/** What is in the table, in its order. */
export function tableRows(path: string): readonly unknown[] {
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = database.prepare('SELECT place, record FROM rows ORDER BY place').all();
  database.close();
  return rows.map((row) => ({ ...row }));
}
