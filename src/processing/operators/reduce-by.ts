import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { checkCallback, nameOf } from './check-callback.ts';
import { defineOperator } from './define-operator.ts';
import { type KeyedOptions, keyedOptions } from './groups/group-options.ts';
import { KeyedValues } from './groups/keyed-values.ts';
import { seedMaker } from './groups/seed.ts';
import { absorbing } from './plain-logic.ts';
import { reduced } from './reduce.ts';

/** A key, and the value that its records were folded into. */
export interface KeyedValue<K, S> {
  key: K;
  value: S;
}

/**
 * Folds the records of each key into one value; what `keyBy(key).reduce(…)` does. The seed is plain data, which is
 * copied for each key, or a function that makes it.
 *
 * - Emits: one record a key, when the input is over, in the order in which the keys first came; nothing of no records.
 * - Backpressures: never: it holds a value for up to `maxKeys` keys, whose size is up to `fn`.
 * - Completes: when the input is over and the values are emitted.
 * - Cancels: when downstream does.
 * - On error: what `fn` throws is a failure of the record, and the value stays as it was, unless `fn` changed
 *   it in place; a promise is a failure, too, `ERR_CALLBACK`; so is a key that cannot be compared, `ERR_KEY`,
 *   and one past `maxKeys`, `ERR_LIMIT`.
 *
 * @throws MillraceError `ERR_OPTIONS` when `fn` is no function.
 * @example
 * ```ts
 * import { from } from 'millrace';
 *
 * const perCountry = from([{ country: 'DE', amount: 7 }])
 *   .keyBy((order) => order.country)
 *   .reduce((total, order) => total + order.amount, 0);
 * ```
 */
export function reduceBy<A, K, S>(
  key: (record: A) => K,
  fn: (value: S, record: A) => S,
  seed: S | (() => S),
  options: KeyedOptions = {},
): Operator<A, KeyedValue<K, S>> {
  checkCallback('reduce', key);
  checkCallback('reduce', fn);
  const begin = seedMaker('reduce', seed);
  const { maxKeys, onError } = parseOptions(keyedOptions, options, 'reduce');
  return defineOperator<A, KeyedValue<K, S>>({
    name: 'reduce',
    remembers: 'snapshot',
    cardinality: 'many',
    detail: nameOf(fn),
    onError,
    create() {
      const values = new KeyedValues<S>(key, begin, maxKeys);
      return {
        ...absorbing<A>((record) => {
          const kept = values.of(record);
          values.keep(kept, reduced('reduce', fn(kept.value, record)));
        }),
        *end() {
          for (const { key, value } of values.all()) yield { key: key as K, value };
        },
        snapshot: () => values.snapshot(),
        restore: (state) => values.restore(state),
      };
    },
  });
}
