import { parseOptions } from '../../core/options.ts';
import { refusePromise } from '../../core/thenable.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { checkCallback, nameOf } from './check-callback.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { transforming } from './plain-logic.ts';

/**
 * Accumulates: emits after each record what `fn` makes of the value so far and the record. Give the
 * seed as a function when it is an object that `fn` changes, so that two runs do not share it.
 *
 * - Emits: each accumulated value.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: what `fn` throws is a failure of the record, and the value stays as it was; a promise
 *   is a failure, too, `ERR_CALLBACK`.
 *
 * @example
 * ```ts
 * import { from, scan } from 'millrace';
 *
 * const sums = from([1, 2, 3]).pipe(scan((sum, n) => sum + n, 0));
 * ```
 */
export function scan<A, S>(
  fn: (value: S, record: A) => S,
  seed: () => S,
  options?: OperatorOptions,
): Operator<A, S>;
export function scan<A, S>(
  fn: (value: S, record: A) => S,
  seed: S,
  options?: OperatorOptions,
): Operator<A, S>;
export function scan<A, S>(
  fn: (value: S, record: A) => S,
  seed: S | (() => S),
  options: OperatorOptions = {},
): Operator<A, S> {
  checkCallback('scan', fn);
  return defineOperator<A, S>({
    name: 'scan',
    remembers: 'snapshot',
    cardinality: 'one',
    detail: nameOf(fn),
    ...parseOptions(operatorOptions, options, 'scan'),
    create() {
      let value = typeof seed === 'function' ? (seed as () => S)() : seed;
      refusePromise(value, 'Give scan() a seed that is there when the run begins.');
      return {
        ...transforming((record: A) => {
          const next = fn(value, record);
          if (next instanceof Promise) {
            refusePromise(next, 'Give scan() a synchronous function.');
          }
          value = next;
          return value;
        }),
        snapshot: () => ({ value }),
        restore(state) {
          ({ value } = state as { value: S });
        },
      };
    },
  });
}
