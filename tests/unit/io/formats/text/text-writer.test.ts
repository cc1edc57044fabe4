import { expect, test } from 'vitest';
import { lineEncoder, textWriter } from '../../../../../src/io/formats/text/text-writer.ts';

test('writes each string with a line feed behind it', () => {
  expect(lineEncoder.encode(['a', '', 'é'])).toBe('a\n\né\n');
  expect(lineEncoder.encode([])).toBe('');
  expect(lineEncoder.encode([''])).toBe('\n');
  expect(lineEncoder.finish()).toBe('');
});

test.each([
  [42, 'number'],
  [null, 'null'],
  [undefined, 'undefined'],
  [['a'], 'an array'],
  [{}, 'object'],
])('refuses %j, which is no string', (record, kind) => {
  expect(() => lineEncoder.encode(['a', record as never])).toThrow(
    expect.objectContaining({
      code: 'ERR_ENCODE',
      message: `Cannot encode record 2 of a batch as text: it is ${kind}, not a string`,
      retryable: false,
    }),
  );
});

test('refuses options that it does not know', () => {
  expect(() => textWriter('x', { newline: '\r\n' } as never)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining('text.write') }),
  );
});
