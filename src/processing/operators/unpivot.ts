import { z } from 'zod';
import { MillraceError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { fieldReaders } from './aggregates/fields.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';

/** Which fields take what `unpivot` makes. */
export interface UnpivotOptions<N extends string, V extends string> extends OperatorOptions {
  /** The field that takes the name of the column. @default 'name' */
  readonly name?: N;
  /** The field that takes its value. @default 'value' */
  readonly value?: V;
  /** Whether columns that are `null` or missing become rows, too, with `null`. @default false */
  readonly nulls?: boolean;
}

const text = z.string().min(1);
/** The options of `unpivot`. */
export const unpivotOptions = operatorOptions
  .extend({
    columns: z.array(text).min(1).describe('The columns that become rows'),
    name: text.default('name').describe('The field that takes the name of the column'),
    value: text.default('value').describe('The field that takes its value'),
    nulls: z.boolean().default(false).describe('Whether columns without a value become rows, too'),
  })
  .refine(({ name, value }) => name !== value, 'name and value are the same')
  .refine(({ columns }) => new Set(columns).size === columns.length, 'a column is given twice');

/** A row for a column of `A`: what is no column, the name of the column, and its value. */
export type Unpivoted<A, C extends string, N extends string, V extends string> = {
  [F in Exclude<keyof A, C | N | V> | N | V]: F extends N
    ? C
    : F extends V
      ? C extends keyof A
        ? NonNullable<A[C]>
        : unknown
      : F extends keyof A
        ? A[F]
        : never;
};

/**
 * Makes rows of columns: one record for each of them, with the fields that are none of them, the name of the column and
 * its value.
 *
 * - Emits: a record for each column, in the order given; with `nulls: true` also for those without a value.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: a record fails when `name` or `value` would hide one of its fields, and when it is `null` or
 *   `undefined`, `ERR_CALLBACK`.
 *
 * @throws MillraceError `ERR_OPTIONS` without columns, and when a name is given twice.
 * @example
 * ```ts
 * import { from, unpivot } from 'millrace';
 *
 * const long = from([{ city: 'Ulm', jan: 12, feb: 9 }]).pipe(
 *   unpivot(['jan', 'feb'], { name: 'month', value: 'rain' }),
 * );
 * ```
 */
export function unpivot<
  A,
  const C extends unknown extends A ? string : keyof A & string,
  const N extends string = 'name',
  const V extends string = 'value',
>(columns: readonly C[], options: UnpivotOptions<N, V> = {}): Operator<A, Unpivoted<A, C, N, V>> {
  const parsed = parseOptions(unpivotOptions, { ...options, columns }, 'unpivot');
  const { name, value, nulls, onError } = parsed;
  const readers = fieldReaders(parsed.columns);
  const gone = new Set(parsed.columns);
  return defineOperator<A, Unpivoted<A, C, N, V>>({
    name: 'unpivot',
    remembers: 'none',
    cardinality: 'many',
    origins: 'kept',
    detail: parsed.columns.join(', '),
    onError,
    create: () => ({
      push(record, emit) {
        const rest = Object.entries(record as object).filter(([field]) => !gone.has(field));
        const hidden = rest.find(([field]) => field === name || field === value);
        if (hidden !== undefined) throw hides(hidden[0]);
        for (const [column, read] of readers) {
          const held = read(record) ?? null;
          if (held === null && !nulls) continue;
          emit(Object.fromEntries([...rest, [name, column], [value, held]]) as Unpivoted<A, C, N, V>);
        }
      },
    }),
  });
}

function hides(field: string): MillraceError {
  return new MillraceError('ERR_CALLBACK', `the record has a field "${field}" already`, {
    hint: 'Call what unpivot() makes something else, by its options name and value.',
  });
}
