import type { Aggregate } from '../../../interfaces/aggregate.ts';
import { addTo, addToSource, type CompensatedSum, mergeSums, totalOf } from './compensated-sum.ts';
import { callOf, checkNumber, fieldAggregate } from './field-aggregate.ts';
import type { FieldsOf, Source } from './fields.ts';

interface State extends CompensatedSum {
  n: number;
}

/**
 * The mean of a field, or of what a function makes of the record; `null` where there are no values. The sum is
 * compensated, as that of `sum`; big integers count as numbers.
 *
 * `null` and `undefined` are passed over; anything else that is no number fails the record, `ERR_CALLBACK`.
 *
 * @example
 * ```ts
 * import { from, mean } from 'millrace';
 *
 * const perCountry = from([{ country: 'DE', amount: 7 }])
 *   .keyBy((order) => order.country)
 *   .aggregate({ usual: mean('amount') });
 * ```
 */
export function mean<T>(
  value: (record: T) => number | bigint | null | undefined,
): Aggregate<T, number | null>;
export function mean<T, const F extends FieldsOf<T, number | bigint> = FieldsOf<T, number | bigint>>(
  field: F,
): Aggregate<T, number | null>;
export function mean(source: Source): Aggregate<never, number | null> {
  const call = callOf('mean', source);
  return fieldAggregate<unknown, number | null, State>(source, {
    name: 'mean',
    create: () => ({ n: 0, sum: 0, lost: 0 }),
    check: (_state, value) => checkNumber(call, value),
    take(state, value) {
      state.n++;
      addTo(state, Number(value));
      return state;
    },
    merge(earlier, later) {
      earlier.n += later.n;
      mergeSums(earlier, later);
      return earlier;
    },
    result: (state) => (state.n === 0 ? null : totalOf(state) / state.n),
    columns: {
      width: 3,
      pack({ n, sum, lost }, numbers, at) {
        numbers[at] = n;
        numbers[at + 1] = sum;
        numbers[at + 2] = lost;
        return true;
      },
      unpack: (numbers, at) => ({ n: numbers[at]!, sum: numbers[at + 1]!, lost: numbers[at + 2]! }),
      begin: (value) => ['1', value, '0'],
      add: (value, slot) => `${slot(0)}++; ${addToSource(value, slot(1), slot(2))}`,
    },
  });
}
