import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isMillraceError } from '../../../../src/core/errors.ts';
import { decodeSnapshot, encodeSnapshot } from '../../../../src/processing/checkpoint/snapshot-codec.ts';
import { ordered } from '../../../../src/processing/checkpoint/snapshot-format.ts';

const bytesOf = (value: unknown) => Buffer.concat([...encodeSnapshot(value)]);
const roundTrip = (value: unknown) => decodeSnapshot(bytesOf(value));

describe('a snapshot gives back', () => {
  const float16: unknown = Reflect.get(globalThis, 'Float16Array');
  const half = typeof float16 === 'function' ? [Reflect.construct(float16, [[1.5, -2, Number.NaN]])] : [];
  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['booleans', [true, false]],
    [
      'integers at every border',
      [0, 1, 127, 128, -1, -128, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53, -(2 ** 53)],
    ],
    [
      'other numbers',
      [0.1, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, 1e308],
    ],
    ['big integers', [0n, 1n, -1n, 255n, 256n, -(2n ** 64n), 10n ** 500n]],
    [
      'text at every border',
      [0, 1, 31, 32, 33, 95, 96, 97, 255, 256, 257, 300_000].map((n) => 'é'.repeat(n)),
    ],
    ['wide text at every border', [1, 31, 32, 33, 95, 96, 256, 257, 300_000].map((n) => '漢'.repeat(n))],
    [
      'text that turns wide at its end',
      [`${'a'.repeat(20)}漢`, `${'a'.repeat(90)}漢`, `${'a'.repeat(900)}漢`],
    ],
    ['lone surrogates', ['\ud83d', 'a\udc00', `${'\ud83d'.repeat(500)}x`]],
    ['zeros and line ends in text', ['\0', '\r\n\u2028']],
    ['dates, none too', [new Date(0), new Date(-1), new Date(8.64e15), new Date(Number.NaN)]],
    [
      'objects of one shape, and of others',
      [{ a: 1, b: 'x' }, { a: 2, b: 'y' }, { b: 1, a: 2 }, {}, { a: { a: { a: 1 } } }],
    ],
    [
      'keys of all sorts',
      { 1: 'one', '': 'empty', 'a b': 1, 漢: 2, ['k'.repeat(5000)]: 3, constructor: 4, toString: 5 },
    ],
    ['arrays in arrays', [[], [[]], [[[1]], 2]]],
    [
      'Map and Set, in each other',
      new Map<unknown, unknown>([
        ['a', new Set([1, 'x', new Map([[1, 2]])])],
        [{ k: 1 }, []],
        [Number.NaN, -0],
      ]),
    ],
    ['Buffer', Buffer.from('bytes')],
    [
      'typed arrays',
      [
        new Uint8Array([1, 255]),
        new Int8Array([-1, 1]),
        new Uint8ClampedArray([3]),
        new Int16Array([-2, 300]),
        new Uint16Array([65535]),
        new Int32Array([-70_000]),
        new Uint32Array([4e9]),
        new Float32Array([1.5, Number.NaN]),
        new Float64Array([0.1, -0]),
        new BigInt64Array([-1n]),
        new BigUint64Array([2n ** 64n - 1n]),
        new Uint8Array(),
        ...half,
      ],
    ],
    ['a part of a larger buffer', new Float64Array(new Float64Array([1, 2, 3, 4]).buffer, 8, 2)],
    [
      'ArrayBuffer and DataView',
      [new Uint8Array([1, 2, 3]).buffer, new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2)],
    ],
    ['typed arrays larger than a chunk', new Float64Array(100_000).map((_, index) => index / 3)],
  ])('%s', (_name, value) => {
    const back = roundTrip(value);
    expect(back).toStrictEqual(value);
  });

  test('a key called __proto__ as a key like others, of objects of all kinds', () => {
    const plain = JSON.parse('{"__proto__": {"polluted": true}, "a": 1}');
    const back = roundTrip(Array.from({ length: 40 }, () => plain)) as object[];
    for (const one of back) {
      expect(Object.keys(one)).toEqual(['__proto__', 'a']);
      expect(Object.getPrototypeOf(one)).toBe(Object.prototype);
    }
    const many = Object.fromEntries(Array.from({ length: 1500 }, (_, n) => [`key ${n}`, n]));
    const wide = Object.defineProperty({ ...many }, '__proto__', {
      value: 1,
      enumerable: true,
      writable: true,
      configurable: true,
    });
    expect(roundTrip(wide)).toStrictEqual(wide);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test('objects without a prototype without one', () => {
    const bare = Object.assign(Object.create(null), { a: 1, ['__proto__']: 2 });
    const back = roundTrip(bare) as object;
    expect(Object.getPrototypeOf(back)).toBeNull();
    expect(Object.entries(back)).toEqual(Object.entries(bare));
  });

  test('holes as undefined, and what is held twice as two', () => {
    const shared = { n: 1 };
    // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested.
    const [hole, one, two] = roundTrip([, shared, shared]) as object[];
    expect([hole, one, two]).toEqual([undefined, shared, shared]);
    expect(one).not.toBe(two);
  });

  test('objects of more shapes than there are numbers for', () => {
    const rows = Array.from({ length: 2500 }, (_, n) => ({
      [`field ${n}`]: n,
      [`other ${n}`]: { inner: n },
    }));
    expect(roundTrip([rows, rows])).toStrictEqual([rows, rows]);
  });

  test('any plain data', () => {
    const value = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withNullPrototype: true,
      maxDepth: 4,
      withUnicodeString: true,
    });
    fc.assert(
      fc.property(value, (one) => {
        expect(roundTrip(one)).toStrictEqual(one);
      }),
      { numRuns: 500 },
    );
  });

  test('to another process what this one wrote', () => {
    const module = pathToFileURL('src/processing/checkpoint/snapshot-codec.ts').href;
    const value = {
      rows: [
        { id: 1, at: new Date(5) },
        { id: 2, at: new Date(6) },
      ],
      seen: new Set(['a', '漢']),
    };
    const source = `import { decodeSnapshot, encodeSnapshot } from '${module}';
      const { rows, seen } = decodeSnapshot(Buffer.from(process.argv[1], 'hex'));
      process.stdout.write(Buffer.concat([...encodeSnapshot({ seen, rows: rows.reverse() })]).toString('hex'));`;
    const args = ['--input-type=module', '--eval', source, bytesOf(value).toString('hex')];
    const back = execFileSync(process.execPath, args, { encoding: 'utf8' });
    expect(decodeSnapshot(Buffer.from(back, 'hex'))).toStrictEqual({
      seen: value.seen,
      rows: value.rows.toReversed(),
    });
  });
});

describe('a snapshot refuses', () => {
  class Point {
    readonly x = 1;
  }
  const deep = (levels: number): unknown => Array.from({ length: levels }).reduce((inner) => [inner], 1);
  test.each<[string, unknown, string, string]>([
    ['a function', { rows: [1, 2, 3, { fn: () => 1 }] }, 'state.rows[3].fn', 'is a function'],
    ['a symbol', new Map([['k', Symbol('s')]]), 'state.get("k")', 'is a symbol'],
    ['a key of a map', new Map([[new Map([[() => 1, 1]]), 1]]), 'state (a key) (a key)', 'is a function'],
    [
      'a member of a set',
      { 'my set': new Set([/x/]) },
      'state["my set"] (a value)',
      'is an object of the class RegExp',
    ],
    ['an object of a class', [new Point()], 'state[0]', 'is an object of the class Point'],
    ['an error', { last: new TypeError('x') }, 'state.last', 'is an object of the class TypeError'],
    ['a promise', Promise.resolve(), 'state', 'is an object of the class Promise'],
    [
      'a class of arrays',
      [new (class Rows extends Array {})()],
      'state[0]',
      'is an object of the class Rows',
    ],
    [
      'shared memory',
      { a: new SharedArrayBuffer(1) },
      'state.a',
      'is an object of the class SharedArrayBuffer',
    ],
    ['values that are too deep', deep(201), 'state', 'has values more than 200 deep'],
  ])('%s, and says where it is', (_name, value, path, found) => {
    expect(() => bytesOf(value)).toThrow(
      expect.objectContaining({
        code: 'ERR_SNAPSHOT',
        message: `Cannot keep ${path} in a checkpoint: it ${found}`,
        details: { path },
        hint: expect.any(String),
      }),
    );
  });

  test('a circle, and says where it closes', () => {
    const inner: { up?: object } = {};
    const state = { a: { list: [inner] } };
    inner.up = state.a;
    expect(() => bytesOf(state)).toThrow(
      'Cannot keep state.a.list[0].up in a checkpoint: it is state.a itself, in a circle',
    );
  });

  const many = Array.from({ length: 100_000 }, (_, n) => `key ${n}`);
  test.each<[string, unknown, (value: any) => void]>([
    ['a map that shrinks', new Map(many.map((key) => [key, 1])), (map) => map.clear()],
    ['a map that grows', new Map(many.map((key) => [key, 1])), (map) => map.set('one more', 1)],
    ['a set that shrinks', new Set(many), (set) => set.clear()],
    ['a set that grows', new Set(many), (set) => set.add('one more')],
    ['an array that shrinks', [...many], (array) => array.pop()],
    ['an array that grows', [...many], (array) => array.push('one more')],
    ['bytes that are given away', new Float64Array(100_000), ({ buffer }) => buffer.transfer()],
  ])('%s while it is written, instead of keeping what never was', (_name, value, change) => {
    const chunks = encodeSnapshot({ inner: value });
    chunks.next();
    change(value);
    expect(() => [...chunks]).toThrow(
      'Cannot keep state.inner in a checkpoint: it has changed while it was written',
    );
  });

  test('nothing that is 200 deep', () => {
    expect(roundTrip(deep(200))).toStrictEqual(deep(200));
  });
});

describe('the bytes of a snapshot', () => {
  test('come in slices, however large a value is, and each can be kept', () => {
    const value = {
      text: 'x'.repeat(1e6),
      wide: '漢'.repeat(1e6),
      list: Array.from({ length: 1e5 }, String),
      bytes: new Uint8Array(1e6),
    };
    const chunks: Uint8Array[] = [];
    const copies: Buffer[] = [];
    for (const chunk of encodeSnapshot(value)) {
      expect(chunk.length).toBeLessThan(300_000);
      chunks.push(chunk);
      copies.push(Buffer.from(chunk));
    }
    expect(chunks.length).toBeGreaterThan(10);
    expect(Buffer.concat(chunks).equals(Buffer.concat(copies))).toBe(true);
    expect(decodeSnapshot(Buffer.concat(chunks))).toStrictEqual(value);
  });

  test('have each key once, and one byte for what is common', () => {
    const rows = Array.from({ length: 100 }, (_, n) => ({ identifier: n, name: 'ab' }));
    const bytes = bytesOf(rows);
    expect(bytes.toString('latin1').match(/identifier/g)).toHaveLength(1);
    expect(bytes.length).toBeLessThan(100 * (2 + 1 + 3) + 40);
  });

  test('are the same on a machine that keeps the highest byte first', () => {
    const little = new Uint8Array(new Uint32Array([0x01020304, 5]).buffer);
    const big = new Uint8Array([1, 2, 3, 4, 0, 0, 0, 5]);
    expect(ordered(big, 4, 'BE')).toEqual(little);
    expect(ordered(little, 4, 'BE')).toEqual(big);
    expect(big).toEqual(new Uint8Array([1, 2, 3, 4, 0, 0, 0, 5]));
    expect(ordered(little, 4, 'LE')).toBe(little);
  });

  test('of a newer format are refused by name', () => {
    const bytes = bytesOf(1);
    bytes[0] = 9;
    expect(() => decodeSnapshot(bytes, 'the state of "sort"')).toThrow(
      expect.objectContaining({
        code: 'ERR_CHECKPOINT_VERSION',
        message: expect.stringContaining('the state of "sort"'),
      }),
    );
  });

  const value = [
    { a: 1, b: 'text', c: [1.5, null] },
    { a: 2, b: '漢', c: [] },
    new Map([['k', new Set([1n])]]),
    new Float64Array(3),
    new Date(1),
    Object.assign(Object.create(null), { x: 1 }),
    -500,
    'y'.repeat(300),
  ];

  test('are refused wherever they are cut off', () => {
    const bytes = bytesOf(value);
    for (let left = 0; left < bytes.length; left++) {
      expect(() => decodeSnapshot(bytes.subarray(0, left)), `${left} bytes`).toThrow(
        expect.objectContaining({ code: 'ERR_CHECKPOINT' }),
      );
    }
    expect(() => decodeSnapshot(Buffer.concat([bytes, Buffer.alloc(1)]))).toThrow(
      '1 bytes follow behind the value',
    );
  });

  test('make a value or are refused, whatever they are', () => {
    const bytes = bytesOf(value);
    const readable = (given: Uint8Array) => {
      try {
        decodeSnapshot(given);
      } catch (error) {
        if (!isMillraceError(error) || !error.code.startsWith('ERR_CHECKPOINT')) throw error;
      }
    };
    for (let at = 1; at < bytes.length; at++) {
      for (let byte = 0; byte < 256; byte++) {
        const other = Buffer.from(bytes);
        other[at] = byte;
        readable(other);
      }
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (tail) => readable(Buffer.from([1, ...tail]))),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['an array', [14]],
    ['a map', [15]],
    ['a set', [16]],
    ['text', [6]],
    ['wide text', [7]],
    ['bytes', [17, 2]],
    ['a big integer', [9, 0]],
    ['the keys of an object', [11]],
    ['the entries of an object', [12]],
  ])(
    'that say %s of a million milliards follows are refused before anything is made of it',
    (_name, start) => {
      const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x07];
      expect(() => decodeSnapshot(Buffer.from([1, ...start, ...huge]))).toThrow(
        /bytes follow, where 0 are left/,
      );
    },
  );
});
