import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyId } from '../../../../src/processing/operators/key-id.ts';

describe('the identity of a key', () => {
  test.each([
    [Number.NaN, Number.NaN],
    [0, -0],
    [new Date(5), new Date(5)],
    [new Date(Number.NaN), new Date('never')],
    [
      ['a', 1, null],
      ['a', 1, null],
    ],
    [
      ['a', [new Date(1)]],
      ['a', [new Date(1)]],
    ],
  ])('is one for %o and %o', (left, right) => {
    expect(new Set([keyId(left), keyId(right)]).size).toBe(1);
  });

  test('tells all others apart', () => {
    const keys = [
      '',
      'a',
      '1',
      1,
      1n,
      true,
      'true',
      null,
      'null',
      undefined,
      'undefined',
      0,
      Number.NaN,
      'NaN',
      new Date(1),
      'd1',
      '\u0000d1',
      '\u0000\u0000d1',
      [],
      [[]],
      '[]',
      '\u0000[]',
      ['a'],
      ['a', 'b'],
      ['a,b'],
      ['"a"'],
      [1],
      ['1'],
      [1n],
      ['1n'],
      [null],
      [undefined],
      ['null'],
      [new Date(1)],
      ['d1'],
      [['a'], 'b'],
      ['a', ['b']],
    ];
    expect(new Set(keys.map(keyId)).size).toBe(keys.length);
  });

  const part = fc.oneof(fc.string(), fc.integer(), fc.constantFrom(null, undefined, true, 1n), fc.date());

  test('is the same for lists only when they are alike', () => {
    fc.assert(
      fc.property(fc.array(part), fc.array(part), (left, right) => {
        const same = left.length === right.length && left.every((one, at) => keyId(one) === keyId(right[at]));
        expect(keyId(left) === keyId(right)).toBe(same);
      }),
      { seed: 1 },
    );
  });

  test.each([[{}], [() => 1], [Symbol('x')], [[{}]], [[['a', new Map()]]], [Promise.resolve(1)]])(
    'there is none for %o',
    (key) => {
      expect(() => keyId(key)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/ERR_(KEY|CALLBACK)/) }),
      );
    },
  );
});
