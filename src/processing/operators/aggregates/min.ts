import type { Aggregate } from '../../../interfaces/aggregate.ts';
import { extreme, type Ordered } from './extreme.ts';
import type { FieldsOf, Source, ValueOf } from './fields.ts';

/**
 * The smallest value of a field, or of what a function makes of the record: numbers, big integers, text (by its code
 * units) or dates, all of one kind; `null` where there are no values.
 *
 * `null` and `undefined` are passed over; `NaN`, and what has no order with the others, fail the record,
 * `ERR_CALLBACK`.
 *
 * @example
 * ```ts
 * import { from, min } from 'millrace';
 *
 * const perCountry = from([{ country: 'DE', amount: 7 }])
 *   .keyBy((order) => order.country)
 *   .aggregate({ smallest: min('amount') });
 * ```
 */
export function min<T, V extends Ordered>(value: (record: T) => V | null | undefined): Aggregate<T, V | null>;
export function min<T, const F extends FieldsOf<T, Ordered> = FieldsOf<T, Ordered>>(
  field: F,
): Aggregate<T, ValueOf<T, F> | null>;
export function min(source: Source): Aggregate<never, unknown> {
  return extreme('min', source);
}
