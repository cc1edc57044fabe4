import { z } from 'zod';
import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { defineOperator } from './define-operator.ts';

/** How many records `take` lets through. */
export const takeCount = z.number().int().nonnegative().describe('Records to let through');

/**
 * Lets the first `count` records through and ends the branch: a reader that nobody else listens to
 * is closed, an endless one too.
 *
 * - Emits: the first `count` records.
 * - Backpressures: when downstream does.
 * - Completes: after `count` records, at once for 0, or when the input is over.
 * - Cancels: its input when it completes, and when downstream cancels.
 * - On error: it calls nothing that could fail.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `count` is a whole number from 0.
 * @example
 * ```ts
 * import { from, take } from 'millrace';
 *
 * const first = from(['a', 'b', 'c']).pipe(take(2));
 * ```
 */
export function take<A>(count: number): Operator<A, A> {
  const most = parseOptions(takeCount, count, 'take');
  return defineOperator<A, A>({
    name: 'take',
    remembers: 'snapshot',
    cardinality: 'filter',
    detail: String(most),
    create(context) {
      let left = most;
      if (left === 0) context.complete();
      return {
        push(record, emit) {
          if (left === 0) return;
          left--;
          emit(record);
          if (left === 0) context.complete();
        },
        snapshot: () => left,
        restore(state) {
          left = state as number;
        },
      };
    },
  });
}
