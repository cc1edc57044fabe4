import { z } from 'zod';
import { type Duration, duration, formatDuration } from '../../core/duration.ts';
import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { checkCallback, nameOf } from './check-callback.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { timedAsOne, timedByPartition } from './event-time-logic.ts';
import { type Time, type TimeUnit, timeReader } from './record-time.ts';

/** How event time follows from the times of records. */
export interface EventTimeOptions<T = unknown> extends OperatorOptions {
  /** How far records may be behind the latest before them: event time lags it by that much. @default 0 */
  readonly outOfOrder?: Duration;
  /**
   * What has a time line of its own within the flow, such as a device or a shard: event time is that of the
   * slowest of those that have come. @default the whole flow has one
   */
  readonly partition?: (record: T) => unknown;
  /** Partitions that there may be. @default 10_000 */
  readonly maxPartitions?: number;
  /**
   * How long no record comes until flows that this one is merged with, or other partitions, wait for it no
   * longer. @default for ever
   */
  readonly idle?: Duration;
  /** How far a record may be ahead of all before it; `false` for any time. @default '1d' */
  readonly maxAdvance?: Duration | false;
  /** So many records in a row that are too far ahead prove a gap in the data, and no wrong clock. @default 10 */
  readonly confirm?: number;
  /** How far event time moves on before it is said again: each time costs as much as many records. @default '1s' */
  readonly step?: Duration;
  /** What numbers count since the epoch. @default 'ms', and what looks like something else is refused */
  readonly unit?: TimeUnit;
}

const length = z.union([z.number(), z.string()]);
/** The options of `eventTime`. */
export const eventTimeOptions = operatorOptions.extend({
  outOfOrder: length.default(0).describe('How far records may be behind the latest before them'),
  partition: z
    .custom<(record: never) => unknown>((value) => typeof value === 'function', 'must be a function')
    .optional()
    .describe('What has a time line of its own within the flow'),
  maxPartitions: z.number().int().min(1).default(10_000).describe('Partitions that there may be'),
  idle: length.optional().describe('How long no record comes until merged flows wait no longer'),
  maxAdvance: z
    .union([length, z.literal(false)])
    .default('1d')
    .describe('How far a record may be ahead of all before it'),
  confirm: z.number().int().min(1).default(10).describe('Records in a row that prove a gap in the data'),
  step: length.default('1s').describe('How far event time moves on before it is said again'),
  unit: z.enum(['ms', 's', 'us', 'ns']).optional().describe('What numbers count since the epoch'),
});

/**
 * Says what time it is by what `time` tells of the records: event time is the latest so far, less
 * `outOfOrder`. Windows close, and joins forget, as event time moves on. It depends on the records
 * alone, not on the clock, so that a replay gives the same; only `idle` is by the clock. Event time
 * that comes from upstream ends here. Put it in front of a merge, in each flow, where flows are not in step; where one
 * flow has several sources that are not in step, name them by `partition`. A partition that ends without the flow
 * holds back event time for ever, unless `idle` is given.
 *
 * - Emits: each record as it is, then event time, when that has moved on. The first record alone moves nothing:
 *   one wrong clock would do.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: a time that is missing, none, or looks like seconds is a failure of the record,
 *   `ERR_EVENT_TIME`, and so is one more than `maxAdvance` ahead of all before it; event time stays as it was. What
 *   `time` and `partition` throw is a failure of the record, too; so is a partition that is no key, `ERR_KEY`, and one
 *   past `maxPartitions`, `ERR_LIMIT`.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `time` is a function and the options are durations.
 * @example
 * ```ts
 * import { eventTime, from } from 'millrace';
 *
 * const views = from([{ page: '/', at: '2024-03-01T12:00:00Z' }]).pipe(
 *   eventTime((view) => view.at, { outOfOrder: '5s', idle: '30s' }),
 * );
 * ```
 */
export function eventTime<T>(
  time: (record: NoInfer<T>) => Time,
  options?: EventTimeOptions<NoInfer<T>>,
): Operator<T, T>;
export function eventTime<T>(time: (record: T) => Time, options?: EventTimeOptions<T>): Operator<T, T>;
export function eventTime<T>(time: (record: T) => Time, options: EventTimeOptions<T> = {}): Operator<T, T> {
  checkCallback('eventTime', time);
  const { onError, unit, confirm, partition, maxPartitions, ...given } = parseOptions(
    eventTimeOptions,
    options,
    'eventTime',
  );
  const outOfOrder = duration(given.outOfOrder, 'outOfOrder of eventTime()');
  const idle = given.idle === undefined ? undefined : duration(given.idle, 'idle of eventTime()');
  const step = duration(given.step, 'step of eventTime()');
  const { maxAdvance } = given;
  const bounds = {
    outOfOrder,
    step,
    confirm,
    maxAdvance:
      maxAdvance === false ? Number.POSITIVE_INFINITY : duration(maxAdvance, 'maxAdvance of eventTime()'),
  };
  const timeOf = timeReader(time, unit);
  return defineOperator<T, T>({
    name: 'eventTime',
    remembers: 'snapshot',
    cardinality: 'one',
    // When nothing comes for a while, the clock decides which windows close.
    repeats: idle === undefined,
    detail: [nameOf(time), outOfOrder > 0 ? `${formatDuration(outOfOrder)} out of order` : undefined]
      .filter((part) => part !== undefined)
      .join(', '),
    onError,
    create: (context) =>
      partition === undefined
        ? timedAsOne(timeOf, bounds, idle, context)
        : timedByPartition(
            timeOf,
            partition as (record: T) => unknown,
            { bounds, idle, maxPartitions },
            context,
          ),
  });
}
