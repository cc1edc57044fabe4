import { toDate } from '../../../core/typed-date.ts';
import { UNCONVERTIBLE } from '../../../core/unconvertible.ts';
import type { ExpressionFunction } from '../../../interfaces/expression-function.ts';
import { timeAt } from '../arithmetic.ts';
import { DurationValue } from '../duration-value.ts';
import { Fault } from '../fault.ts';
import { aKind } from '../values.ts';
import { type CalendarUnit, partOf, startOf, UNITS } from './calendar.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Functions of times and durations. Parts of a time are those of UTC unless a time zone is given. */
export const TIME_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: 'timestamp',
    parameters: ['any'],
    summary: 'A time: of text such as 2026-01-31 or 2026-01-31T12:00:00Z; of a number, in seconds since 1970',
    call: (value: unknown) => {
      if (value instanceof Date) return value;
      if (typeof value === 'number' || typeof value === 'bigint') return timeAt(Number(value) * 1_000);
      const time = typeof value === 'string' ? toDate(value) : UNCONVERTIBLE;
      if (time instanceof Date) return time;
      throw new Fault(`${aKind(value)} is no time`, {
        hint: 'Write times as 2026-01-31 or 2026-01-31T12:00:00Z.',
      });
    },
  },
  {
    name: 'duration',
    parameters: ['text'],
    summary: 'A length of time, e.g. 90m, 1h30m, 250ms, 7d',
    call: (text: string) => {
      const found = /^(-?)((?:\d+(?:\.\d+)?(?:ms|[smhd]))+)$/.exec(text);
      if (found === null)
        throw new Fault('the text is no duration', { hint: 'Write e.g. 90m, 1h30m or 7d.' });
      const parts = found[2]!.matchAll(/([\d.]+)(ms|[smhd])/g);
      const ms = [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * UNIT_MS[unit!]!, 0);
      return new DurationValue(found[1] === '-' ? -ms : ms);
    },
  },
  part('getFullYear', 'The year', 'year'),
  part('getMonth', 'The month, counted from 0 as CEL does', 'month'),
  part('getDayOfMonth', 'The day of the month, counted from 0 as CEL does', 'dayOfMonth'),
  part('getDate', 'The day of the month, counted from 1', 'date'),
  part('getDayOfWeek', 'The day of the week; 0 is Sunday', 'dayOfWeek'),
  part('getDayOfYear', 'The day of the year, counted from 0', 'dayOfYear'),
  part('getHours', 'The hour of a time; the hours of a duration', 'hour', 3_600_000),
  part('getMinutes', 'The minute of a time; the minutes of a duration', 'minute', 60_000),
  part('getSeconds', 'The second of a time; the seconds of a duration', 'second', 1_000),
  part('getMilliseconds', 'The millisecond of a time; the milliseconds of a duration', 'millisecond', 1),
  {
    name: 'day',
    parameters: ['time', 'text?'],
    summary: 'The day of a time as text, e.g. 2026-01-31; in a time zone if one is given',
    call: (time: Date, zone?: string) => {
      const digits = (unit: 'month' | 'date') =>
        `${partOf(time, unit, zone) + (unit === 'month' ? 1 : 0)}`.padStart(2, '0');
      return `${`${partOf(time, 'year', zone)}`.padStart(4, '0')}-${digits('month')}-${digits('date')}`;
    },
  },
  {
    name: 'startOf',
    parameters: ['time', 'text'],
    summary: 'Where the minute, hour, day, week, month or year of a time begins, in UTC',
    call: (time: Date, unit: string) => {
      if (!(UNITS as readonly string[]).includes(unit)) {
        throw new Fault(`there is no unit "${unit}"`, { hint: `There are: ${UNITS.join(', ')}.` });
      }
      return startOf(time, unit as CalendarUnit);
    },
  },
];

function part(
  name: string,
  summary: string,
  unit: Parameters<typeof partOf>[1],
  ms?: number,
): ExpressionFunction {
  return {
    name,
    parameters: ['any', 'text?'],
    summary,
    call: (value: unknown, zone?: string) => {
      if (value instanceof Date) return partOf(value, unit, zone);
      if (value instanceof DurationValue && ms !== undefined) return Math.trunc(value.ms / ms);
      throw new Fault(`${name}() takes a time, and this is ${aKind(value)}`, {
        ...(typeof value === 'string' && { hint: 'Make a time of the text: timestamp(…).' }),
      });
    },
  };
}
