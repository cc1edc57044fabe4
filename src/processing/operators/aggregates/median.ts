import type { Aggregate } from '../../../interfaces/aggregate.ts';
import type { FieldsOf, Source } from './fields.ts';
import { type QuantileOptions, quantileOf } from './quantile.ts';

/**
 * The value in the middle of a field, or of what a function makes of the record: `quantile` of 0.5, exact for up to
 * 128 values, and beyond within `error`, 1 % unless said otherwise. `null` where there are no values.
 *
 * `null` and `undefined` are passed over; anything else that is no finite number fails the record,
 * `ERR_CALLBACK`.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `error` is from 0.0001 to 0.5.
 * @example
 * ```ts
 * import { from, median } from 'millrace';
 *
 * const perHost = from([{ host: 'a', ms: 12 }])
 *   .keyBy((call) => call.host)
 *   .aggregate({ usual: median('ms') });
 * ```
 */
export function median<T>(
  value: (record: T) => number | bigint | null | undefined,
  options?: QuantileOptions,
): Aggregate<T, number | null>;
export function median<T, const F extends FieldsOf<T, number | bigint> = FieldsOf<T, number | bigint>>(
  field: F,
  options?: QuantileOptions,
): Aggregate<T, number | null>;
export function median(source: Source, options: QuantileOptions = {}): Aggregate<never, number | null> {
  return quantileOf('median', source, 0.5, options);
}
