import type { Operator } from '../../interfaces/operator.ts';
import { defineOperator } from './define-operator.ts';
import { transforming } from './plain-logic.ts';

/** A record, with the milliseconds since the one before it. */
export interface TimeInterval<A> {
  readonly value: A;
  readonly ms: number;
}

/**
 * Adds to each record how long it let wait: the milliseconds since the one before it, by the clock;
 * to the first, since the run began.
 *
 * - Emits: `{ value, ms }` for each record.
 * - Backpressures: when downstream does, which makes records wait, too.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: it calls nothing that could fail.
 *
 * @example
 * ```ts
 * import { filter, from, timeInterval } from 'millrace';
 *
 * const gaps = from(['a', 'b']).pipe(
 *   timeInterval(),
 *   filter(({ ms }) => ms > 1000),
 * );
 * ```
 */
export function timeInterval<A>(): Operator<A, TimeInterval<A>> {
  return defineOperator<A, TimeInterval<A>>({
    name: 'timeInterval',
    remembers: 'snapshot',
    cardinality: 'one',
    create({ clock }) {
      let last = clock.now();
      return {
        ...transforming((value: A) => {
          const now = clock.now();
          // A clock that is set back gives no negative time.
          const ms = Math.max(0, now - last);
          last = now;
          return { value, ms };
        }),
        snapshot: () => last,
        restore(state) {
          last = state as number;
        },
      };
    },
  });
}
