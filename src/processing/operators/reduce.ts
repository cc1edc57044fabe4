import { parseOptions } from '../../core/options.ts';
import { refusePromise } from '../../core/thenable.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { checkCallback, nameOf } from './check-callback.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { seedMaker } from './groups/seed.ts';

/**
 * Folds all records into one value: what `fn` makes of the value so far and the record. The seed is plain data, which
 * is copied for each run, or a function that makes it.
 *
 * - Emits: the value, when the input is over; of no records, the seed.
 * - Backpressures: never: it holds the value, whose size is up to `fn`.
 * - Completes: when the input is over and the value is emitted.
 * - Cancels: when downstream does.
 * - On error: what `fn` throws is a failure of the record, and the value stays as it was, unless `fn` changed
 *   it in place; a promise is a failure, too, `ERR_CALLBACK`.
 *
 * @throws MillraceError `ERR_OPTIONS` when `fn` is no function.
 * @example
 * ```ts
 * import { from, reduce } from 'millrace';
 *
 * const total = from([1, 2, 3]).pipe(reduce((sum, n) => sum + n, 0));
 * ```
 */
export function reduce<A, S>(
  fn: (value: S, record: A) => S,
  seed: () => S,
  options?: OperatorOptions,
): Operator<A, S>;
export function reduce<A, S>(
  fn: (value: S, record: A) => S,
  seed: S,
  options?: OperatorOptions,
): Operator<A, S>;
export function reduce<A, S>(
  fn: (value: S, record: A) => S,
  seed: S | (() => S),
  options: OperatorOptions = {},
): Operator<A, S> {
  checkCallback('reduce', fn);
  const begin = seedMaker('reduce', seed);
  return defineOperator<A, S>({
    name: 'reduce',
    remembers: 'snapshot',
    cardinality: 'many',
    detail: nameOf(fn),
    ...parseOptions(operatorOptions, options, 'reduce'),
    create() {
      let value = begin();
      return {
        ...absorbing<A>((record) => {
          value = reduced('reduce', fn(value, record));
        }),
        end: (emit) => emit(value),
        snapshot: () => ({ value }),
        restore(state) {
          ({ value } = state as { value: S });
        },
      };
    },
  });
}

import { absorbing } from './plain-logic.ts';

/** What a function that folds returned, which must be there at once. */
export function reduced<S>(operator: string, value: S): S {
  if (value instanceof Promise) refusePromise(value, `Give ${operator}() a synchronous function.`);
  return value;
}
