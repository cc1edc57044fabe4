import { describe, expect, test } from 'vitest';
import { detectCompression, hasZlibHeader, maybeMarked } from '../../../../src/io/bytes/compression.ts';

const GZIP = [0x1f, 0x8b, 0x08];
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];
const SKIPPABLE = [0x5a, 0x2a, 0x4d, 0x18];

describe('marks in the first bytes', () => {
  test.each([
    ['gzip', GZIP],
    ['zstd', ZSTD],
    ['zstd', SKIPPABLE],
  ])('of %s are waited for while they can come, and known when they are whole', (compression, mark) => {
    for (let length = 0; length < mark.length; length++) {
      const head = Uint8Array.from(mark.slice(0, length));
      expect(maybeMarked(head)).toBe(true);
      expect(detectCompression('x', head)).toBe('none');
    }
    const whole = Uint8Array.from([...mark, 0, 0]);
    expect(maybeMarked(whole)).toBe(false);
    expect(detectCompression('x', whole)).toBe(compression);
  });

  test.each(['i', '(a', 'PK', 'Z*a', '\u001fa'])('cannot come behind %j, which is not held up', (text) => {
    expect(maybeMarked(Buffer.from(text))).toBe(false);
  });

  test('are believed more than the name, but for brotli, which has none', () => {
    expect(detectCompression('x.gz', Uint8Array.from(ZSTD))).toBe('zstd');
    expect(detectCompression('x.zst', Uint8Array.from(GZIP))).toBe('gzip');
    expect(detectCompression('x.zz', Uint8Array.from(GZIP))).toBe('gzip');
    expect(detectCompression('x.br', Uint8Array.from(GZIP))).toBe('brotli');
  });
});

test('a zlib header is told from raw data', () => {
  for (const flags of [0x01, 0x5e, 0x9c, 0xda])
    expect(hasZlibHeader(Uint8Array.from([0x78, flags]))).toBe(true);
  expect(hasZlibHeader(Uint8Array.from([0x78, 0x9d]))).toBe(false);
  expect(hasZlibHeader(Uint8Array.from([0x4b, 0xcc]))).toBe(false);
  expect(hasZlibHeader(Uint8Array.from([0x78]))).toBe(false);
});
