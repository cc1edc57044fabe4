import { z } from 'zod';
import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { nameOf } from './check-callback.ts';
import { defineOperator, type OperatorOptions } from './define-operator.ts';
import { keyedOptions } from './groups/group-options.ts';
import { pivotLogic } from './groups/pivot-logic.ts';

type Field<A> = unknown extends A ? string : keyof A & string;

/** Which fields `pivot` puts where, and what bounds it. */
export interface PivotOptions<A, K extends string, C extends string, V extends string>
  extends OperatorOptions {
  /** The field, or fields, that rows of one record have in common; they stay. */
  readonly key: K | readonly K[];
  /** The field that names the column: text, a number or a boolean. */
  readonly column: Field<A>;
  /** The field whose value goes into the column. */
  readonly value: V;
  /** The columns, in their order; rows of others are left out. @default all that come, as they first come */
  readonly columns?: readonly C[];
  /** Columns that are found at the most, where they are not given. @default 1000 */
  readonly maxColumns?: number;
  /** Records that are put together at the most. @default 1_000_000 */
  readonly maxKeys?: number;
  /** Makes one value of two for the same column of the same key. @default such a row fails */
  // biome-ignore lint/suspicious/noExplicitAny: values are of the type of the field
  readonly combine?: (earlier: any, later: any) => unknown;
}

const name = z.string().min(1);
/** The options of `pivot`. */
export const pivotOptions = keyedOptions.extend({
  key: z.union([name, z.array(name).min(1)]).describe('What rows of one record have in common'),
  column: name.describe('The field that names the column'),
  value: name.describe('The field whose value goes into the column'),
  columns: z.array(name).min(1).optional().describe('The columns; all that come where they are not given'),
  maxColumns: z.number().int().min(1).default(1000).describe('Columns that are found at the most'),
  combine: z
    .custom<(earlier: unknown, later: unknown) => unknown>(
      (value) => value === undefined || typeof value === 'function',
      'must be a function',
    )
    .optional()
    .describe('Makes one value of two for the same column'),
});

type Value<A, V> = unknown extends A ? unknown : V extends keyof A ? A[V] : unknown;

/** A record of the fields in common and a column for each name. */
export type Pivoted<A, K extends string, C extends string, V> = {
  [N in K | C]: N extends K ? Value<A, N> : Value<A, V> | null;
};

/**
 * Puts rows of key, column and value together: one record a key, with a field for each column.
 *
 * - Emits: one record a key, when the input is over, in the order in which the keys first came: the fields of the
 *   key, then each column, `null` where there was no row for it.
 * - Backpressures: never: it holds a value for each row, of up to `maxKeys` keys and `maxColumns` columns.
 * - Completes: when the input is over and the records are emitted.
 * - Cancels: when downstream does.
 * - On error: a row fails whose key cannot be compared, `ERR_KEY`; whose column is no name, is one of the key's,
 *   or has a value already, unless `combine` makes one of the two, `ERR_CALLBACK`; or for which there is no room, `ERR_LIMIT`.
 *
 * @throws MillraceError `ERR_OPTIONS` that names what is wrong or missing.
 * @example
 * ```ts
 * import { from, pivot } from 'millrace';
 *
 * const wide = from([{ city: 'Ulm', month: 'jan', rain: 12 }]).pipe(
 *   pivot({ key: 'city', column: 'month', value: 'rain', columns: ['jan', 'feb'] }),
 * );
 * ```
 */
export function pivot<
  A,
  const K extends Field<A> = Field<A>,
  const C extends string = string,
  const V extends Field<A> = Field<A>,
>(options: PivotOptions<A, K, C, V>): Operator<A, Pivoted<A, K, C, V>> {
  const { onError, ...parsed } = parseOptions(pivotOptions, options, 'pivot');
  const keys = typeof parsed.key === 'string' ? [parsed.key] : parsed.key;
  checkNames(keys, parsed.columns ?? []);
  return defineOperator<A, Pivoted<A, K, C, V>>({
    name: 'pivot',
    remembers: 'snapshot',
    cardinality: 'many',
    detail: [`${parsed.value} by ${parsed.column}`, nameOf(parsed.combine)].filter(Boolean).join(', '),
    onError,
    create: () => pivotLogic({ ...parsed, keys }),
  });
}

function checkNames(keys: readonly string[], columns: readonly string[]): void {
  const all = [...keys, ...columns];
  parseOptions(
    z.array(z.string()).refine((names) => new Set(names).size === names.length, 'a name is given twice'),
    all,
    'pivot',
  );
}
