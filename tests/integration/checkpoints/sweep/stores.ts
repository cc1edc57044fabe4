import { join } from 'node:path';
import type { CheckpointStore } from '../../../../src/interfaces/checkpoint.ts';
import { sqliteStore } from '../../../../src/io/connectors/sqlite/sqlite-store.ts';
import { directoryStore } from '../../../../src/processing/checkpoint/directory-store.ts';
import type { Shape } from './shape.ts';

/** The database that has the tables of a job, and perhaps its checkpoints. */
export const DATABASE = 'tables.db';

/** Where the checkpoints of the job in a folder are. */
export function storeOf({ store, keep }: Shape, folder: string): CheckpointStore {
  return store === 'folder'
    ? directoryStore(join(folder, 'state'), { keep })
    : sqliteStore(join(folder, DATABASE), { keep });
}
