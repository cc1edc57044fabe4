import { z } from 'zod';
import { type Duration, duration, formatDuration } from '../../core/duration.ts';
import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { BufferLogic } from './buffer-logic.ts';
import { defineOperator } from './define-operator.ts';

export interface DelayOptions {
  /** Records that are held at the most; when so many are, upstream waits. @default 10_000 */
  readonly size?: number;
}

/** The options of `delay`. */
export const delayOptions = z.strictObject({
  size: z.number().int().min(1).default(10_000).describe('Records that are held at the most'),
});

/**
 * Holds each record for `time` after it came, by the clock. A watermark goes on behind the records before it.
 *
 * - Emits: each record when its time has come, in order.
 * - Backpressures: when `size` records are held, or when downstream does.
 * - Completes: when the input is over and the time of the last record has come.
 * - Cancels: when downstream does; what is held is discarded.
 * - On error: it calls nothing that could fail.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `time` is a duration and `size` a whole number from 1.
 * @example
 * ```ts
 * import { delay, from } from 'millrace';
 *
 * const later = from(['a', 'b']).pipe(delay('50ms'));
 * ```
 */
export function delay<A>(time: Duration, options: DelayOptions = {}): Operator<A, A> {
  const ms = duration(time, 'time of delay()');
  const { size } = parseOptions(delayOptions, options, 'delay');
  return defineOperator<A, A>({
    name: 'delay',
    remembers: 'none',
    kind: 'duplex',
    cardinality: 'one',
    detail: formatDuration(ms),
    create: (context) => new BufferLogic(context, { size, overflow: 'wait', delay: ms }),
  });
}
