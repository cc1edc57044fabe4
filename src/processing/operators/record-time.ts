import { MillraceError } from '../../core/errors.ts';
import { showValue } from '../../core/show-value.ts';
import { refusePromise } from '../../core/thenable.ts';

/**
 * When something happened: milliseconds since the epoch, a `Date`, or ISO 8601 text; text without a zone
 * is in UTC, so that it means the same on every machine. `null` and `undefined` are failures of the record.
 */
export type Time = number | Date | string | null | undefined;

/** What numbers of a record's time count since the epoch. */
export type TimeUnit = 'ms' | 's' | 'us' | 'ns';

/** The last instant that a `Date` can hold. */
const LAST = 8.64e15;

/**
 * Milliseconds from the second day of 1970 to March 1973, which as seconds are the years 1973 to 5138; and
 * those past the year 5138, which as microseconds or nanoseconds are nearer.
 */
const SECONDS_FROM = 1e8;
const SECONDS_UNTIL = 1e11;
const MICROSECONDS_FROM = 1e14;

/** To the microsecond, as a fraction of seconds has no exact number of milliseconds. */
const MILLISECONDS: Readonly<Record<TimeUnit, (time: number) => number>> = {
  ms: (time) => time,
  s: (time) => Math.round(time * 1e6) / 1e3,
  us: (time) => time / 1e3,
  ns: (time) => time / 1e6,
};

const ISO =
  /^([+-]\d{6}|\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

/**
 * Makes the function that tells the time of records in milliseconds. Without a `unit`, numbers are
 * milliseconds, and those that look like seconds, microseconds or nanoseconds are refused.
 *
 * @throws MillraceError `ERR_EVENT_TIME`, the function, when a time is missing or none.
 */
export function timeReader<T>(time: (record: T) => Time, unit?: TimeUnit): (record: T) => number {
  const strict = unit === undefined;
  const inMilliseconds = MILLISECONDS[unit ?? 'ms'];
  const convert = (given: Time, record: T): number =>
    typeof given === 'number'
      ? numberTime(inMilliseconds(given), strict, record)
      : otherTime(given, strict, record);
  if (!strict) return (record) => convert(time(record), record);
  return compiledReader(time, convert) ?? ((record) => convert(time(record), record));
}

/**
 * Takes milliseconds as they are, and leaves the rest to `convert`. Generated, so that each reader is a function of
 * its own, into which the compiler can put the user's: otherwise each time becomes an object on its way. `undefined`
 * where the process forbids generated code.
 */
function compiledReader<T>(
  time: (record: T) => Time,
  convert: (given: Time, record: T) => number,
): ((record: T) => number) | undefined {
  const body = `return (record) => {
    const given = time(record);
    return typeof given === 'number' && given >= ${SECONDS_UNTIL} && given < ${MICROSECONDS_FROM}
      ? given : convert(given, record);
  };`;
  try {
    return new Function('time', 'convert', body)(time, convert) as (record: T) => number;
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

function numberTime(time: number, strict: boolean, record: unknown): number {
  if (!(Math.abs(time) <= LAST)) throw wrongTime(`${time}, which is none`, record);
  if (!strict || (time < SECONDS_FROM && time > -SECONDS_FROM)) return time;
  const looked = Math.abs(time);
  if (looked >= MICROSECONDS_FROM) {
    throw wrongTime(`${time}, which looks like microseconds or nanoseconds`, record, 'us" or "ns');
  }
  if (looked < SECONDS_UNTIL) throw wrongTime(`${time}, which looks like seconds`, record, 's');
  return time;
}

function otherTime(given: Time, strict: boolean, record: unknown): number {
  if (given instanceof Date) return numberTime(given.getTime(), strict, record);
  if (typeof given === 'string') {
    const time = isoTime(given);
    if (time !== undefined) return time;
    const digits = /^\s*-?\d+(\.\d+)?\s*$/.test(given);
    throw wrongTime(`${showValue(given)}, which is no ISO 8601 date and time`, record, undefined, digits);
  }
  if (given === undefined || given === null) throw wrongTime(`missing (${given})`, record);
  refusePromise(given, 'Work out the time by mapAsync, in front.');
  throw wrongTime(`${showValue(given)}, which is none`, record, undefined, typeof given === 'bigint');
}

/** Milliseconds since the epoch; nothing for what is no ISO text, or no day of the calendar. */
export function isoTime(text: string): number | undefined {
  const match = ISO.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match;
  const [y, mo, d] = [Number(year), Number(month), Number(day)];
  const [h, mi, s] = [Number(hour), Number(minute), Number(second)];
  const date = new Date(0);
  date.setUTCFullYear(y, mo - 1, d);
  if (date.getUTCMonth() !== mo - 1 || date.getUTCDate() !== d) return undefined;
  const inDay = h * 3_600_000 + mi * 60_000 + s * 1000 + Number(`${fraction}000`.slice(0, 3));
  if (mi > 59 || s > 60 || inDay > 86_400_000) return undefined;
  const ahead = offsetOf(zone);
  return ahead === undefined ? undefined : date.getTime() + inDay - ahead;
}

function offsetOf(zone: string): number | undefined {
  if (zone.toUpperCase() === 'Z') return 0;
  const minutes = Number(zone.slice(-2));
  const [hours, rest] = zone.length > 3 ? [Number(zone.slice(1, 3)), minutes] : [minutes, 0];
  if (hours > 23 || rest > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + rest) * 60_000;
}

function wrongTime(found: string, record: unknown, unit?: string, numeric = false): MillraceError {
  let hint = 'Give milliseconds since the epoch, a Date, or ISO 8601 text such as "2024-03-01T12:00:00Z".';
  if (numeric) hint = 'Make it a number: Number(record.at).';
  if (unit !== undefined) {
    hint = `Say unit: "${unit}", or unit: "ms" if it is milliseconds all the same.`;
  }
  return new MillraceError('ERR_EVENT_TIME', `its time is ${found}: ${showValue(record)}`, { hint });
}
