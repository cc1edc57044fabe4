import { z } from 'zod';
import { parseOptions } from '../../../core/options.ts';
import type { Aggregate } from '../../../interfaces/aggregate.ts';
import { callOf, checkFinite, fieldAggregate } from './field-aggregate.ts';
import type { FieldsOf, Source } from './fields.ts';
import { Quantiles, type Sketch } from './quantile-sketch.ts';

/** How close `quantile` and `median` are. */
export interface QuantileOptions {
  /** How far the result may be from the value, as a share of it. @default 0.01 */
  readonly error?: number;
}

/** The options of `quantile`. */
export const quantileOptions = z.strictObject({
  error: z
    .number()
    .min(0.0001)
    .max(0.5)
    .default(0.01)
    .describe('How far the result may be from the value, as a share of it'),
});
/** The share that `quantile` takes. */
export const quantileShare = z.number().min(0).max(1).describe('The share of the values that lies below');

/**
 * The value below which a share `q` of a field lies, or of what a function makes of the record: `0.95` for that
 * which one in twenty goes past; between two values in proportion. `null` where there are no values.
 *
 * Exact for up to 128 values, and for `q` of 0 and 1. Beyond, values are counted in bins, so that a result is within
 * `error` of the values at its rank, 1 % unless said otherwise: at 1 %, about 115 bins for each power of ten that the
 * values span. Sketches of parts merge to that of the whole. Big integers count as numbers.
 *
 * `null` and `undefined` are passed over; anything else that is no finite number fails the record,
 * `ERR_CALLBACK`.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `q` is from 0 to 1, and `error` from 0.0001 to 0.5.
 * @example
 * ```ts
 * import { from, quantile } from 'millrace';
 *
 * const perHost = from([{ host: 'a', ms: 12 }])
 *   .keyBy((call) => call.host)
 *   .aggregate({ p95: quantile('ms', 0.95), p99: quantile('ms', 0.99, { error: 0.001 }) });
 * ```
 */
export function quantile<T>(
  value: (record: T) => number | bigint | null | undefined,
  q: number,
  options?: QuantileOptions,
): Aggregate<T, number | null>;
export function quantile<T, const F extends FieldsOf<T, number | bigint> = FieldsOf<T, number | bigint>>(
  field: F,
  q: number,
  options?: QuantileOptions,
): Aggregate<T, number | null>;
export function quantile(
  source: Source,
  q: number,
  options: QuantileOptions = {},
): Aggregate<never, number | null> {
  return quantileOf('quantile', source, q, options);
}

/** A quantile under another name. */
export function quantileOf(
  name: string,
  source: Source,
  q: number,
  options: QuantileOptions,
): Aggregate<never, number | null> {
  const at = parseOptions(quantileShare, q, name);
  const quantiles = new Quantiles(parseOptions(quantileOptions, options, name).error);
  const call = callOf(name, source);
  return fieldAggregate<unknown, number | null, Sketch>(source, {
    name,
    create: () => quantiles.empty(),
    check: (_sketch, value) => checkFinite(call, value),
    take(sketch, value) {
      quantiles.add(sketch, Number(value));
      return sketch;
    },
    merge(earlier, later) {
      quantiles.merge(earlier, later);
      return earlier;
    },
    result: (sketch) => quantiles.at(sketch, at),
  });
}
