import { Observable } from 'rxjs';
import { parseOptions } from '../../../core/options.ts';
import type { ReadContext, Reader } from '../../../interfaces/reader.ts';
import type { Item } from '../../../interfaces/signal.ts';
import { type SqliteReadOptions, SqliteReadSchema, type SqliteReadSettings } from './sqlite-read-options.ts';
import { TableReading } from './table-reading.ts';

/**
 * Reads rows of a SQLite database as objects: of a table or a view in the order of a key, page by page, so that nothing stays
 * locked and a later run can go on; or what a query gives, in one go.
 *
 * Integers are numbers unless `bigints` says otherwise, texts are text, blobs `Uint8Array`, NULL `null`; booleans, dates and JSON
 * what `types` makes of them.
 *
 * @throws MillraceError `ERR_OPTIONS`. The run fails with `ERR_NOT_FOUND`, `ERR_COLUMNS`, `ERR_CHANGED`, `ERR_DATABASE`,
 * `ERR_PERMISSION`, `ERR_IO`; bad records are `ERR_LIMIT` and `ERR_COLUMN_TYPE`.
 * @example
 * ```ts
 * import { ndjson, pipeline, run } from 'millrace';
 * import { sqlite } from 'millrace/sqlite';
 *
 * const paid = sqlite.read<{ id: number; total: number }>({
 *   database: 'shop.db', table: 'orders', columns: ['id', 'total'], where: 'status = ?', params: ['paid'],
 * });
 * await run(pipeline('paid', paid.to(ndjson.write('paid.ndjson'))));
 * ```
 */
export function sqliteReader<T>(options: SqliteReadOptions): Reader<T> {
  return reader(parseOptions(SqliteReadSchema, options, 'sqlite.read'));
}

function reader<T>(settings: SqliteReadSettings): Reader<T> {
  const { database, table, query, key, since, poll, types, onError } = settings;
  const label = `sqlite ${database} ${table ?? 'query'}`;
  const what = table === undefined ? `the query ${query}` : `the table ${table}`;
  const reads = [
    what,
    ...(since === undefined ? [] : [`since ${since}`]),
    ...(key === undefined ? [] : [`by ${key.join(', ')}`]),
  ];
  const keyed = table !== undefined || key !== undefined;
  return Object.freeze<Reader<T>>({
    name: 'sqlite',
    label,
    traits: Object.freeze({
      bounded: poll === undefined,
      replay: keyed ? ('position' as const) : ('none' as const),
      splittable: false,
      // SQLite has no type for times: nobody knows how old a number is.
      timed: since !== undefined && Object.hasOwn(types, since) && types[since] === 'date',
    }),
    ...(onError !== undefined && { onError }),
    select: (fields: readonly string[]) => selected<T>(settings, fields),
    open: (context: ReadContext) =>
      new Observable<Item<T>>((subscriber) => {
        const reading = new TableReading({ settings, label, reads: reads.join(' '), context, subscriber });
        reading.begin(keyed);
        const over = reading.run();
        return () => {
          reading.leave();
          context.closing(over);
        };
      }),
  });
}

/** Only a table can be asked for some of its columns. */
function selected<T>(settings: SqliteReadSettings, fields: readonly string[]): Reader<T> | undefined {
  const { table, columns } = settings;
  if (table === undefined || fields.length === 0) return undefined;
  if (columns !== undefined && !fields.every((name) => columns.includes(name))) return undefined;
  return reader<T>({ ...settings, columns: [...fields] });
}
