import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textBytes } from '../../../../src/io/bytes/text-bytes.ts';

test('texts of all lengths become the bytes that Node makes of them, lone surrogates too', () => {
  const piece = fc.string({ unit: fc.constantFrom('a', 'é', '山', '🙂', '\ud800', '\udc00', '\0') });
  fc.assert(
    fc.property(piece, fc.constantFrom(0, 1, 1000, 1023, 1024, 1025, 100_000), (start, length) => {
      const text = start.repeat(Math.ceil(length / Math.max(1, start.length))).slice(0, length);
      expect(Buffer.compare(textBytes(text), Buffer.from(text))).toBe(0);
    }),
  );
  const long = '山'.repeat(1024 * 1024 + 1);
  for (const text of [long, long.slice(1)]) expect(textBytes(text).equals(Buffer.from(text))).toBe(true);
});

test('bytes stay as they are when more texts are converted', () => {
  const first = textBytes('a'.repeat(5000));
  textBytes('b'.repeat(6000));
  expect(first.every((byte) => byte === 0x61)).toBe(true);
});
