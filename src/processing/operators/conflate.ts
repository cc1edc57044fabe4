import type { Operator } from '../../interfaces/operator.ts';
import { checkCallback, nameOf } from './check-callback.ts';
import { ConflateLogic } from './conflate-logic.ts';
import { defineOperator } from './define-operator.ts';

/**
 * Folds what piles up while downstream is busy into one value, so that upstream never waits and nothing is
 * dropped unseen: `seed` makes the value of the first record, `fold` adds one more to it. What comes in one
 * batch is folded, too. Holds one value, and whatever `fold` lets it grow to.
 *
 * - Emits: the value as soon as downstream takes one.
 * - Backpressures: only while a barrier waits for the value before it.
 * - Completes: when the input is over and the last value has been taken.
 * - Cancels: when downstream does.
 * - On error: what `seed` or `fold` throws ends the run, `ERR_CALLBACK`, and so does a promise: the value
 *   may be half changed, and no policy could mend it.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `seed` and `fold` are functions.
 * @example
 * ```ts
 * import { conflate, from } from 'millrace';
 *
 * const totals = from([1, 2, 3]).pipe(
 *   conflate(
 *     (n) => ({ count: 1, sum: n }),
 *     (total, n) => ({ count: total.count + 1, sum: total.sum + n }),
 *   ),
 * );
 * ```
 */
export function conflate<A, S>(
  seed: (record: A) => S,
  fold: (value: NoInfer<S>, record: A) => NoInfer<S>,
): Operator<A, S> {
  checkCallback('conflate', seed);
  checkCallback('conflate', fold);
  return defineOperator<A, S>({
    name: 'conflate',
    remembers: 'none',
    kind: 'duplex',
    cardinality: 'many',
    repeats: false,
    detail: nameOf(fold),
    create: (context) => new ConflateLogic<A, S>(context, seed, fold),
  });
}
