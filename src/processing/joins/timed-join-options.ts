import { z } from 'zod';
import { type Duration, duration } from '../../core/duration.ts';
import { MillraceError } from '../../core/errors.ts';
import type { OnError } from '../../interfaces/policy.ts';
import { operatorOptions } from '../operators/define-operator.ts';
import { type Time, timeReader } from '../operators/record-time.ts';
import { type JoinKeys, joinKeys } from './join-kinds.ts';

type TimeOf<T> = (record: T) => Time;

/** What joins by time have in common. */
export interface TimedJoinOptions<L, R> {
  /** What a left and a right record share: one function for both, or one for each. */
  readonly on: JoinKeys<L, R>;
  /** When a record happened, as for `eventTime`: one function for both sides, or one for each. */
  readonly time: TimeOf<L & R> | readonly [TimeOf<L>, TimeOf<R>];
  /** What numbers of times are. @default milliseconds, checked to look so */
  readonly unit?: 'ms' | 's' | 'us' | 'ns';
  /** Records of both sides that may be held. @default 1_000_000 */
  readonly maxRows?: number;
  /** What happens to a record that fails, or is late. @default the pipeline's */
  readonly onError?: OnError;
}

type Reads = readonly [(record: unknown) => number, (record: unknown) => number];

export const timedJoinSchema = operatorOptions.extend({
  on: joinKeys,
  time: z.unknown().transform((time, context) => {
    const times: readonly unknown[] = Array.isArray(time) ? time : [time, time];
    if (times.length === 2 && times.every((one) => typeof one === 'function')) {
      return times as unknown as readonly [TimeOf<unknown>, TimeOf<unknown>];
    }
    context.addIssue({ code: 'custom', message: 'expected a function, or one for each side' });
    return z.NEVER;
  }),
  unit: z.enum(['ms', 's', 'us', 'ns']).optional().describe('What numbers of times are'),
  maxRows: z.int().min(1).default(1_000_000).describe('Records of both sides that may be held'),
});

/** Functions that tell the time of a left and of a right record in milliseconds. */
export function timeReaders({ time, unit }: Pick<z.output<typeof timedJoinSchema>, 'time' | 'unit'>): Reads {
  return [timeReader(time[0], unit), timeReader(time[1], unit)];
}

/** Milliseconds of a duration that may be negative: `'-5m'`. */
export function signedDuration(value: Duration, what: string): number {
  if (typeof value === 'number' && value < 0) return -duration(-value, what);
  if (typeof value !== 'string' || !value.trim().startsWith('-')) return duration(value, what);
  return -duration(value.trim().slice(1), what);
}

/** The error for a record that event time has passed: what it could have met may be gone. */
export function lateError(time: number, reached: number): MillraceError {
  return new MillraceError(
    'ERR_LATE',
    `its time, ${new Date(time).toISOString()}, is before ${new Date(reached).toISOString()}, which event time has reached`,
    {
      hint: 'Raise outOfOrder of eventTime(), or say by onError what is to happen to late records.',
      details: { time, reached },
    },
  );
}

export const HELD_HINT =
  'Put eventTime() in front of both flows, so that what is past can be dropped, or raise maxRows.';
