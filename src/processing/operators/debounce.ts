import { z } from 'zod';
import { type Duration, duration, formatDuration } from '../../core/duration.ts';
import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { defineOperator } from './define-operator.ts';
import { LatestLogic } from './latest-logic.ts';

export interface DebounceOptions {
  /** How long nothing must have come after a record, e.g. `'2s'`. */
  readonly quiet: Duration;
}

/** The options of `debounce`. */
export const debounceOptions = z.strictObject({
  quiet: z.union([z.number(), z.string()]).describe('How long nothing must have come after a record'),
});

/**
 * Lets a record through once nothing has come after it for `quiet`, by the clock, and drops those that were
 * followed sooner. Holds one record. A watermark waits until the record before it has left or was dropped.
 *
 * - Emits: the newest record when `quiet` has passed, and the last one when the input is over.
 * - Backpressures: never; while downstream is full, the newest record waits.
 * - Completes: when the input is over and the last record has been taken.
 * - Cancels: when downstream does; the record that is held is discarded.
 * - On error: it calls nothing that could fail.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `quiet` is a duration.
 * @example
 * ```ts
 * import { debounce, from } from 'millrace';
 *
 * const settled = from(['a', 'ab', 'abc']).pipe(debounce({ quiet: '300ms' }));
 * ```
 */
export function debounce<A>(options: DebounceOptions): Operator<A, A> {
  const { quiet } = parseOptions(debounceOptions, options, 'debounce');
  const ms = duration(quiet, 'quiet of debounce()');
  return defineOperator<A, A>({
    name: 'debounce',
    remembers: 'none',
    kind: 'duplex',
    cardinality: 'filter',
    repeats: false,
    detail: formatDuration(ms),
    create: (context) => new LatestLogic(context, ms, true),
  });
}
