import type { Emit, Operator } from '../../interfaces/operator.ts';
import { defineOperator } from './define-operator.ts';

/**
 * Puts records in front of all others.
 *
 * - Emits: the given records in front of the first that comes, or of the first watermark, and when the
 *   input is over without any; then each record as it is.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: it calls nothing that could fail.
 *
 * @example
 * ```ts
 * import { from, scan, startWith } from 'millrace';
 *
 * const sums = from([3, 4]).pipe(
 *   startWith(10),
 *   scan((sum, n) => sum + n, 0),
 * );
 * ```
 */
export function startWith<A, B = A>(...records: readonly B[]): Operator<A, A | B> {
  const first = Object.freeze([...records]);
  return defineOperator<A, A | B>({
    name: 'startWith',
    remembers: 'snapshot',
    cardinality: 'many',
    detail: first.length === 1 ? '1 record' : `${first.length} records`,
    create() {
      let started = false;
      const begin = (emit: Emit<A | B>): void => {
        if (started) return;
        started = true;
        for (const record of first) emit(record);
      };
      return {
        push(record, emit) {
          begin(emit);
          emit(record);
        },
        watermark: (_time, emit) => begin(emit),
        end: begin,
        snapshot: () => started,
        restore(state) {
          started = state as boolean;
        },
      };
    },
  });
}
