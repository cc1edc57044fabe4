import { parseOptions } from '../../core/options.ts';
import { refusePromise } from '../../core/thenable.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { checkCallback, nameOf } from './check-callback.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { transforming } from './plain-logic.ts';

/**
 * Looks at each record and lets it through.
 *
 * - Emits: each record, as it is, after `fn` returned.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: what `fn` throws is a failure of the record; a promise is one too, `ERR_CALLBACK`
 *   (use `mapAsync`).
 *
 * @example
 * ```ts
 * import { from, tap } from 'millrace';
 *
 * let seen = 0;
 * const counted = from(['a', 'b']).pipe(tap(() => seen++));
 * ```
 */
export function tap<A>(fn: (record: A) => unknown, options: OperatorOptions = {}): Operator<A, A> {
  checkCallback('tap', fn);
  return defineOperator<A, A>({
    name: 'tap',
    cardinality: 'one',
    detail: nameOf(fn),
    ...parseOptions(operatorOptions, options, 'tap'),
    create: () =>
      transforming((record) => {
        const result = fn(record);
        if (result instanceof Promise) {
          refusePromise(result, 'Use mapAsync() and return the record.');
        }
        return record;
      }),
  });
}
