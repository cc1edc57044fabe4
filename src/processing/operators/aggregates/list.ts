import { z } from 'zod';
import { MillraceError } from '../../../core/errors.ts';
import { parseOptions } from '../../../core/options.ts';
import type { Aggregate } from '../../../interfaces/aggregate.ts';
import { callOf, fieldAggregate } from './field-aggregate.ts';
import { type FieldsOf, itself, type Source, type ValueOf } from './fields.ts';

/** What bounds a `list`. */
export interface ListOptions {
  /** Values that are kept at the most. @default 10_000 */
  readonly max?: number;
  /** What happens to one more: it fails its record, it is left out, or it drives out the first. @default 'fail' */
  readonly overflow?: 'fail' | 'drop-newest' | 'drop-oldest';
}

/** The options of `list`. */
export const listOptions = z.strictObject({
  max: z.number().int().min(1).default(10_000).describe('Values that are kept at the most'),
  overflow: z
    .enum(['fail', 'drop-newest', 'drop-oldest'])
    .default('fail')
    .describe('What happens to one more: it fails its record, it is left out, or it drives out the first'),
});

/**
 * The values of a field, or of what a function makes of the record, in their order; without a source, the records
 * themselves. An empty list where there are none: `null` and `undefined` are passed over.
 *
 * Holds `max` values. One more fails its record, `ERR_LIMIT`, unless `overflow` says which to drop.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `max` is a whole number from 1.
 * @example
 * ```ts
 * import { from, list } from 'millrace';
 *
 * const perUser = from([{ user: 'ann', page: '/' }])
 *   .keyBy((visit) => visit.user)
 *   .aggregate({ pages: list('page', { max: 100, overflow: 'drop-oldest' }) });
 * ```
 */
export function list<T>(source?: undefined, options?: ListOptions): Aggregate<T, NoInfer<T>[]>;
export function list<T, V>(value: (record: T) => V, options?: ListOptions): Aggregate<T, NonNullable<V>[]>;
export function list<T, const F extends FieldsOf<T, unknown> = FieldsOf<T, unknown>>(
  field: F,
  options?: ListOptions,
): Aggregate<T, ValueOf<T, F>[]>;
export function list(source: Source = itself, options: ListOptions = {}): Aggregate<never, unknown[]> {
  const { max, overflow } = parseOptions(listOptions, options, 'list');
  const call = callOf('list', source);
  return fieldAggregate<unknown, unknown[], unknown[]>(source, {
    name: 'list',
    create: () => [],
    check(values) {
      if (overflow === 'fail' && values.length >= max) throw tooMany(call, max);
    },
    take(values, value) {
      if (values.length < max) values.push(value);
      else if (overflow === 'drop-oldest') {
        values.shift();
        values.push(value);
      }
      return values;
    },
    merge(earlier, later) {
      for (const value of later) earlier.push(value);
      const over = earlier.length - max;
      if (over <= 0) return earlier;
      if (overflow === 'fail') throw tooMany(call, max);
      earlier.splice(overflow === 'drop-oldest' ? 0 : max, over);
      return earlier;
    },
    result: (values) => [...values],
  });
}

/** The error for one value more than the aggregate called `call` holds. */
export function tooMany(
  call: string,
  max: number,
  instead = 'leave some out by its overflow',
): MillraceError {
  return new MillraceError('ERR_LIMIT', `${call} holds ${max} values already, and this is one more`, {
    hint: `Raise max of ${call} if memory allows it, or ${instead}.`,
    details: { max },
  });
}
