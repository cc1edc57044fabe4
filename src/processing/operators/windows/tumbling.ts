import { type Duration, duration, formatDuration } from '../../../core/duration.ts';
import { MillraceError } from '../../../core/errors.ts';
import { parseOptions } from '../../../core/options.ts';
import { type CalendarSize, calendarSpans, isCalendarSize } from './calendar.ts';
import { length, timeOptions } from './time-options.ts';
import type { Placed, Window, WindowTimeOptions } from './window.ts';

/** When tumbling windows begin, and what they go by. */
export interface TumblingOptions<T> extends WindowTimeOptions<T> {
  /** How much later than the epoch (UTC, or the day of the time zone) windows begin. @default 0 */
  readonly offset?: Duration;
}

/** The options of `tumbling`. */
export const tumblingOptions = timeOptions.extend({
  offset: length.default(0).describe('How much later than the epoch windows begin'),
});

/**
 * Windows of one length, one after the other: each record is in one. By `days`, `weeks` (from Monday),
 * `months` or `years` they follow the calendar of a time zone, and a day may have 23 or 25 hours.
 *
 * @throws MillraceError `ERR_OPTIONS` for a length that is none, or a time zone that nobody knows.
 * @example
 * ```ts
 * import { from, tumbling } from 'millrace';
 *
 * const views = from([{ page: '/', at: 1_709_290_800_000 }]).keyBy((view) => view.page);
 * const byMinute = views.window(tumbling('1m', { time: (view) => view.at }));
 * const byDay = views.window(
 *   tumbling({ days: 1, timeZone: 'Europe/Berlin' }, { time: (view) => view.at }),
 * );
 * ```
 */
export function tumbling<T>(size: Duration | CalendarSize, options: TumblingOptions<T>): Window<T> {
  const { offset: later, ...time } = parseOptions(tumblingOptions, options, 'tumbling');
  const offset = duration(later, 'offset of tumbling()');
  if (isCalendarSize(size)) {
    const { label, place } = calendarSpans(size, offset);
    return Object.freeze({ kind: 'aligned', label, time: time as WindowTimeOptions<T>, place });
  }
  const ms = lengthOf(size, 'tumbling');
  return Object.freeze({
    kind: 'aligned',
    label: `tumbling ${lengthLabel(size)}`,
    time: time as WindowTimeOptions<T>,
    place: (at: number): Placed => {
      const from = Math.floor((at - offset) / ms) * ms + offset;
      return { spans: [{ start: from, end: from + ms }], from, until: from + ms };
    },
  });
}

/** The length of a window in whole milliseconds, which is not none. */
export function lengthOf(size: Duration, where: string): number {
  const ms = duration(size, `length of ${where}()`);
  if (ms > 0 && Number.isInteger(ms)) return ms;
  throw new MillraceError('ERR_OPTIONS', `Cannot use the options of ${where}: ${ms} ms is no length`, {
    hint: 'Give it whole milliseconds, e.g. "1m".',
  });
}

/** A length as it was written. */
export function lengthLabel(size: Duration): string {
  return typeof size === 'number' ? formatDuration(size) : size.trim();
}
