import { z } from 'zod';
import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { defineOperator } from './define-operator.ts';
import { accepting } from './plain-logic.ts';

/** How many records `skip` leaves out. */
export const skipCount = z.number().int().nonnegative().describe('Records to leave out');

/**
 * Leaves the first `count` records out.
 *
 * - Emits: each record after the first `count`.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: it calls nothing that could fail.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `count` is a whole number from 0.
 * @example
 * ```ts
 * import { from, skip } from 'millrace';
 *
 * const rest = from(['a', 'b', 'c']).pipe(skip(1));
 * ```
 */
export function skip<A>(count: number): Operator<A, A> {
  const first = parseOptions(skipCount, count, 'skip');
  return defineOperator<A, A>({
    name: 'skip',
    remembers: 'snapshot',
    cardinality: 'filter',
    detail: String(first),
    create() {
      let left = first;
      return {
        ...accepting(() => {
          if (left === 0) return true;
          left--;
          return false;
        }),
        snapshot: () => left,
        restore(state) {
          left = state as number;
        },
      };
    },
  });
}
