import { z } from 'zod';
import { type Duration, duration } from '../../../core/duration.ts';
import { parseOptions } from '../../../core/options.ts';
import type { Operator } from '../../../interfaces/operator.ts';
import { type AsyncOperatorOptions, asyncOperatorOptions, defineOperator } from '../define-operator.ts';
import { keyId } from '../key-id.ts';
import { LookupTable, type TableSource } from './lookup-table.ts';
import { type Merge, type Missing, merging, missingSchema } from './merging.ts';

/** How `lookupJoin` works. */
export interface LookupJoinOptions<A, R, K, B> extends Pick<AsyncOperatorOptions, 'onError' | 'timeout'> {
  /** What to look up for a record: text, a number, a `Date`, or a list of such. */
  readonly key: (record: A) => K;
  /** Under which key a row of the table is found; of several rows with one key the last counts. */
  readonly tableKey: (row: R) => K;
  /** Records with their row, which is `undefined` where there is none. @default its fields are added to the record's */
  readonly merge?: Merge<A, R, B>;
  /** What becomes of a record whose key has no row. @default 'keep' */
  readonly missing?: Missing;
  /** How old the table may be: past that it is read again while the old one serves. @default it is read once */
  readonly refresh?: Duration;
  /** Told when the table could not be read again; the old one goes on serving. @default the record that finds out fails */
  readonly onRefreshError?: (error: unknown) => void;
  /** Rows that the table may have. @default 1_000_000 */
  readonly maxRows?: number;
}

const callback = z.custom<(argument: never) => unknown>(
  (value) => typeof value === 'function',
  'expected a function',
);

/** The options that are plain data. */
export const lookupJoinOptions = asyncOperatorOptions.pick({ onError: true, timeout: true }).extend({
  missing: missingSchema,
  refresh: z.union([z.number(), z.string()]).optional().describe('How old the table may be'),
  maxRows: z.int().min(1).default(1_000_000).describe('Rows that the table may have'),
});

const schema = lookupJoinOptions.extend({
  key: callback,
  tableKey: callback,
  merge: z
    .custom<Merge<never, never, unknown>>((value) => typeof value === 'function', 'expected a function')
    .optional(),
  onRefreshError: callback.optional(),
});

/**
 * Joins each record with a row of a table that fits into memory: a flow, an iterable, or a function that
 * gives one. The table is read when the first record comes, and again when it is older than `refresh`.
 *
 * - Emits: what `merge` makes of the record and its row, in the order of the input. With
 *   `missing: 'drop'` nothing for a record that has none.
 * - Backpressures: while the table is read for the first time, and when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does; a table that is being read is let go of.
 * - On error: a table that cannot be read is a failure of each record that waits for it; more rows than
 *   `maxRows` are `ERR_LIMIT`, a missing row with `missing: 'fail'` is `ERR_NOT_FOUND`, a key that is an
 *   object `ERR_KEY`. What `key` and `merge` throw is a failure of the record.
 *
 * @throws MillraceError `ERR_OPTIONS` for wrong options, and for a table that cannot be read a second
 * time although it is to be refreshed.
 * @example
 * ```ts
 * import { csv, from, lookupJoin } from 'millrace';
 *
 * interface Country { readonly code: string; readonly name: string }
 * const orders = from([{ id: 1, country: 'DE' }]).pipe(
 *   lookupJoin(csv.read<Country>('countries.csv'), {
 *     key: (order) => order.country,
 *     tableKey: (row) => row.code,
 *     merge: (order, row) => ({ ...order, name: row?.name ?? 'unknown' }),
 *     refresh: '1h',
 *   }),
 * );
 * ```
 */
export function lookupJoin<A, R, K, B = A & R>(
  table: TableSource<R>,
  options: LookupJoinOptions<A, R, K, B>,
): Operator<A, B> {
  const settings = parseOptions(schema, options, 'lookupJoin');
  const { missing, maxRows, onRefreshError, onError, timeout } = settings;
  const refresh =
    settings.refresh === undefined ? undefined : duration(settings.refresh, 'refresh of lookupJoin()');
  const merge = merging('lookupJoin', missing, settings.merge);
  const key = settings.key as (record: unknown) => unknown;
  const spec = {
    source: table,
    key: settings.tableKey as (row: R) => unknown,
    maxRows,
    refresh,
    onRefreshError: onRefreshError as ((error: unknown) => void) | undefined,
  };
  return defineOperator<A, B>({
    name: 'lookupJoin',
    remembers: 'none',
    kind: 'async',
    cardinality: missing === 'drop' ? 'many' : 'one',
    origins: 'kept',
    // What is missing today may be there tomorrow.
    repeats: missing !== 'drop',
    onError,
    async: { timeout },
    create(context) {
      const rows = new LookupTable<R>(spec, context.clock);
      return {
        call(record) {
          const wanted = key(record);
          const id = keyId(wanted);
          const current = rows.current();
          if (!(current instanceof Promise)) return merge(record, current.get(id), wanted);
          return current.then((loaded) => merge(record, loaded.get(id), wanted));
        },
        close: () => rows.close(),
      };
    },
  });
}
