import { describe, expect, test } from 'vitest';
import { formatSize, type Size, size } from '../../../src/core/size.ts';

describe('size', () => {
  test.each<[Size, number]>([
    [0, 0],
    [65_536, 65_536],
    ['0 B', 0],
    ['512b', 512],
    ['64 KiB', 65_536],
    ['64kib', 65_536],
    ['10 MB', 10_000_000],
    ['1.5 MiB', 1_572_864],
    ['2GiB', 2_147_483_648],
    ['1 TB', 1e12],
    ['1 TiB', 1_099_511_627_776],
  ])('reads %j as %d bytes', (text, bytes) => {
    expect(size(text)).toBe(bytes);
  });

  test('rounds what comes to a fraction of a byte, so that no buffer gets half a one', () => {
    expect(size('1.0005 KiB')).toBe(1025);
    expect(size('0.1 KiB')).toBe(102);
  });

  test.each([
    [-1, '-1'],
    [1.5, '1.5'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [2 ** 53, '9007199254740992'],
    ['64', '"64"'],
    ['64 K', '"64 K"'],
    ['64 iB', '"64 iB"'],
    ['-1 KiB', '"-1 KiB"'],
    ['1,5 MB', '"1,5 MB"'],
    ['9000 TiB', '"9000 TiB"'],
    [true, 'true'],
    [10n, '10n'],
  ])('refuses %s, and says what it found', (value, shown) => {
    expect(() => size(value as never, 'bufferBytes')).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTIONS',
        message: `Cannot read the bufferBytes: ${shown} is not a size`,
        hint: expect.stringContaining('"64 KiB"'),
      }),
    );
  });

  test('refuses text that comes to infinity, and does not repeat all of it', () => {
    const huge = `${'9'.repeat(400)} TB`;
    expect(() => size(huge)).toThrow(/^Cannot read the size: "9{100}…" is not a size$/);
  });
});

describe('formatSize', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [64_000, '64.0 kB'],
    [999_949, '999.9 kB'],
    [999_950, '1.0 MB'],
    [1_234_567_890, '1.2 GB'],
    [5e12, '5.0 TB'],
    [Number.MAX_SAFE_INTEGER, '9.0 PB'],
    [5e18, '5000.0 PB'],
  ])('%d bytes are %s: no unit is full, until they run out', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });
});
