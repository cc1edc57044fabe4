import { describe, expect, test } from 'vitest';
import { NdjsonDecoder } from '../../../../../src/io/formats/ndjson/ndjson-decoder.ts';
import { decodeInPieces, PIECES } from '../../decode-in-pieces.ts';

function decode(text: string | Uint8Array, size: number, maxBytes = 2 ** 20, verdict?: () => never) {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  return decodeInPieces(
    (context) => new NdjsonDecoder(context, { maxRecordBytes: maxBytes }),
    bytes,
    size,
    verdict,
  );
}

const MIXED = '{"a":1}\r\n\n  \t\r\n{"é":"日本"}\n[1,2]\n"🚲"\nnull\r\n-1.5e3\n{"n":"a\\nb\\u00e9"}';
const VALUES = [{ a: 1 }, { é: '日本' }, [1, 2], '🚲', null, -1500, { n: 'a\nbé' }];

describe.each(PIECES)('pain P33: ndjson in pieces of %i bytes', (size) => {
  test('gives a value a line, whatever the line ends', () => {
    const { records, error } = decode(MIXED, size);
    expect(error).toBeUndefined();
    expect(records).toEqual(VALUES);
  });

  test('pain P27: slicing the file at the byte of a record gives the record', () => {
    const { origins, raws } = decode(MIXED, size);
    const bytes = Buffer.from(MIXED);
    for (const [index, origin] of origins.entries()) {
      const length = Buffer.byteLength(raws[index]!);
      expect(JSON.parse(bytes.subarray(origin.byte!, origin.byte! + length).toString())).toEqual(
        VALUES[index],
      );
      const before = bytes.subarray(0, origin.byte).toString();
      expect(origin.line).toBe(before.split('\n').length);
      expect(origin.record).toBe(index + 1);
    }
    expect(origins[0]).toEqual({ source: 'test', file: '/data/test', record: 1, line: 1, byte: 0 });
  });

  test('reports a bad line where it is, with its text, and goes on', () => {
    const { records, origins, failures } = decode('{"é":1}\n\n{"b":tru}\r\n{"c":3}\nnope', size);
    expect(records).toEqual([{ é: 1 }, { c: 3 }]);
    expect(origins.map(({ record, line, byte }) => [record, line, byte])).toEqual([
      [1, 1, 0],
      [3, 4, 21],
    ]);
    expect(failures).toMatchObject([
      { raw: '{"b":tru}', origin: { record: 2, line: 3, byte: 10, file: '/data/test' } },
      { raw: 'nope', origin: { record: 4, line: 5, byte: 29 } },
    ]);
    expect(failures[0]!.error).toMatchObject({
      code: 'ERR_JSON_SYNTAX',
      message: expect.stringMatching(
        /^Cannot parse \/data\/test line 3 \(record 2, byte 10\): Unexpected token/,
      ),
      origin: { line: 3 },
      hint: expect.any(String),
      retryable: false,
    });
  });

  test('two values on a line are one bad line, also when the lines would balance', () => {
    const { records, failures } = decode('{"a":1},{"a":2}\n{"x":[{"y":1}\n{"z":2}]}\n', size);
    expect(records).toEqual([]);
    expect(failures.map(({ raw }) => raw)).toEqual(['{"a":1},{"a":2}', '{"x":[{"y":1}', '{"z":2}]}']);
  });

  test('a line that is too long is no blank one, however it begins', () => {
    const text = `1\n${' '.repeat(50)}{"b":2}\n${' '.repeat(60)}\n3\n`;
    const { records, failures, origins } = decode(text, size, 40);
    expect(records).toEqual([1, 3]);
    expect(failures.map(({ origin, error }) => [origin.line, (error as { code?: string }).code])).toEqual([
      [2, 'ERR_LIMIT'],
      [3, 'ERR_LIMIT'],
    ]);
    expect(origins.map(({ record, line }) => [record, line])).toEqual([
      [1, 1],
      [4, 4],
    ]);
  });

  test('a replacement takes the place of the bad line', () => {
    const { records, origins } = decodeInPieces(
      (context) => new NdjsonDecoder(context, { maxRecordBytes: 2 ** 20 }),
      Buffer.from('1\nbad\n3\n'),
      size,
      () => ({ record: undefined }),
    );
    expect(records).toEqual([1, undefined, 3]);
    expect(origins.map(({ record }) => record)).toEqual([1, 2, 3]);
  });

  test('a verdict that fails the run comes after the records before it, and once', () => {
    const verdict = new Error('too many');
    const { records, error, failures } = decode('1\n2\nbad\n4\nbad\n', size, undefined, () => {
      throw verdict;
    });
    expect(records).toEqual([1, 2]);
    expect(error).toBe(verdict);
    expect(failures).toHaveLength(1);
  });

  test('pain P38: a line beyond the limit is a bad record, and the next is read', () => {
    const long = `"${'x'.repeat(100)}"`;
    const { records, origins, failures } = decode(`1\n${long}\n2\n${long}`, size, 40);
    expect(records).toEqual([1, 2]);
    expect(origins.map(({ record, line, byte }) => [record, line, byte])).toEqual([
      [1, 1, 0],
      [3, 3, 105],
    ]);
    expect(failures).toMatchObject([
      { raw: '"xxxxxxxxx', origin: { record: 2, line: 2, byte: 2 } },
      { raw: '"xxxxxxxxx', origin: { record: 4, line: 4, byte: 107 } },
    ]);
    expect(failures[0]!.error).toMatchObject({
      code: 'ERR_LIMIT',
      message: 'Cannot read /data/test line 2 (record 2, byte 2): the line is longer than 40 B',
      details: { maxBytes: 40 },
    });
  });

  test('a line of exactly the limit is read', () => {
    const { records, failures } = decode('"é345678"\n"é345678"', size, 10);
    expect(records).toEqual(['é345678', 'é345678']);
    expect(failures).toEqual([]);
  });

  test('nothing, and nothing but blank lines, give nothing', () => {
    expect(decode('', size)).toMatchObject({ records: [], failures: [], error: undefined });
    expect(decode('\n \r\n\t\n', size)).toMatchObject({ records: [], failures: [], error: undefined });
  });

  test('the key __proto__ does no harm', () => {
    const { records } = decode('{"__proto__":{"polluted":true},"a":1}', size);
    expect(Object.keys(records[0] as object)).toEqual(['__proto__', 'a']);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

test('offsets count what lies before the first byte that the decoder gets', () => {
  const decoder = new NdjsonDecoder(
    { source: 's', offset: 3, failed: () => undefined },
    { maxRecordBytes: 1000 },
  );
  const given = decoder.decode(Buffer.from('1\n2\n'))!;
  expect(given.origin.at(1)).toEqual({ source: 's', record: 2, line: 2, byte: 5 });
});

test('pain P38: a line that never ends is held no longer than the limit', () => {
  const limit = 2 ** 20;
  let failures = 0;
  const context = {
    source: 's',
    failed() {
      failures++;
      return undefined;
    },
  };
  const decoder = new NdjsonDecoder(context, { maxRecordBytes: limit });
  const chunk = Buffer.alloc(2 ** 16, 'x');
  const before = used();
  for (let given = 0; given < 128 * 2 ** 20; given += chunk.length) decoder.decode(chunk);
  expect(failures).toBe(1);
  expect(used() - before).toBeLessThan(32 * 2 ** 20);
  expect(decoder.decode(Buffer.from('\n7\n'))!.records).toEqual([7]);
});

/** Bytes in the heap and in buffers. */
function used(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test('origins asked for out of order, and twice, are the same', () => {
  const decoder = new NdjsonDecoder({ source: 's', failed: () => undefined }, { maxRecordBytes: 1000 });
  const { origin } = decoder.decode(Buffer.from('"é"\nbad\n2\n\n3\n'))!;
  const inOrder = [0, 1, 2].map((index) => origin.at(index));
  expect([2, 0, 1, 2].map((index) => origin.at(index))).toEqual([2, 0, 1, 2].map((index) => inOrder[index]));
  expect(inOrder.map(({ byte }) => byte)).toEqual([0, 9, 12]);
  expect([2, 1, 0].map((index) => origin.raw?.(index))).toEqual(['3', '2', '"é"']);
});
