import { z } from 'zod';
import { parseOptions } from '../../core/options.ts';
import { refusePromise } from '../../core/thenable.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { checkCallback, nameOf } from './check-callback.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';

export interface TakeWhileOptions extends OperatorOptions {
  /** Whether the record that ends the branch goes through itself. @default false */
  readonly inclusive?: boolean;
}

const schema = operatorOptions.extend({
  inclusive: z.boolean().default(false).describe('Whether the record that ends the branch goes through'),
});

/**
 * Lets records through until the first for which `predicate` returns something false, and ends the
 * branch there.
 *
 * - Emits: each record before that one, and that one, too, when `inclusive`.
 * - Backpressures: when downstream does.
 * - Completes: at that record, or when the input is over.
 * - Cancels: its input when it completes, and when downstream cancels.
 * - On error: what `predicate` throws is a failure of the record; a promise, which would always be
 *   true, is one too, `ERR_CALLBACK`.
 *
 * @example
 * ```ts
 * import { from, takeWhile } from 'millrace';
 *
 * const small = from([1, 2, 30, 4]).pipe(takeWhile((n) => n < 10));
 * ```
 */
export function takeWhile<A>(
  predicate: (record: A) => unknown,
  options: TakeWhileOptions = {},
): Operator<A, A> {
  checkCallback('takeWhile', predicate);
  const { inclusive, ...rest } = parseOptions(schema, options, 'takeWhile');
  return defineOperator<A, A>({
    name: 'takeWhile',
    remembers: 'none',
    cardinality: 'filter',
    detail: nameOf(predicate),
    ...rest,
    create(context) {
      let open = true;
      return {
        push(record, emit) {
          if (!open) return;
          const passes = predicate(record);
          if (passes instanceof Promise) {
            refusePromise(passes, 'Give takeWhile() a synchronous function.');
          }
          if (passes || inclusive) emit(record);
          if (passes) return;
          open = false;
          context.complete();
        },
      };
    },
  });
}
