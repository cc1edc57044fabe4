import { z } from 'zod';
import { type Duration, duration, formatDuration } from '../../core/duration.ts';
import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { defineOperator } from './define-operator.ts';
import { LatestLogic } from './latest-logic.ts';

export interface ThrottleOptions {
  /** Time that one record stands for, e.g. `'1s'`. */
  readonly every: Duration;
  /** Which record of that time goes on: the one that begins it, at once, or the newest, when it is over. @default 'first' */
  readonly keep?: 'first' | 'last';
}

/** The options of `throttle`. */
export const throttleOptions = z.strictObject({
  every: z.union([z.number(), z.string()]).describe('Time that one record stands for'),
  keep: z.enum(['first', 'last']).default('first').describe('Which record of that time goes on'),
});

/**
 * Lets one record through in each time of `every`, by the clock, and drops the others. A time begins with the
 * first record after the one before is over. To let all through, but slower, use `rateLimit`.
 *
 * - Emits: with `first`, the record that begins a time, at once; with `last`, the newest record of a time
 *   when it is over, and the one that is held when the input is.
 * - Backpressures: with `first` when downstream does; with `last` never, the newest record waits.
 * - Completes: when the input is over and the record that is held has been taken.
 * - Cancels: when downstream does.
 * - On error: it calls nothing that could fail.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `every` is a duration and `keep` is `first` or `last`.
 * @example
 * ```ts
 * import { from, throttle } from 'millrace';
 *
 * const positions = from([1, 2, 3]).pipe(throttle({ every: '1s', keep: 'last' }));
 * ```
 */
export function throttle<A>(options: ThrottleOptions): Operator<A, A> {
  const { every, keep } = parseOptions(throttleOptions, options, 'throttle');
  const ms = duration(every, 'every of throttle()');
  const shared = {
    name: 'throttle',
    cardinality: 'filter',
    repeats: false,
    detail: `${keep} of ${formatDuration(ms)}`,
  } as const;
  if (keep === 'last') {
    return defineOperator<A, A>({
      ...shared,
      kind: 'duplex',
      remembers: 'none',
      create: (context) => new LatestLogic(context, ms, false),
    });
  }
  return defineOperator<A, A>({
    ...shared,
    remembers: 'snapshot',
    create({ clock }) {
      let over = Number.NEGATIVE_INFINITY;
      return {
        push(record, emit) {
          const now = clock.now();
          if (now < over) return;
          over = now + ms;
          emit(record);
        },
        snapshot: () => ({ over }),
        restore: (state) => {
          over = (state as { readonly over: number }).over;
        },
      };
    },
  });
}
