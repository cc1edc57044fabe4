import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { checkCallback, nameOf } from './check-callback.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { accepting } from './plain-logic.ts';

/**
 * Lets through the records for which `predicate` returns something true; a type guard narrows them.
 *
 * - Emits: each record that passes, as it is.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: what `predicate` throws is a failure of the record; a promise, which would always be
 *   true, is one too, `ERR_CALLBACK`.
 *
 * @example
 * ```ts
 * import { filter, from } from 'millrace';
 *
 * const paid = from([{ id: 1, status: 'paid' }]).pipe(filter((order) => order.status === 'paid'));
 * ```
 */
export function filter<A, B extends A>(
  predicate: (record: A) => record is B,
  options?: OperatorOptions,
): Operator<A, B>;
export function filter<A>(predicate: (record: A) => unknown, options?: OperatorOptions): Operator<A, A>;
export function filter<A>(predicate: (record: A) => unknown, options: OperatorOptions = {}): Operator<A, A> {
  checkCallback('filter', predicate);
  return defineOperator<A, A>({
    name: 'filter',
    remembers: 'none',
    cardinality: 'filter',
    detail: nameOf(predicate),
    ...parseOptions(operatorOptions, options, 'filter'),
    create: () => accepting(predicate),
  });
}
