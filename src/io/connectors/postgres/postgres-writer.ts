import { z } from 'zod';
import { parseOptions } from '../../../core/options.ts';
import type { Sink, WriteContext, Writer } from '../../../interfaces/writer.ts';
import { checkedState, OutputStateSchema } from '../sql/output-state.ts';
import { BatchSink } from './batch-sink.ts';
import { databasePlace } from './connection-options.ts';
import { postgresError } from './postgres-error.ts';
import {
  type PostgresWriteOptions,
  PostgresWriteSchema,
  type PostgresWriteSettings,
} from './postgres-write-options.ts';
import { TransactionSink } from './transaction-sink.ts';
import { leaseTransaction } from './write-transaction.ts';

const StateSchema = OutputStateSchema.extend({
  database: z.string(),
  table: z.string(),
  columns: z.array(z.string()).readonly().nullable(),
  made: z.string().nullable(),
});

/**
 * Writes records into a table of PostgreSQL, as rows, by COPY: all of a run in one transaction; in a run with checkpoints one
 * transaction for each, so that nothing is lost or repeated, whatever happens to the process.
 *
 * Dates are written as UTC, `Uint8Array` as `bytea`, arrays as arrays where the column is one, values of `json` columns and other
 * objects as JSON, `undefined` and `null` as NULL. PostgreSQL reads all else as the type of the column.
 *
 * Needs the package `pg`, an optional peer.
 *
 * @throws MillraceError `ERR_OPTIONS`. The run fails with `ERR_PEER`, `ERR_NOT_FOUND`, `ERR_COLUMNS`, `ERR_CHANGED`,
 * `ERR_DATABASE`; records with `ERR_ENCODE` and `ERR_CONSTRAINT`.
 * @example
 * ```ts
 * import { csv, pipeline, run } from 'millrace';
 * import { postgres } from 'millrace/postgres';
 *
 * const url = 'postgres://localhost/shop';
 * const orders = csv.read('orders.csv', { types: { id: 'int', total: 'float' } });
 * const table = postgres.write({ url, table: 'orders', create: true, conflict: { key: 'id' } });
 * await run(pipeline('orders', orders.to(table)));
 * ```
 */
export function postgresWriter<T>(options: PostgresWriteOptions): Writer<T> {
  const settings = parseOptions(PostgresWriteSchema, options, 'postgres.write');
  const label = `postgres ${settings.table}@${databasePlace(settings).label}`;
  return Object.freeze<Writer<T>>({
    name: 'postgres',
    label,
    traits: Object.freeze({ commit: 'transaction' as const }),
    ...(settings.onError !== undefined && { onError: settings.onError }),
    open: (context: WriteContext) =>
      settings.commit === 'batch' && context.checkpointed !== true
        ? openBatchSink<T>(settings, label, context)
        : openTransactionSink<T>(settings, label, context),
  });
}

async function openBatchSink<T>(
  settings: PostgresWriteSettings,
  label: string,
  context: WriteContext,
): Promise<Sink<T>> {
  const sink = new BatchSink<T>(settings, context, label);
  try {
    await sink.open();
    return sink;
  } catch (error) {
    await sink.abort();
    throw postgresError(`write to ${label}`, error);
  }
}

async function openTransactionSink<T>(
  settings: PostgresWriteSettings,
  label: string,
  context: WriteContext,
): Promise<Sink<T>> {
  const doing = `write to ${label}`;
  const from = context.from === undefined ? undefined : checkedState(StateSchema, context.from, label);
  const lease = await leaseTransaction(settings, doing, context.run);
  try {
    const { database } = databasePlace(settings);
    const sink = new TransactionSink<T>({ lease, settings, context, label, database, from });
    await sink.open();
    return sink;
  } catch (error) {
    await lease.release();
    throw postgresError(doing, error);
  }
}
