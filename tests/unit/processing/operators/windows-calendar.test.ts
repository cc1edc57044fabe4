import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CalendarSize } from '../../../../src/processing/operators/windows/calendar.ts';
import { TimeZone } from '../../../../src/processing/operators/windows/time-zone.ts';
import { tumbling } from '../../../../src/processing/operators/windows/tumbling.ts';

const HOUR = 3_600_000;

/** The window that holds a time, as ISO text. */
function span(size: CalendarSize, at: string, offset?: string): string {
  const window = tumbling(size, { time: () => 0, ...(offset !== undefined && { offset }) });
  if (window.kind !== 'aligned') throw new TypeError('no windows that are the same for all');
  const { spans, from, until } = window.place(Date.parse(at));
  expect(spans).toEqual([{ start: from, end: until }]);
  return `${new Date(from).toISOString().slice(0, 16)} ${new Date(until).toISOString().slice(0, 16)}`;
}

describe('windows by the calendar', () => {
  test.each<[string, CalendarSize, string, string]>([
    ['a day', { days: 1 }, '2024-03-01T12:00Z', '2024-03-01T00:00 2024-03-02T00:00'],
    [
      'a day in a zone',
      { days: 1, timeZone: 'Asia/Kolkata' },
      '2024-03-01T18:29Z',
      '2024-02-29T18:30 2024-03-01T18:30',
    ],
    [
      'a day of 23 hours',
      { days: 1, timeZone: 'Europe/Berlin' },
      '2024-03-31T12:00Z',
      '2024-03-30T23:00 2024-03-31T22:00',
    ],
    [
      'a day of 25 hours',
      { days: 1, timeZone: 'Europe/Berlin' },
      '2024-10-27T12:00Z',
      '2024-10-26T22:00 2024-10-27T23:00',
    ],
    [
      'the hour that is there twice',
      { days: 1, timeZone: 'Europe/Berlin' },
      '2024-10-27T01:30Z',
      '2024-10-26T22:00 2024-10-27T23:00',
    ],
    [
      'a day without midnight',
      { days: 1, timeZone: 'Africa/Cairo' },
      '2024-04-26T12:00Z',
      '2024-04-25T22:00 2024-04-26T21:00',
    ],
    [
      'a day with two midnights',
      { days: 1, timeZone: 'America/Havana' },
      '2024-11-03T12:00Z',
      '2024-11-03T04:00 2024-11-04T05:00',
    ],
    [
      'a day behind one that was left out',
      { days: 1, timeZone: 'Pacific/Apia' },
      '2011-12-30T12:00Z',
      '2011-12-30T10:00 2011-12-31T10:00',
    ],
    [
      'a week from Monday',
      { weeks: 1, timeZone: 'Europe/Berlin' },
      '2024-03-31T12:00Z',
      '2024-03-24T23:00 2024-03-31T22:00',
    ],
    ['two weeks', { weeks: 2 }, '2024-03-01T12:00Z', '2024-02-19T00:00 2024-03-04T00:00'],
    [
      'a month',
      { months: 1, timeZone: 'America/New_York' },
      '2024-03-15T12:00Z',
      '2024-03-01T05:00 2024-04-01T04:00',
    ],
    ['a quarter', { months: 3 }, '2024-02-29T12:00Z', '2024-01-01T00:00 2024-04-01T00:00'],
    [
      'a year',
      { years: 1, timeZone: 'Asia/Tokyo' },
      '2023-12-31T16:00Z',
      '2023-12-31T15:00 2024-12-31T15:00',
    ],
    ['a month before the epoch', { months: 1 }, '1969-02-15T00:00Z', '1969-02-01T00:00 1969-03-01T00:00'],
  ])('hold %s', (_what, size, at, expected) => {
    expect(span(size, at)).toBe(expected);
  });

  test('begin later on local clocks by an offset', () => {
    const day = { days: 1, timeZone: 'Europe/Berlin' };
    expect(span(day, '2024-03-31T03:59Z', '6h')).toBe('2024-03-30T05:00 2024-03-31T04:00');
    expect(span({ weeks: 1 }, '2024-03-03T12:00Z', '6d')).toBe('2024-03-03T00:00 2024-03-10T00:00');
  });

  test('say in their description what they are', () => {
    expect(tumbling({ days: 1, timeZone: 'Europe/Berlin' }, { time: () => 0 }).label).toBe(
      'tumbling 1 day in Europe/Berlin',
    );
    expect(tumbling({ months: 3 }, { time: () => 0, offset: '6h' }).label).toBe(
      'tumbling 3 months from 6 h 0 min in UTC',
    );
  });

  test.each<[string, unknown]>([
    ['a zone that nobody knows', { days: 1, timeZone: 'Europe/Atlantis' }],
    ['no unit', { timeZone: 'UTC' }],
    ['two units', { days: 1, weeks: 1 }],
    ['no days', { days: 0 }],
    ['a unit that is none', { hours: 1 }],
  ])('refuse %s', (_what, size) => {
    expect(() => tumbling(size as CalendarSize, { time: () => 0 })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS' }),
    );
  });
});

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/St_Johns',
  'America/Havana',
  'Africa/Cairo',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Antarctica/Troll',
  'Africa/Monrovia',
];
const instants = fc.integer({ min: Date.UTC(1970, 0), max: Date.UTC(2037, 0) });

describe('the clocks of a time zone', () => {
  test('show a local time for the first time when they are said to', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), instants, (name, time) => {
        const zone = new TimeZone(name);
        const local = zone.local(time);
        const first = zone.instant(local);
        expect(first).toBeLessThanOrEqual(time);
        expect(zone.local(first)).toBe(local);
      }),
    );
  });

  test('put each time into one window, and windows without a gap between them', () => {
    const sizes: CalendarSize[] = [{ days: 1 }, { days: 3 }, { weeks: 1 }, { months: 1 }, { years: 1 }];
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.constantFrom(...sizes),
        fc.integer({ min: 0, max: 47 }),
        instants,
        (timeZone, size, hours, time) => {
          const window = tumbling({ ...size, timeZone }, { time: () => 0, offset: hours * HOUR });
          if (window.kind !== 'aligned') throw new TypeError();
          const { from, until } = window.place(time);
          expect(from).toBeLessThanOrEqual(time);
          expect(until).toBeGreaterThan(time);
          expect(window.place(from)).toMatchObject({ from, until });
          expect(window.place(until - 1)).toMatchObject({ from, until });
          expect(window.place(until).from).toBe(until);
        },
      ),
    );
  });
});
