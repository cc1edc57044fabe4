import { toDate } from '../../../core/typed-date.ts';
import { UNCONVERTIBLE } from '../../../core/unconvertible.ts';

/** Also years of more than four digits, years before our era, and offsets of seconds, as there were before time zones. */
const DATE =
  /^(\d{4,6})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?)?( BC)?$/;

/** What can be said by a `Date`, in milliseconds from the epoch. */
const MOST_MS = 8.64e15;

/**
 * The time that a text of PostgreSQL says, as it writes dates and timestamps: `2025-01-31`, `2025-01-31 10:00:00.5+01`,
 * `0044-03-15 BC`; UTC where there is no offset, to the millisecond. `infinity` becomes the number.
 *
 * @throws Error for a time that is none, or beyond what a `Date` can say.
 */
export function parseDate(text: string): Date | number {
  const usual = toDate(text);
  if (usual !== UNCONVERTIBLE) return usual as Date;
  const match = DATE.exec(text);
  if (match === null) return infinite(text);
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', sign, ...rest] = match;
  const [offsetHours = '0', offsetMinutes = '0', offsetSeconds = '0', before] = rest;
  const fullYear = before === undefined ? Number(year) : 1 - Number(year);
  const date = new Date(0);
  date.setUTCFullYear(fullYear, Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.padEnd(3, '0').slice(0, 3)));
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60 + Number(offsetSeconds);
  const time = date.getTime() - (sign === '-' ? -offset : offset) * 1000;
  if (!(Math.abs(time) <= MOST_MS)) throw new Error(`${text} is beyond what a Date can say`);
  return new Date(time);
}

function infinite(text: string): number {
  if (text === 'infinity') return Number.POSITIVE_INFINITY;
  if (text === '-infinity') return Number.NEGATIVE_INFINITY;
  throw new Error(`${JSON.stringify(text)} is no time`);
}

const BEGIN_YEAR = -62_135_596_800_000;
const END_YEAR = 253_402_300_799_999;

/** Whether a time is one of the years 1 to 9999, which are written with four digits. */
export function isUsual(date: Date): boolean {
  const time = date.getTime();
  return time >= BEGIN_YEAR && time <= END_YEAR;
}

/** A time as PostgreSQL reads it. `undefined` for one that is none. */
export function dateText(date: Date): string | undefined {
  if (isUsual(date)) return date.toISOString();
  if (Number.isNaN(date.getTime())) return undefined;
  const year = date.getUTCFullYear();
  const rest = date.toISOString().replace(/^[+-]?\d+/, '');
  return year > 0 ? `${year}${rest}` : `${String(1 - year).padStart(4, '0')}${rest} BC`;
}
