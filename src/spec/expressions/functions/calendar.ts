import { LRUCache } from 'lru-cache';
import { Fault } from '../fault.ts';

export const UNITS = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;
export type CalendarUnit = (typeof UNITS)[number];

type Part =
  | 'year'
  | 'month'
  | 'dayOfMonth'
  | 'date'
  | 'dayOfWeek'
  | 'dayOfYear'
  | 'hour'
  | 'minute'
  | 'second'
  | 'millisecond';

const DAY = 86_400_000;

/** Formats by time zone: making one takes longer than a thousand uses of it. */
const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 50 });

/**
 * A part of a time, in UTC or a time zone.
 *
 * @throws Fault for a time zone that there is not.
 */
export function partOf(time: Date, part: Part, zone?: string): number {
  const there = zone === undefined || zone === 'UTC' ? time : shifted(time, zone);
  switch (part) {
    case 'year':
      return there.getUTCFullYear();
    case 'month':
      return there.getUTCMonth();
    case 'dayOfMonth':
      return there.getUTCDate() - 1;
    case 'date':
      return there.getUTCDate();
    case 'dayOfWeek':
      return there.getUTCDay();
    case 'dayOfYear':
      return Math.floor((there.getTime() - Date.UTC(there.getUTCFullYear(), 0)) / DAY);
    case 'hour':
      return there.getUTCHours();
    case 'minute':
      return there.getUTCMinutes();
    case 'second':
      return there.getUTCSeconds();
    default:
      return there.getUTCMilliseconds();
  }
}

/** Where a unit of UTC begins; weeks begin on Monday. */
export function startOf(time: Date, unit: CalendarUnit): Date {
  const ms = time.getTime();
  const [year, month] = [time.getUTCFullYear(), time.getUTCMonth()];
  if (unit === 'year') return new Date(Date.UTC(year, 0));
  if (unit === 'month') return new Date(Date.UTC(year, month));
  if (unit === 'week') return new Date(Math.floor(ms / DAY) * DAY - ((time.getUTCDay() + 6) % 7) * DAY);
  const step = unit === 'day' ? DAY : unit === 'hour' ? 3_600_000 : 60_000;
  return new Date(Math.floor(ms / step) * step);
}

/** A time whose parts in UTC are those of the time in the zone. */
function shifted(time: Date, zone: string): Date {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(time)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const made = new Date(0);
  made.setUTCFullYear(year, month - 1, day);
  made.setUTCHours(hour, minute, second, time.getUTCMilliseconds());
  return made;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  try {
    const made = new Intl.DateTimeFormat('en-u-ca-iso8601', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, made);
    return made;
  } catch (error) {
    throw new Fault(`there is no time zone "${zone}"`, {
      cause: error,
      hint: 'Write e.g. Europe/Berlin or UTC.',
    });
  }
}
