import { describe, expect, test } from 'vitest';
import { type Duration, duration, formatDuration } from '../../../src/core/duration.ts';

describe('duration', () => {
  test.each<[Duration, number]>([
    [0, 0],
    [1.5, 1.5],
    ['250ms', 250],
    ['2s', 2000],
    ['1.5m', 90_000],
    ['5min', 300_000],
    ['1h', 3_600_000],
    ['7d', 604_800_000],
    [' 10 s ', 10_000],
    ['0s', 0],
  ])('reads %j as %d ms', (text, ms) => {
    expect(duration(text)).toBe(ms);
  });

  test.each([
    [-1, '-1'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    ['', '""'],
    ['2', '"2"'],
    ['2 weeks', '"2 weeks"'],
    ['-2s', '"-2s"'],
    ['1e3s', '"1e3s"'],
    ['.5s', '".5s"'],
    [undefined, 'undefined'],
    [null, 'null'],
    [10n, '10n'],
    [{ s: 2 }, '{ s: 2 }'],
  ])('refuses %s, and says what it found', (value, shown) => {
    expect(() => duration(value as never, 'timeout')).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTIONS',
        message: `Cannot read the timeout: ${shown} is not a duration`,
        hint: expect.stringContaining('"250ms"'),
      }),
    );
  });

  test('refuses text that comes to infinity: nothing could wait that long', () => {
    expect(() => duration(`${'9'.repeat(400)}s`)).toThrow('is not a duration');
  });
});

describe('formatDuration', () => {
  test.each([
    [0, '0 ms'],
    [340.4, '340 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [2100, '2.1 s'],
    [59_949, '59.9 s'],
    [59_960, '1 min 0 s'],
    [200_000, '3 min 20 s'],
    [3_599_400, '59 min 59 s'],
    [3_599_600, '1 h 0 min'],
    [7_500_000, '2 h 5 min'],
    [360_000_000, '100 h 0 min'],
  ])('%d ms is %s: no unit is full', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
