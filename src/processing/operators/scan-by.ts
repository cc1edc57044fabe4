import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { checkCallback, nameOf } from './check-callback.ts';
import { defineOperator } from './define-operator.ts';
import { type KeyedOptions, keyedOptions } from './groups/group-options.ts';
import { KeyedValues } from './groups/keyed-values.ts';
import { seedMaker } from './groups/seed.ts';
import { transforming } from './plain-logic.ts';
import { reduced } from './reduce.ts';
import type { KeyedValue } from './reduce-by.ts';

/**
 * Accumulates the records of each key by themselves, and emits after each what `fn` makes of the value of its key so
 * far and the record; what `keyBy(key).scan(…)` does. The seed is plain data, which is copied for each key, or a
 * function that makes it.
 *
 * - Emits: each accumulated value with its key.
 * - Backpressures: when downstream does; it holds a value for up to `maxKeys` keys, whose size is up to `fn`.
 * - Completes: when the input is over.
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
 * const balances = from([{ account: 'a', amount: 7 }])
 *   .keyBy((booking) => booking.account)
 *   .scan((balance, booking) => balance + booking.amount, 0);
 * ```
 */
export function scanBy<A, K, S>(
  key: (record: A) => K,
  fn: (value: S, record: A) => S,
  seed: S | (() => S),
  options: KeyedOptions = {},
): Operator<A, KeyedValue<K, S>> {
  checkCallback('scan', key);
  checkCallback('scan', fn);
  const begin = seedMaker('scan', seed);
  const { maxKeys, onError } = parseOptions(keyedOptions, options, 'scan');
  return defineOperator<A, KeyedValue<K, S>>({
    name: 'scan',
    remembers: 'snapshot',
    cardinality: 'one',
    detail: nameOf(fn),
    onError,
    create() {
      const values = new KeyedValues<S>(key, begin, maxKeys);
      return {
        ...transforming((record: A): KeyedValue<K, S> => {
          const kept = values.of(record);
          const value = reduced('scan', fn(kept.value, record));
          values.keep(kept, value);
          return { key: kept.key as K, value };
        }),
        snapshot: () => values.snapshot(),
        restore: (state) => values.restore(state),
      };
    },
  });
}
