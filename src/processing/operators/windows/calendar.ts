import { z } from 'zod';
import { formatDuration } from '../../../core/duration.ts';
import { parseOptions } from '../../../core/options.ts';
import { TimeZone } from './time-zone.ts';
import type { Placed } from './window.ts';

/** The length of a window by the calendar: one of its units, so many times. */
export interface CalendarSize {
  readonly days?: number;
  /** From Monday to Sunday. */
  readonly weeks?: number;
  readonly months?: number;
  readonly years?: number;
  /** By its name in the IANA database. @default 'UTC' */
  readonly timeZone?: string;
}

const DAY = 86_400_000;
/** The first Monday of the epoch: weeks are counted from there. */
const MONDAY = 4 * DAY;

const count = z.number().int().min(1).optional();
/** The length of a window by the calendar. */
export const calendarSizeOptions = z
  .strictObject({
    days: count.describe('Days in a window'),
    weeks: count.describe('Weeks in a window, from Monday'),
    months: count.describe('Months in a window'),
    years: count.describe('Years in a window'),
    timeZone: z.string().min(1).default('UTC').describe('Name in the IANA database'),
  })
  .refine(
    ({ timeZone: _, ...units }) => Object.values(units).filter((units) => units !== undefined).length === 1,
    'give one of days, weeks, months and years',
  );

/** Whether it is for the calendar to say how long a window is. */
export function isCalendarSize(size: unknown): size is CalendarSize {
  return typeof size === 'object' && size !== null;
}

/** Units of the calendar on a line: the number of the one that holds a local time, and where one begins. */
interface Units {
  readonly of: (local: number) => number;
  readonly begin: (unit: number) => number;
}

function fixedUnits(length: number, first: number): Units {
  return {
    of: (local) => Math.floor((local - first) / length),
    begin: (unit) => unit * length + first,
  };
}

function monthUnits(months: number): Units {
  return {
    of: (local) => {
      const date = new Date(local);
      return Math.floor(((date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()) / months);
    },
    begin: (unit) => {
      const date = new Date(0);
      date.setUTCFullYear(1970, unit * months, 1);
      return date.getTime();
    },
  };
}

/**
 * Windows that follow the calendar of a time zone; `offset` is how much later on local clocks each begins. A window
 * begins when local clocks show its first moment, or a later one, for the first time.
 *
 * @throws MillraceError `ERR_OPTIONS`
 */
export function calendarSpans(
  size: CalendarSize,
  offset: number,
): { readonly label: string; readonly place: (time: number) => Placed } {
  const { days, weeks, months, years, timeZone } = parseOptions(calendarSizeOptions, size, 'tumbling');
  const zone = new TimeZone(timeZone);
  let units = monthUnits(months ?? (years ?? 1) * 12);
  if (days !== undefined) units = fixedUnits(days * DAY, 0);
  if (weeks !== undefined) units = fixedUnits(weeks * 7 * DAY, MONDAY);
  const begin = (unit: number): number => zone.instant(units.begin(unit) + offset);

  const [length, name] = Object.entries({ days, weeks, months, years })
    .flatMap(([unit, length]): [number, string][] => (length === undefined ? [] : [[length, unit]]))
    .at(0)!;
  const later = offset === 0 ? '' : ` from ${formatDuration(offset)}`;
  return {
    label: `tumbling ${length} ${length === 1 ? name.slice(0, -1) : name}${later} in ${zone.name}`,
    place(time) {
      let unit = units.of(zone.local(time) - offset);
      // Where clocks are set back over the beginning of a window, they show the one before it once more.
      while (begin(unit + 1) <= time) unit++;
      while (begin(unit) > time) unit--;
      const [start, end] = [begin(unit), begin(unit + 1)];
      return { spans: [{ start, end }], from: start, until: end };
    },
  };
}
