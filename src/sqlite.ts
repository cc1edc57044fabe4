import { readFrom } from './from.ts';
import type { CheckpointStore } from './interfaces/checkpoint.ts';
import type { Writer } from './interfaces/writer.ts';
import type { SqliteReadOptions } from './io/connectors/sqlite/sqlite-read-options.ts';
import { sqliteReader } from './io/connectors/sqlite/sqlite-reader.ts';
import { type SqliteStoreOptions, sqliteStore } from './io/connectors/sqlite/sqlite-store.ts';
import type { SqliteWriteOptions } from './io/connectors/sqlite/sqlite-write-options.ts';
import { sqliteWriter } from './io/connectors/sqlite/sqlite-writer.ts';
import type { Flow } from './processing/graph/flow.ts';

export type {
  ColumnMeaning,
  SqliteParameter,
  SqliteReadOptions,
} from './io/connectors/sqlite/sqlite-read-options.ts';
export type { SqliteStoreOptions } from './io/connectors/sqlite/sqlite-store.ts';
export type { SqliteWriteOptions } from './io/connectors/sqlite/sqlite-write-options.ts';

/**
 * SQLite, by the `node:sqlite` that Node.js brings along. `read` gives the rows of a table or a query, `write` puts records into a
 * table, each exactly once in runs with checkpoints; `store` keeps those checkpoints.
 *
 * @example
 * ```ts
 * import { map, pipeline, run } from 'millrace';
 * import { sqlite } from 'millrace/sqlite';
 *
 * const orders = sqlite.read<{ id: number; total: number }>({ database: 'shop.db', table: 'orders' });
 * const billed = orders.pipe(map(({ id, total }) => ({ id, total: total * 1.19 })));
 * await run(pipeline('bills', billed.to(sqlite.write({ database: 'bills.db', table: 'bills', create: true }))), {
 *   checkpoint: { store: sqlite.store('bills.db') },
 * });
 * ```
 */
export const sqlite = Object.freeze({
  read: <T = Record<string, unknown>>(options: SqliteReadOptions): Flow<T> =>
    readFrom(sqliteReader<T>(options)),
  write: <T>(options: SqliteWriteOptions): Writer<T> => sqliteWriter<T>(options),
  store: (database: string | URL, options?: SqliteStoreOptions): CheckpointStore =>
    sqliteStore(database, options),
});
