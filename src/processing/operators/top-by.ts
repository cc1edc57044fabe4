import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import type { Source } from './aggregates/fields.ts';
import { checkCallback } from './check-callback.ts';
import { defineOperator } from './define-operator.ts';
import { type KeyedOptions, keyedOptions } from './groups/group-options.ts';
import { KeyedValues } from './groups/keyed-values.ts';
import type { RankingState } from './groups/ranking.ts';
import { absorbing } from './plain-logic.ts';
import { type RankBy, rankingOf, type TopOptions, topDetail, topOptions } from './top.ts';

/** Which records are the first of a keyed `top`, and of how many keys. */
export interface TopByOptions extends KeyedOptions, TopOptions {}

const schema = topOptions.extend({ maxKeys: keyedOptions.shape.maxKeys });

/** A key, and the first of its records. */
export interface KeyedRecords<K, A> {
  key: K;
  records: A[];
}

/**
 * Keeps the `n` records of each key with the largest values; what `keyBy(key).top(…)` does. Of records with equal
 * values, the earlier comes first, and stays.
 *
 * - Emits: one record a key, with the list of its `records`, the first of them first, when the input is over, in the
 *   order in which the keys first came; nothing of no records.
 * - Backpressures: never: it holds `n` records for up to `maxKeys` keys.
 * - Completes: when the input is over and the results are emitted.
 * - Cancels: when downstream does.
 * - On error: what `by` throws is a failure of the record, and so is a value that has no order with the others,
 *   such as `NaN`, `ERR_CALLBACK`; so is a key that cannot be compared, `ERR_KEY`, and one past `maxKeys`,
 *   `ERR_LIMIT`. A record whose value is `null` or `undefined` is left out.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `n` is a whole number from 1 to 1,000,000.
 * @example
 * ```ts
 * import { flatMap, from } from 'millrace';
 *
 * const largest = from([{ id: 1, country: 'DE', total: 7 }])
 *   .keyBy((order) => order.country)
 *   .top(10, 'total')
 *   .pipe(flatMap(({ records }) => records));
 * ```
 */
export function topBy<A, K>(
  key: (record: A) => K,
  n: number,
  by: RankBy<A>,
  options: TopByOptions = {},
): Operator<A, KeyedRecords<K, A>> {
  checkCallback('top', key);
  const { order, maxKeys, onError } = parseOptions(schema, options, 'top');
  const ranking = rankingOf<A>(n, by as Source, order);
  return defineOperator<A, KeyedRecords<K, A>>({
    name: 'top',
    remembers: 'snapshot',
    cardinality: 'many',
    detail: topDetail(n, by as Source),
    onError,
    create() {
      const values = new KeyedValues<RankingState<A>>(key, () => ranking.empty(), maxKeys);
      return {
        ...absorbing<A>((record) => {
          const kept = values.of(record);
          ranking.add(kept.value, record);
          values.keep(kept, kept.value);
        }),
        *end() {
          for (const { key, value } of values.all()) yield { key: key as K, records: ranking.result(value) };
        },
        snapshot: () => values.snapshot(),
        restore: (state) => values.restore(state),
      };
    },
  });
}
