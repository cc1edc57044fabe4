import type { Aggregate } from '../../../interfaces/aggregate.ts';
import { fieldAggregate } from './field-aggregate.ts';
import { type FieldsOf, itself, type Source, type ValueOf } from './fields.ts';

/**
 * The last value of a field, or of what a function makes of the record; without an argument, the last record itself.
 * `null` where there are no values: `null` and `undefined` are passed over.
 *
 * @example
 * ```ts
 * import { last, from } from 'millrace';
 *
 * const perUser = from([{ user: 'ann', page: '/' }])
 *   .keyBy((visit) => visit.user)
 *   .aggregate({ page: last('page'), visit: last() });
 * ```
 */
export function last<T>(): Aggregate<T, NoInfer<T> | null>;
export function last<T, V>(value: (record: T) => V): Aggregate<T, NonNullable<V> | null>;
export function last<T, const F extends FieldsOf<T, unknown> = FieldsOf<T, unknown>>(
  field: F,
): Aggregate<T, ValueOf<T, F> | null>;
export function last(source: Source = itself): Aggregate<never, unknown> {
  return fieldAggregate<unknown, unknown, unknown>(source, {
    name: 'last',
    create: () => undefined,
    take: (_state, value) => value,
    merge: (earlier, later) => (later === undefined ? earlier : later),
    result: (state) => state ?? null,
  });
}
