import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { CheckpointStore } from '../../../../src/interfaces/checkpoint.ts';
import { postgresStore } from '../../../../src/io/connectors/postgres/postgres-store.ts';
import { sqliteStore } from '../../../../src/io/connectors/sqlite/sqlite-store.ts';
import { directoryStore } from '../../../../src/processing/checkpoint/directory-store.ts';
import type { Shape } from './shape.ts';

/** The database that has the tables of a job, and perhaps its checkpoints. */
export const DATABASE = 'tables.db';

/** The schema that the job of a folder has for itself in PostgreSQL. */
export function schemaOf(folder: string): string {
  return `sweep_${createHash('sha256').update(folder).digest('hex').slice(0, 24)}`;
}

/** Where the checkpoints of the job in a folder are. */
export function storeOf({ store, keep, postgres }: Shape, folder: string): CheckpointStore {
  switch (store) {
    case 'folder':
      return directoryStore(join(folder, 'state'), { keep });
    case 'SQLite':
      return sqliteStore(join(folder, DATABASE), { keep });
    case 'PostgreSQL':
      return postgresStore({ url: postgres!, schema: schemaOf(folder), keep });
  }
}
