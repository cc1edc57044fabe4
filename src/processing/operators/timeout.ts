import { z } from 'zod';
import { type Duration, duration, formatDuration } from '../../core/duration.ts';
import { MillraceError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { defineOperator } from './define-operator.ts';
import { TimeoutLogic } from './timeout-logic.ts';

export interface TimeoutOptions {
  /** Longest time from the start of the run to the first record. @default as `each` */
  readonly first?: Duration;
  /** Longest time from one record to the next; while downstream is full, it stands still. @default no limit */
  readonly each?: Duration;
  /** Longest time in which no record goes on, whether none came or downstream took none. @default no limit */
  readonly idle?: Duration;
}

const time = z.union([z.number(), z.string()]).optional();

/** The options of `timeout`. */
export const timeoutOptions = z.strictObject({
  first: time.describe('Longest time from the start of the run to the first record'),
  each: time.describe('Longest time from one record to the next'),
  idle: time.describe('Longest time in which no record goes on'),
});

/**
 * Ends the run when records do not come in time, by the clock. Records pass as they are. For the time of one
 * call, see the `timeout` of `mapAsync`.
 *
 * - Emits: the records as they come.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: when a time is up, the run fails with `ERR_TIMEOUT`, whatever the policies; it may be tried again.
 *
 * @throws MillraceError `ERR_OPTIONS` unless there is at least one time, and each is a duration.
 * @example
 * ```ts
 * import { from, timeout } from 'millrace';
 *
 * const alive = from(['a', 'b']).pipe(timeout({ first: '30s', each: '5s' }));
 * ```
 */
export function timeout<A>(options: TimeoutOptions): Operator<A, A> {
  const parsed = parseOptions(timeoutOptions, options, 'timeout');
  const times = Object.entries(parsed).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, duration(value, `${name} of timeout()`)] as const],
  );
  if (times.length === 0) {
    throw new MillraceError('ERR_OPTIONS', 'Cannot use the options of timeout: there is no time among them', {
      hint: "Say at least one of first, each and idle, e.g. timeout({ each: '5s' }).",
    });
  }
  return defineOperator<A, A>({
    name: 'timeout',
    remembers: 'none',
    kind: 'duplex',
    cardinality: 'one',
    detail: times.map(([name, ms]) => `${name} ${formatDuration(ms)}`).join(', '),
    create: (context) => new TimeoutLogic<A>(context, Object.fromEntries(times)),
  });
}
