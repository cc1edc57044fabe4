import { z } from 'zod';
import { parseOptions } from '../../../core/options.ts';
import type { Sink, WriteContext, Writer } from '../../../interfaces/writer.ts';
import { checkedState, OutputStateSchema } from '../sql/output-state.ts';
import { sqliteError } from './sqlite-error.ts';
import { SqliteSink } from './sqlite-sink.ts';
import {
  type SqliteWriteOptions,
  SqliteWriteSchema,
  type SqliteWriteSettings,
} from './sqlite-write-options.ts';
import { whenFree } from './when-free.ts';
import { leaseConnection } from './write-connection.ts';

const StateSchema = OutputStateSchema.extend({
  table: z.string(),
  columns: z.array(z.string()).readonly().nullable(),
  made: z.string().nullable(),
});

/**
 * Writes records into a table of a SQLite database, as rows: all of a run in one transaction; in a run with checkpoints one
 * transaction for each, so that nothing is lost or repeated, whatever happens to the process.
 *
 * Text, numbers, `bigint` and `Uint8Array` stay what they are; booleans become 1 and 0, dates ISO 8601, `undefined` and `null`
 * NULL, objects and arrays JSON.
 *
 * @throws MillraceError `ERR_OPTIONS`. The run fails with `ERR_NOT_FOUND`, `ERR_COLUMNS`, `ERR_CHANGED`, `ERR_DATABASE`,
 * `ERR_PERMISSION`, `ERR_SPACE`, `ERR_IO`; records with `ERR_ENCODE` and `ERR_CONSTRAINT`.
 * @example
 * ```ts
 * import { csv, pipeline, run } from 'millrace';
 * import { sqlite } from 'millrace/sqlite';
 *
 * const orders = csv.read('orders.csv', { types: { id: 'int', total: 'float' } });
 * const table = sqlite.write({ database: 'shop.db', table: 'orders', create: true, conflict: { key: 'id' } });
 * await run(pipeline('orders', orders.to(table)));
 * ```
 */
export function sqliteWriter<T>(options: SqliteWriteOptions): Writer<T> {
  const settings = parseOptions(SqliteWriteSchema, options, 'sqlite.write');
  const target = `sqlite ${settings.database} ${settings.table}`;
  return Object.freeze<Writer<T>>({
    name: 'sqlite',
    label: target,
    traits: Object.freeze({ commit: 'transaction' as const }),
    ...(settings.onError !== undefined && { onError: settings.onError }),
    open: (context: WriteContext) => openSink<T>(settings, target, context),
  });
}

async function openSink<T>(
  settings: SqliteWriteSettings,
  target: string,
  context: WriteContext,
): Promise<Sink<T>> {
  const { database, create, timeout } = settings;
  const { run, clock } = context;
  const doing = `write to ${target}`;
  const from = context.from === undefined ? undefined : checkedState(StateSchema, context.from, target);
  const lease = await leaseConnection({ database, doing, create: create !== false, run });
  try {
    const open = () => new SqliteSink<T>({ lease, settings, context, target, from });
    const sink = await whenFree(open, { clock, timeout });
    if (from !== undefined) await sink.restore(from);
    return sink;
  } catch (error) {
    await lease.release();
    throw sqliteError(doing, error);
  }
}
