import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { checkCallback, nameOf } from './check-callback.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { transforming } from './plain-logic.ts';

/**
 * Makes one record of each.
 *
 * - Emits: what `fn` returns, for each record.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: what `fn` throws is a failure of the record; a promise is one too, `ERR_CALLBACK`
 *   (use `mapAsync`).
 *
 * @example
 * ```ts
 * import { from, map } from 'millrace';
 *
 * const totals = from([{ qty: 2, price: 5 }]).pipe(map((order) => order.qty * order.price));
 * ```
 */
export function map<A, B>(fn: (record: A) => B, options: OperatorOptions = {}): Operator<A, B> {
  checkCallback('map', fn);
  return defineOperator<A, B>({
    name: 'map',
    remembers: 'none',
    cardinality: 'one',
    detail: nameOf(fn),
    ...parseOptions(operatorOptions, options, 'map'),
    create: () => transforming(fn),
  });
}
