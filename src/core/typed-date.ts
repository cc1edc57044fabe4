import { UNCONVERTIBLE } from './unconvertible.ts';

const ZERO = 48;
const DASH = 45;
const COLON = 58;
const DAY = 86_400_000;
const MINUTE = 60_000;
/** Days of the year before each month, counted from March: February is the last, leap day or not. */
const BEFORE_MONTH = [306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275];
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * A date of ISO 8601: `2025-01-31`, also with a time behind `T` or a blank, of minutes, seconds or
 * fractions of them, and with `Z` or an offset. Without an offset it is UTC, on every machine.
 */
export function toDate(text: string): Date | typeof UNCONVERTIBLE {
  const { length } = text;
  if (length < 10 || text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return UNCONVERTIBLE;
  const century = pair(text, 0);
  const yearOfCentury = pair(text, 2);
  const month = pair(text, 5);
  const day = pair(text, 8);
  if (century < 0 || yearOfCentury < 0 || month < 1 || month > 12 || day < 1) return UNCONVERTIBLE;
  const year = century * 100 + yearOfCentury;
  if (day > MONTH_DAYS[month - 1]! && !(day === 29 && month === 2 && isLeap(year))) return UNCONVERTIBLE;
  const days = daysSinceEpoch(year, month, day);
  if (length === 10) return new Date(days * DAY);
  const time = timeOf(text);
  return time === undefined ? UNCONVERTIBLE : new Date(days * DAY + time);
}

/** Milliseconds behind the beginning of the day, in UTC; `undefined` for what is no time. */
function timeOf(text: string): number | undefined {
  const { length } = text;
  const separator = text[10];
  if ((separator !== 'T' && separator !== ' ') || text.charCodeAt(13) !== COLON) return undefined;
  const hours = pair(text, 11);
  const minutes = pair(text, 14);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return undefined;
  let time = (hours * 60 + minutes) * MINUTE;
  let at = 16;
  if (text.charCodeAt(at) === COLON) {
    const seconds = pair(text, 17);
    if (seconds < 0 || seconds > 59) return undefined;
    time += seconds * 1000;
    at = 19;
    if (text[at] === '.') {
      const end = digitsEnd(text, at + 1);
      if (end === at + 1) return undefined;
      time += Number(text.slice(at + 1, Math.min(end, at + 4)).padEnd(3, '0'));
      at = end;
    }
  }
  if (at === length || (text[at] === 'Z' && at + 1 === length)) return time;
  const offset = offsetOf(text, at);
  return offset === undefined ? undefined : time - offset;
}

/** Milliseconds of an offset such as `+01:00`, `+0100` or `+01`. */
function offsetOf(text: string, at: number): number | undefined {
  const sign = text[at] === '+' ? 1 : text[at] === '-' ? -1 : 0;
  const colon = text.charCodeAt(at + 3) === COLON ? 1 : 0;
  const rest = text.length - at - 3;
  if (sign === 0 || (rest !== 0 && rest !== 2 + colon)) return undefined;
  const hours = pair(text, at + 1);
  const minutes = rest === 0 ? 0 : pair(text, at + 3 + colon);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return undefined;
  return sign * (hours * 60 + minutes) * MINUTE;
}

/** The number that two digits write; negative where there are none. */
function pair(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

function digitsEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) >= ZERO && text.charCodeAt(at) <= ZERO + 9) at++;
  return at;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days since 1970-01-01, in the Gregorian calendar of all years from 0 on. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const leaps = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leaps + BEFORE_MONTH[month - 1]! + day - 719_469;
}
