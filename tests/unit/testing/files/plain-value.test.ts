import { expect, test } from 'vitest';
import { plainValue } from '../../../../src/testing/files/plain-value.ts';

class Money {
  readonly amount = 5n;
}

const circular: Record<string, unknown> = { n: 1 };
circular.self = circular;

test.each<[string, unknown, unknown]>([
  ['a time', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['a time that is none', new Date(Number.NaN), null],
  ['a big integer', 7n, 7],
  ['one that no number is', 2n ** 60n, '1152921504606846976'],
  ['the least that a number is', BigInt(Number.MIN_SAFE_INTEGER), Number.MIN_SAFE_INTEGER],
  ['bytes', Uint8Array.of(1, 2, 255), 'AQL/'],
  ['bytes of a larger buffer', Buffer.from('xyz').subarray(1, 2), 'eQ=='],
  ['other typed arrays', Float64Array.of(0.5, 2), [0.5, 2]],
  ['a map', new Map<unknown, unknown>([['a', new Map([[1, 2n]])]]), { a: { '1': 2 } }],
  ['a set', new Set([1, new Date(0)]), [1, '1970-01-01T00:00:00.000Z']],
  ['fields that are undefined', { a: undefined, b: [undefined] }, { b: [null] }],
  ['nothing', undefined, null],
  ['minus zero', [-0, 0], [0, 0]],
  ['what is no number', [Number.NaN, Number.POSITIVE_INFINITY], [Number.NaN, Number.POSITIVE_INFINITY]],
  ['an object of a class', new Money(), { amount: 5 }],
  [
    'what says itself what it is',
    { toJSON: () => ({ at: new Date(0) }) },
    { at: '1970-01-01T00:00:00.000Z' },
  ],
  ['an error', new TypeError('no'), { name: 'TypeError', message: 'no' }],
  ['what holds itself', circular, { n: 1, self: '[circular]' }],
  ['a key like that of all objects', JSON.parse('{"__proto__": 1}'), JSON.parse('{"__proto__": 1}')],
])('%s is compared as a file can say it', (_what, value, plain) => {
  expect(plainValue(value)).toStrictEqual(plain);
});

test('the same object twice is not one that holds itself', () => {
  const shared = { n: 1 };
  expect(plainValue([shared, shared])).toEqual([{ n: 1 }, { n: 1 }]);
});
