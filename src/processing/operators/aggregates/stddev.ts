import { z } from 'zod';
import { parseOptions } from '../../../core/options.ts';
import type { Aggregate } from '../../../interfaces/aggregate.ts';
import { callOf, checkFinite, fieldAggregate } from './field-aggregate.ts';
import type { FieldsOf, Source } from './fields.ts';

/** Of what `stddev` is the standard deviation. */
export interface StddevOptions {
  /** Whether the records are all there are, and no sample of them. @default false */
  readonly population?: boolean;
}

/** The options of `stddev`. */
export const stddevOptions = z.strictObject({
  population: z.boolean().default(false).describe('Whether the records are all there are, and no sample'),
});

interface State {
  n: number;
  mean: number;
  /** The sum of the squares of the distances from the mean. */
  squares: number;
}

/**
 * The standard deviation of a field, or of what a function makes of the record: that of a sample, or with
 * `{ population: true }` of all there is. `null` for fewer than two values, of a population for none. It is worked
 * out by the method of Welford, which stands large values with small distances. Big integers count as numbers.
 *
 * `null` and `undefined` are passed over; anything else that is no finite number fails the record,
 * `ERR_CALLBACK`.
 *
 * @example
 * ```ts
 * import { from, stddev } from 'millrace';
 *
 * const perCountry = from([{ country: 'DE', amount: 7 }])
 *   .keyBy((order) => order.country)
 *   .aggregate({ spread: stddev('amount') });
 * ```
 */
export function stddev<T>(
  value: (record: T) => number | bigint | null | undefined,
  options?: StddevOptions,
): Aggregate<T, number | null>;
export function stddev<T, const F extends FieldsOf<T, number | bigint> = FieldsOf<T, number | bigint>>(
  field: F,
  options?: StddevOptions,
): Aggregate<T, number | null>;
export function stddev(source: Source, options: StddevOptions = {}): Aggregate<never, number | null> {
  const less = parseOptions(stddevOptions, options, 'stddev').population ? 0 : 1;
  const call = callOf('stddev', source);
  return fieldAggregate<unknown, number | null, State>(source, {
    name: 'stddev',
    create: () => ({ n: 0, mean: 0, squares: 0 }),
    check: (_state, value) => checkFinite(call, value),
    take(state, value) {
      const number = Number(value);
      const before = number - state.mean;
      state.n++;
      state.mean += before / state.n;
      state.squares += before * (number - state.mean);
      return state;
    },
    merge(earlier, later) {
      if (later.n === 0) return earlier;
      const n = earlier.n + later.n;
      const apart = later.mean - earlier.mean;
      earlier.squares += later.squares + apart * apart * ((earlier.n * later.n) / n);
      earlier.mean += apart * (later.n / n);
      earlier.n = n;
      return earlier;
    },
    result: ({ n, squares }) => (n <= less ? null : Math.sqrt(squares / (n - less))),
    columns: {
      width: 3,
      finite: true,
      pack({ n, mean, squares }, numbers, at) {
        numbers[at] = n;
        numbers[at + 1] = mean;
        numbers[at + 2] = squares;
        return true;
      },
      unpack: (numbers, at) => ({ n: numbers[at]!, mean: numbers[at + 1]!, squares: numbers[at + 2]! }),
      begin: (value) => ['1', value, '0'],
      add: (value, slot) => `{
        const before = ${value} - ${slot(1)};
        ${slot(0)}++;
        ${slot(1)} += before / ${slot(0)};
        ${slot(2)} += before * (${value} - ${slot(1)});
      }`,
    },
  });
}
