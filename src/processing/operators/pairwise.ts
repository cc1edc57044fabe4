import type { Operator } from '../../interfaces/operator.ts';
import { defineOperator } from './define-operator.ts';

/**
 * Puts each record together with the one before it.
 *
 * - Emits: `[previous, current]` for each record but the first.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: it calls nothing that could fail. It holds one record.
 *
 * @example
 * ```ts
 * import { from, map, pairwise } from 'millrace';
 *
 * const steps = from([1, 4, 9]).pipe(
 *   pairwise(),
 *   map(([before, now]) => now - before),
 * );
 * ```
 */
export function pairwise<A>(): Operator<A, [previous: A, current: A]> {
  return defineOperator<A, [A, A]>({
    name: 'pairwise',
    remembers: 'snapshot',
    cardinality: 'filter',
    create() {
      let previous: readonly A[] = [];
      return {
        push(record, emit) {
          const [before] = previous;
          const isFirst = previous.length === 0;
          previous = [record];
          if (!isFirst) emit([before as A, record]);
        },
        snapshot: () => previous,
        restore(state) {
          previous = state as readonly A[];
        },
      };
    },
  });
}
