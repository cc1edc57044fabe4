import { describe, expect, test } from 'vitest';
import { type LegibleOptions, legibleJson } from '../../../../src/cli/checkpoints/legible-json.ts';

const json = (value: unknown, options?: LegibleOptions) => [...legibleJson(value, options)].join('');

describe('a value as JSON', () => {
  test.each<[string, unknown]>([
    ['{"a":[1,"x",null,true],"b":{}}', { a: [1, 'x', null, true], b: {} }],
    [
      '{"$map":[["a",1],[{"k":2},[]]]}',
      new Map<unknown, unknown>([
        ['a', 1],
        [{ k: 2 }, []],
      ]),
    ],
    ['{"$set":[1,2]}', new Set([1, 2])],
    ['{"$date":"2026-01-01T00:00:00.000Z"}', new Date(Date.UTC(2026, 0))],
    ['{"$date":null}', new Date(Number.NaN)],
    ['{"$bigint":"-12345678901234567890"}', -12345678901234567890n],
    ['{"$number":"NaN"}', Number.NaN],
    ['[{"$number":"Infinity"},{"$number":"-Infinity"},-0]', [Infinity, -Infinity, -0]],
    ['{"a":{"$undefined":true}}', { a: undefined }],
    ['{"$bytes":"AQID"}', Buffer.from([1, 2, 3])],
    ['{"$bytes":"AQID"}', Uint8Array.of(1, 2, 3)],
    ['{"$bytes":"AQID"}', Uint8Array.of(1, 2, 3).buffer],
    ['{"$bytes":"AgM="}', new DataView(Uint8Array.of(1, 2, 3).buffer, 1)],
    ['{"$Float64Array":[0.5,{"$number":"NaN"}]}', Float64Array.of(0.5, Number.NaN)],
    ['{"$BigInt64Array":[{"$bigint":"1"}]}', BigInt64Array.of(1n)],
    ['"a\\"\\n\\u001b\\u009b\\u202e\\ud800ü漢"', 'a"\n\u001b\u009b\u202e\ud800ü漢'],
    ['{"a\\u001b":1,"__proto__":2}', JSON.parse('{"a\\u001b":1,"__proto__":2}')],
    ['{"a":1}', Object.assign(Object.create(null), { a: 1 })],
  ])('is %s', (text, value) => {
    expect(json(value)).toBe(text);
    expect(() => JSON.parse(text)).not.toThrow();
  });

  test('stands on lines of its own where it is long, and on one where it is short', () => {
    const short = { n: 1, at: new Date(0) };
    const long = { name: 'x'.repeat(90), list: [1, 2, 3] };
    const value = new Map<string, unknown>([
      ['short', short],
      ['long', long],
    ]);
    expect(json(value, { lines: true })).toBe(
      `{"$map":[
  ["short",{"n":1,"at":{"$date":"1970-01-01T00:00:00.000Z"}}],
  [
    "long",
    {
      "name": "${'x'.repeat(90)}",
      "list": [1,2,3]
    }
  ]
]}`,
    );
    expect(JSON.parse(json(value, { lines: true }))).toEqual(JSON.parse(json(value)));
  });

  test('says of what is beyond the limit how much it is', () => {
    const options = { limit: 2 };
    expect(json([1, 2], options)).toBe('[1,2]');
    expect(json([1, 2, 3, 4], options)).toBe('[1,2,{"$more":2}]');
    expect(json(new Set([1, 2, 3]), options)).toBe('{"$set":[1,2,{"$more":1}]}');
    expect(
      json(
        new Map([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
        options,
      ),
    ).toBe('{"$map":[[1,2],[3,4],{"$more":1}]}');
    expect(json({ a: 1, b: 2, c: 3 }, options)).toBe('{"a":1,"b":2,"$more":1}');
    expect(json('x'.repeat(2050), options)).toBe(`"${'x'.repeat(2048)}… ($more: 2)"`);
    expect(JSON.parse(json(Buffer.alloc(2049), options))).toEqual({
      $bytes: Buffer.alloc(2048).toString('base64'),
      $more: 1,
    });
  });

  test('comes in pieces, however large it is, and is the same', () => {
    const text = `${'\u{1F469}'.repeat(60_000)}x`;
    const bytes = Buffer.alloc(200_001, 'abc');
    const value = { text, bytes, list: Array.from({ length: 50_000 }, (_, n) => ({ n })) };
    let longest = 0;
    let whole = '';
    for (const piece of legibleJson(value)) {
      longest = Math.max(longest, piece.length);
      whole += piece;
    }
    expect(longest).toBeLessThan(100_000);
    const back = JSON.parse(whole);
    expect(back.text).toBe(text);
    expect(Buffer.from(back.bytes.$bytes, 'base64')).toEqual(bytes);
    expect(back.list).toEqual(value.list);
  });

  test('is made only as far as it is asked for', () => {
    let asked = 0;
    const list = new Proxy([1, 2, 3], {
      get(target, key, receiver) {
        if (key === '2') asked++;
        return Reflect.get(target, key, receiver);
      },
    });
    const pieces = legibleJson(list);
    for (let n = 0; n < 3; n++) pieces.next();
    expect(asked).toBe(0);
  });

  test('may be 200 deep', () => {
    let deep: unknown = 1;
    for (let n = 0; n < 200; n++) deep = n % 2 === 0 ? [deep] : new Map([['k', deep]]);
    expect(json(deep).replaceAll(/[^1]/g, '')).toBe('1');
    expect(() => JSON.parse(json(deep, { lines: true }))).not.toThrow();
  });
});
