import type { Aggregate } from '../../../interfaces/aggregate.ts';
import { fieldAggregate } from './field-aggregate.ts';
import { type FieldsOf, itself, type Source, type ValueOf } from './fields.ts';

/**
 * The first value of a field, or of what a function makes of the record; without an argument, the first record itself.
 * `null` where there are no values: `null` and `undefined` are passed over.
 *
 * @example
 * ```ts
 * import { first, from } from 'millrace';
 *
 * const perUser = from([{ user: 'ann', page: '/' }])
 *   .keyBy((visit) => visit.user)
 *   .aggregate({ page: first('page'), visit: first() });
 * ```
 */
export function first<T>(): Aggregate<T, NoInfer<T> | null>;
export function first<T, V>(value: (record: T) => V): Aggregate<T, NonNullable<V> | null>;
export function first<T, const F extends FieldsOf<T, unknown> = FieldsOf<T, unknown>>(
  field: F,
): Aggregate<T, ValueOf<T, F> | null>;
export function first(source: Source = itself): Aggregate<never, unknown> {
  return fieldAggregate<unknown, unknown, unknown>(source, {
    name: 'first',
    create: () => undefined,
    take: (state, value) => (state === undefined ? value : state),
    merge: (earlier, later) => (earlier === undefined ? later : earlier),
    result: (state) => state ?? null,
  });
}
