import { describe, expect, test } from 'vitest';
import { ArrayEncoder, jsonWriter } from '../../../../../src/io/formats/json/json-writer.ts';

function encode(batches: readonly (readonly unknown[])[], indent = ''): string {
  const encoder = new ArrayEncoder({ indent });
  return batches.map((records) => String(encoder.encode(records))).join('') + encoder.finish();
}

const RECORDS = [{ a: 1, b: { c: ['x\ny', []] } }, null, 'é\n', [1, { d: {} }]];

describe('the json encoder', () => {
  test('writes one array, one record a line', () => {
    expect(encode([[{ a: 1 }, 2], [], ['three']])).toBe('[\n{"a":1},\n2,\n"three"\n]\n');
  });

  test.each([[[]], [[[]]], [[[], []]]])('writes [] when there are no records: %j', (batches) => {
    expect(encode(batches)).toBe('[]\n');
  });

  test.each(['', ' ', '  ', '\t'])('with the indentation %j writes what JSON.stringify writes', (indent) => {
    const text = encode([RECORDS.slice(0, 1), RECORDS.slice(1)], indent);
    expect(JSON.parse(text)).toEqual(RECORDS);
    if (indent !== '') expect(text).toBe(`${JSON.stringify(RECORDS, null, indent)}\n`);
  });

  const circular: { self?: unknown } = {};
  circular.self = circular;
  test.each([
    ['a BigInt', 1n, 'BigInt'],
    ['a cycle', circular, 'circular'],
    ['undefined', undefined, 'it is undefined'],
    ['a function', () => 1, 'it is function'],
    ['a symbol', Symbol('x'), 'it is symbol'],
    ['toJSON that gives nothing', { toJSON: () => undefined }, 'toJSON gives undefined'],
    [
      'toJSON that throws undefined',
      {
        toJSON() {
          throw undefined;
        },
      },
      'undefined',
    ],
  ])('refuses %s, and is as it was before', (_, bad, found) => {
    const encoder = new ArrayEncoder();
    const refused = {
      code: 'ERR_ENCODE',
      retryable: false,
      message: expect.stringMatching(new RegExp(`^Cannot encode record 2 of a batch as JSON: .*${found}`)),
      details: { index: 1 },
    };
    expect(() => encoder.encode([1, bad])).toThrow(expect.objectContaining(refused));
    expect(String(encoder.encode([1]))).toBe('[\n1');
    expect(() => encoder.encode([2, bad])).toThrow(expect.objectContaining(refused));
    expect(String(encoder.encode([2])) + encoder.finish()).toBe(',\n2\n]\n');
  });
});

describe('the options of json.write', () => {
  test('allow indentation by number or text', () => {
    expect(() => jsonWriter('x', { indent: 2 })).not.toThrow();
    expect(() => jsonWriter('x', { indent: '\t' })).not.toThrow();
  });

  test.each([{ indent: 11 }, { indent: 'x' }, { append: true }, { indentation: 2 }])(
    'refuse %j',
    (options) => {
      expect(() => jsonWriter('x', options as never)).toThrow(
        expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining('json.write') }),
      );
    },
  );
});
