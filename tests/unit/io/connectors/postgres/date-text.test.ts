import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CopyBytes } from '../../../../../src/io/connectors/postgres/copy-bytes.ts';
import { dateText, isUsual, parseDate } from '../../../../../src/io/connectors/postgres/date-text.ts';

describe('a time as PostgreSQL writes it', () => {
  test.each([
    ['2025-01-31', '2025-01-31T00:00:00.000Z'],
    ['2025-01-31 10:20:30', '2025-01-31T10:20:30.000Z'],
    ['2025-01-31 10:20:30.123456', '2025-01-31T10:20:30.123Z'],
    ['2025-01-31 10:20:30.5+01', '2025-01-31T09:20:30.500Z'],
    ['2025-01-31 10:20:30-05:30', '2025-01-31T15:50:30.000Z'],
    ['1890-01-01 00:53:28+00:53:28', '1890-01-01T00:00:00.000Z'],
    ['12025-01-31 00:00:00+00', '+012025-01-31T00:00:00.000Z'],
    ['0044-03-15 12:00:00+00 BC', '-000043-03-15T12:00:00.000Z'],
    ['0001-12-31 BC', '0000-12-31T00:00:00.000Z'],
  ])('is read: %s', (text, expected) => {
    expect((parseDate(text) as Date).toISOString()).toBe(expected);
  });

  test('may be without an end', () => {
    expect(parseDate('infinity')).toBe(Number.POSITIVE_INFINITY);
    expect(parseDate('-infinity')).toBe(Number.NEGATIVE_INFINITY);
  });

  test.each(['', 'today', '2025-1-31', '294276-12-31', '2025-01-31 10'])(
    'is refused where it is none: %s',
    (text) => {
      expect(() => parseDate(text)).toThrow(/is no time|beyond what a Date can say/);
    },
  );
});

describe('a time as it is written', () => {
  const ranges = { min: new Date(-62_198_755_200_000), max: new Date(8.64e15), noInvalidDate: true };

  test('is read as the same, also before our era and beyond the year 9999', () => {
    fc.assert(
      fc.property(fc.date(ranges), (date) => {
        // PostgreSQL writes a blank for the T, and the offset for the Z.
        const written = dateText(date)!.replace('T', ' ').replace('Z', '+00');
        expect(parseDate(written)).toEqual(date);
      }),
    );
    expect(dateText(new Date('-000043-03-15T12:00:00Z'))).toBe('0044-03-15T12:00:00.000Z BC');
    expect(dateText(new Date('+012025-01-31T00:00:00Z'))).toBe('12025-01-31T00:00:00.000Z');
    expect(dateText(new Date(Number.NaN))).toBeUndefined();
  });

  test('has the digits that toISOString gives', () => {
    fc.assert(
      fc.property(fc.date({ ...ranges, max: new Date(253_402_300_799_999) }), (date) => {
        if (!isUsual(date)) return;
        const bytes = new CopyBytes();
        bytes.date(date.getTime());
        bytes.endRow();
        expect(bytes.take().toString()).toBe(`${date.toISOString().replace('.000', '')}\n`);
      }),
      { numRuns: 2000 },
    );
  });
});
