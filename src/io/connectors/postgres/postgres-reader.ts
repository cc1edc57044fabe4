import { Observable } from 'rxjs';
import { parseOptions } from '../../../core/options.ts';
import type { ReadContext, Reader } from '../../../interfaces/reader.ts';
import type { Item } from '../../../interfaces/signal.ts';
import { databasePlace } from './connection-options.ts';
import {
  type PostgresReadOptions,
  PostgresReadSchema,
  type PostgresReadSettings,
} from './postgres-read-options.ts';
import { RowReading } from './row-reading.ts';

/**
 * Reads the rows of a table, a view or a query of PostgreSQL, page by page, as objects. A table is read in the order of its
 * primary key, or of `key`, so that a later run can go on behind the last row; a query without `key` by a cursor, in one
 * transaction.
 *
 * Integers and floats are numbers, `bigint` BigInt unless `bigints` says otherwise, `numeric` text unless `numerics` does,
 * dates and timestamps `Date` (those without a time zone are taken for UTC), `json` its value, `bytea` `Uint8Array`, arrays
 * arrays, what is null `null`, and all else text.
 *
 * Needs the package `pg`, an optional peer.
 *
 * @throws MillraceError `ERR_OPTIONS`. The run fails with `ERR_PEER`, `ERR_DATABASE`, `ERR_COLUMNS`, `ERR_CHANGED`;
 * bad records are `ERR_LIMIT` and `ERR_COLUMN_TYPE`.
 * @example
 * ```ts
 * import { ndjson, pipeline } from 'millrace';
 * import { postgres } from 'millrace/postgres';
 *
 * const orders = postgres.read<{ id: number; total: string }>({ url: 'postgres://localhost/shop', table: 'orders' });
 *
 * export default pipeline('orders', orders.to(ndjson.write('orders.ndjson')));
 * ```
 */
export function postgresReader<T>(options: PostgresReadOptions): Reader<T> {
  return reader(parseOptions(PostgresReadSchema, options, 'postgres.read'));
}

function reader<T>(settings: PostgresReadSettings): Reader<T> {
  const { table, key, since, poll, columns, onError } = settings;
  const label = `postgres ${table ?? 'query'}@${databasePlace(settings).label}`;
  const replay = table === undefined && key === undefined && since === undefined ? 'none' : 'position';
  return Object.freeze({
    name: 'postgres',
    label,
    traits: Object.freeze({
      bounded: poll === undefined,
      replay,
      splittable: false,
      timed: since !== undefined,
    } as const),
    ...(onError === undefined ? {} : { onError }),
    select: (names: readonly string[]) =>
      names.length > 0 && names.every((name) => columns?.includes(name) ?? true)
        ? reader<T>({ ...settings, columns: [...names] })
        : undefined,
    open: (context: ReadContext) =>
      new Observable<Item<T>>((subscriber) => {
        const reading = new RowReading<T>(settings, label, context, subscriber);
        if (replay === 'position') context.positioned(() => reading.place);
        const done = reading.run();
        return () => {
          reading.leave();
          context.closing(done);
        };
      }),
  });
}
