import type { Aggregate } from '../../../interfaces/aggregate.ts';
import { addTo, addToSource, type CompensatedSum, mergeSums, totalOf } from './compensated-sum.ts';
import { callOf, checkNumber, fieldAggregate, unfit } from './field-aggregate.ts';
import type { FieldsOf, Source, ValueOf } from './fields.ts';

/** What a sum of such values is; `0` where there are none, also of `bigint`. */
export type SumOf<V> = unknown extends V
  ? number
  : Extract<V, bigint> extends never
    ? number
    : Extract<V, number> extends never
      ? bigint | 0
      : bigint | number;

/** Nothing yet, a sum of big integers, or one of numbers. */
type State = undefined | bigint | CompensatedSum;

/**
 * The sum of a field, or of what a function makes of the record; `0` where there are no values. Numbers are
 * added with compensation: the error of rounding does not grow with their count. Big integers add up exactly; a
 * field has numbers or big integers, not both.
 *
 * `null` and `undefined` are passed over; anything else that is no number fails the record, `ERR_CALLBACK`.
 *
 * @example
 * ```ts
 * import { from, sum } from 'millrace';
 *
 * const perCountry = from([{ country: 'DE', amount: 0.1 }])
 *   .keyBy((order) => order.country)
 *   .aggregate({ total: sum('amount'), gross: sum((order) => order.amount * 1.19) });
 * ```
 */
export function sum<T, V extends number | bigint>(
  value: (record: T) => V | null | undefined,
): Aggregate<T, SumOf<V>>;
export function sum<T, const F extends FieldsOf<T, number | bigint> = FieldsOf<T, number | bigint>>(
  field: F,
): Aggregate<T, SumOf<ValueOf<T, F>>>;
export function sum(source: Source): Aggregate<never, unknown> {
  const call = callOf('sum', source);
  return fieldAggregate<unknown, unknown, State>(source, {
    name: 'sum',
    create: () => undefined,
    check(state, value) {
      checkNumber(call, value);
      checkAlike(call, state, value);
    },
    take(state, value) {
      if (typeof value === 'bigint') return ((state as bigint | undefined) ?? 0n) + value;
      if (state === undefined) return { sum: value as number, lost: 0 };
      addTo(state as CompensatedSum, value as number);
      return state;
    },
    merge(earlier, later) {
      if (earlier === undefined) return later;
      if (later === undefined) return earlier;
      checkAlike(call, earlier, typeof later === 'bigint' ? later : later.sum);
      if (typeof later === 'bigint') return (earlier as bigint) + later;
      mergeSums(earlier as CompensatedSum, later);
      return earlier;
    },
    result(state) {
      if (state === undefined) return 0;
      return typeof state === 'bigint' ? state : totalOf(state);
    },
    columns: {
      width: 2,
      pack(state, numbers, at) {
        if (typeof state !== 'object') return false;
        numbers[at] = state.lost;
        numbers[at + 1] = state.sum;
        return true;
      },
      unpack: (numbers, at) => ({ sum: numbers[at + 1]!, lost: numbers[at]! }),
      begin: (value) => ['0', value],
      add: (value, slot) => addToSource(value, slot(1), slot(0)),
    },
  });
}

function checkAlike(call: string, state: State, value: unknown): void {
  if (state === undefined || (typeof state === 'bigint') === (typeof value === 'bigint')) return;
  const [others, it] = typeof state === 'bigint' ? ['big integers', 'number'] : ['numbers', 'big integer'];
  throw unfit(call, value, `the values before are ${others}`, `Convert each ${it} in front, by map().`);
}
