import { parseOptions } from '../../core/options.ts';
import type { Aggregate, Aggregates } from '../../interfaces/aggregate.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { checkCallback } from './check-callback.ts';
import { defineOperator } from './define-operator.ts';
import { checkedAggregates, listed } from './groups/checked-aggregates.ts';
import { type KeyedOptions, keyedOptions } from './groups/group-options.ts';
import { groupedAggregates } from './groups/grouped-aggregates.ts';

/** The results of aggregates under their names, beside the key. */
export type AggregatedBy<K, A> = {
  [N in 'key' | keyof A]: N extends keyof A
    ? // biome-ignore lint/suspicious/noExplicitAny: only the result counts
      A[N] extends Aggregate<any, infer R, any>
      ? R
      : never
    : K;
};

/**
 * Works out what the records of each key come to; what `keyBy(key).aggregate(…)` does.
 *
 * - Emits: one record a key, when the input is over, in the order in which the keys first came; nothing of no records.
 * - Backpressures: never: it holds accumulators for up to `maxKeys` keys.
 * - Completes: when the input is over and the results are emitted.
 * - Cancels: when downstream does.
 * - On error: a value that an aggregate cannot take, and what a function of yours throws, is a failure of the
 *   record, `ERR_CALLBACK`; so is a key that cannot be compared, `ERR_KEY`, and what goes past `maxKeys` or the
 *   bound of an aggregate, `ERR_LIMIT`. No aggregate has then taken the record.
 *
 * @throws MillraceError `ERR_OPTIONS` without aggregates, for what is none, and for one that is called `key`.
 * @example
 * ```ts
 * import { count, from, sum } from 'millrace';
 *
 * const perCountry = from([{ country: 'DE', amount: 7 }])
 *   .keyBy((order) => order.country)
 *   .aggregate({ n: count(), total: sum('amount') }, { maxKeys: 300 });
 * ```
 */
export function aggregateBy<T, K, const A extends Aggregates<T>>(
  key: (record: T) => K,
  aggregates: A,
  options: KeyedOptions = {},
): Operator<T, AggregatedBy<K, A>> {
  checkCallback('aggregate', key);
  const list = checkedAggregates('aggregate', aggregates, 'key');
  const { maxKeys, onError } = parseOptions(keyedOptions, options, 'aggregate');
  return defineOperator<T, AggregatedBy<K, A>>({
    name: 'aggregate',
    remembers: 'snapshot',
    cardinality: 'many',
    detail: listed(list),
    onError,
    create: () => groupedAggregates({ aggregates: list, key, maxKeys }),
  });
}
