import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { showValue } from '../../../src/core/show-value.ts';

const circular: { self?: unknown } = {};
circular.self = circular;

test.each([
  ['text in quotes', 'a "b"', '"a \\"b\\""'],
  ['a number that JSON has not', Number.NaN, 'NaN'],
  ['a big number', 10n, '10n'],
  ['nothing', undefined, 'undefined'],
  ['an object of objects, flat', { a: { b: 1 } }, '{ a: [Object] }'],
  ['a circle', circular, '<ref *1> { self: [Circular *1] }'],
  ['a long list, cut', [1, 2, 3, 4, 5, 6, 7], '[ 1, 2, 3, 4, 5, ... 2 more items ]'],
  ['long text, cut', 'x'.repeat(1000), `"${'x'.repeat(100)}…"`],
])('%s', (_, value, shown) => {
  expect(showValue(value)).toBe(shown);
});

test('runs nothing of the value that could throw', () => {
  const hostile = {
    [inspect.custom]() {
      throw new Error('custom');
    },
    get field() {
      throw new Error('getter');
    },
    toJSON() {
      throw new Error('toJSON');
    },
  };
  expect(showValue(hostile)).toContain('field: [Getter]');
});
