import { describe, expect, test } from 'vitest';
import { heapSize } from '../../../../src/processing/runtime/spill/heap-size.ts';
import { RecordCodec } from '../../../../src/processing/runtime/spill/record-codec.ts';

function again<T>(value: T, codec = new RecordCodec()): T {
  const length = codec.encode(value);
  return codec.decode(Buffer.from(codec.bytes.subarray(0, length)), 0, length) as T;
}

class Money {
  readonly amount = 7;
}

describe('what comes back equals what was kept', () => {
  test.each([
    ['undefined', undefined],
    ['null', null],
    ['booleans', [true, false]],
    ['whole numbers', [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53]],
    ['minus zero', [-0]],
    ['other numbers', [0.1, -1e-300, 1e300, Number.NaN, Infinity, -Infinity]],
    ['big integers', [0n, -5n, 2n ** 200n]],
    ['text', ['', 'a', 'Zoë', '太郎', '\ud800', '\0', 'é'.repeat(100), '€'.repeat(100), 'x'.repeat(100_000)]],
    ['dates', [new Date(5), new Date(Number.NaN)]],
    ['nested objects', { a: { b: [{ c: {} }, []] }, d: undefined }],
    ['collections', [new Map([[1, { a: 1 }]]), new Set(['x'])]],
    ['bytes', [new Uint8Array([1, 2, 3]), new Float64Array([0.5])]],
    ['patterns and errors', [/x/g]],
    ['long arrays', Array.from({ length: 10_000 }, (_, index) => ({ index }))],
    ['wide objects', Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`k${index}`, index]))],
    ['keys that every object inherits', JSON.parse('{"__proto__": 1, "constructor": 2}')],
  ])('%s', (_name, value) => {
    expect(again(value)).toStrictEqual(value);
  });

  test('text that lies between values of other kinds stays in its place', () => {
    const record = { a: 'one', b: 1, c: { d: 'two', e: ['太', 'three'] }, f: 'four' };
    expect(again(record)).toStrictEqual(record);
  });

  test('objects with the same keys in another order keep theirs', () => {
    const codec = new RecordCodec();
    expect(Object.keys(again({ a: 1, b: 2 }, codec))).toEqual(['a', 'b']);
    expect(Object.keys(again({ b: 2, a: 1 }, codec))).toEqual(['b', 'a']);
    expect(Object.keys(again({ a: 1 }, codec))).toEqual(['a']);
  });

  test('objects whose keys are data come back, more of them than are remembered', () => {
    const codec = new RecordCodec();
    for (let n = 0; n < 1500; n++) expect(again({ [`user ${n}`]: n }, codec)).toEqual({ [`user ${n}`]: n });
  });

  test('an object that contains itself does so again', () => {
    const record: { name: string; self?: unknown } = { name: 'ring' };
    record.self = record;
    const back = again(record);
    expect(back.self).toBe(back);
  });

  test('objects of classes come back as plain ones, and those without a prototype, too', () => {
    expect(again(new Money())).toStrictEqual({ amount: 7 });
    expect(again(Object.assign(Object.create(null), { a: 1 }))).toStrictEqual({ a: 1 });
  });

  test('values are not shared with what was kept', () => {
    const record = { list: [1] };
    const back = again(record);
    record.list.push(2);
    expect(back.list).toEqual([1]);
  });

  test('bytes stay what they were when the block they were read from is overwritten', () => {
    const codec = new RecordCodec();
    const length = codec.encode({ bytes: new Uint8Array([1, 2, 3]) });
    const block = Buffer.from(codec.bytes.subarray(0, length));
    const { bytes } = codec.decode(block, 0, length) as { bytes: Uint8Array };
    block.fill(0);
    expect([...bytes]).toEqual([1, 2, 3]);
  });
});

test.each([
  ['a function', { call: () => {} }],
  ['a symbol', { mark: Symbol('mark') }],
  ['a function in a map', new Map([[1, () => {}]])],
  ['a promise', { later: Promise.resolve() }],
])('a record with %s is refused with a hint', (_name, record) => {
  expect(() => again<unknown>(record)).toThrow(
    expect.objectContaining({ code: 'ERR_ENCODE', hint: expect.stringContaining('plain data') }),
  );
});

test('a codec goes on after a record that it refused', () => {
  const codec = new RecordCodec();
  expect(() => codec.encode({ name: 'a', call: () => {} })).toThrow(/cannot be kept/);
  expect(again({ name: 'a', n: 1 }, codec)).toEqual({ name: 'a', n: 1 });
});

test('the size of values in the heap grows with what they hold', () => {
  const sizes = [
    1,
    0.5,
    'text',
    'text that is longer',
    new Date(0),
    { a: 'text', b: 0.5 },
    ['text', 'text', 'text', 'text'],
    new Map([['a', { b: 'text' }]]),
  ].map((value) => heapSize(value));
  expect(sizes[0]).toBe(0);
  expect(sizes[1]).toBe(16);
  expect(sizes[3]).toBeGreaterThan(sizes[2]!);
  expect(sizes.every((size) => Number.isInteger(size))).toBe(true);
  expect(heapSize('€'.repeat(1000))).toBeGreaterThan(2000);
  expect(heapSize(new Uint8Array(1000))).toBeGreaterThan(1000);
});
