import { readFrom } from './from.ts';
import type { CheckpointStore } from './interfaces/checkpoint.ts';
import type { Writer } from './interfaces/writer.ts';
import type { PostgresReadOptions } from './io/connectors/postgres/postgres-read-options.ts';
import { postgresReader } from './io/connectors/postgres/postgres-reader.ts';
import { type PostgresStoreOptions, postgresStore } from './io/connectors/postgres/postgres-store.ts';
import type { PostgresWriteOptions } from './io/connectors/postgres/postgres-write-options.ts';
import { postgresWriter } from './io/connectors/postgres/postgres-writer.ts';
import type { Flow } from './processing/graph/flow.ts';

export type { PostgresConnectionOptions } from './io/connectors/postgres/connection-options.ts';
export type { PostgresReadOptions } from './io/connectors/postgres/postgres-read-options.ts';
export type { PostgresStoreOptions } from './io/connectors/postgres/postgres-store.ts';
export type { PostgresWriteOptions } from './io/connectors/postgres/postgres-write-options.ts';
export type { PostgresValueOptions } from './io/connectors/postgres/text-values.ts';

/**
 * PostgreSQL, by the package `pg`, an optional peer. `read` gives the rows of a table or a query, `write` puts records into a
 * table, each exactly once in runs with checkpoints; `store` keeps those checkpoints.
 *
 * @example
 * ```ts
 * import { map, pipeline, run } from 'millrace';
 * import { postgres } from 'millrace/postgres';
 *
 * const url = 'postgres://localhost/shop';
 * const orders = postgres.read<{ id: number; total: number }>({ url, table: 'orders' });
 * const billed = orders.pipe(map(({ id, total }) => ({ id, total: total * 1.19 })));
 * await run(pipeline('bills', billed.to(postgres.write({ url, table: 'bills', create: true }))), {
 *   checkpoint: { store: postgres.store(url) },
 * });
 * ```
 */
export const postgres = Object.freeze({
  read: <T = Record<string, unknown>>(options: PostgresReadOptions): Flow<T> =>
    readFrom(postgresReader<T>(options)),
  write: <T>(options: PostgresWriteOptions): Writer<T> => postgresWriter<T>(options),
  store: (options: string | PostgresStoreOptions): CheckpointStore => postgresStore(options),
});
