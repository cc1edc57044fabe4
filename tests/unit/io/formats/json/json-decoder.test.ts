import { describe, expect, test } from 'vitest';
import type { BigIntegers } from '../../../../../src/io/formats/json/big-integers.ts';
import { ARRAY_END } from '../../../../../src/io/formats/json/element-spans.ts';
import { JsonDecoder } from '../../../../../src/io/formats/json/json-decoder.ts';
import { type ContainerPath, containerPath, jsonPath } from '../../../../../src/io/formats/json/json-path.ts';
import { decodeInPieces, PIECES } from '../../decode-in-pieces.ts';

interface Settings {
  readonly path?: string;
  readonly maxDepth?: number;
  readonly maxRecordBytes?: number;
  readonly maxKeys?: number;
  readonly bigints?: BigIntegers;
}

const ROOT: ContainerPath = { names: [], closer: ARRAY_END };
const SETTINGS = {
  path: ROOT,
  maxDepth: 512,
  maxRecordBytes: 2 ** 20,
  maxKeys: 1000,
  bigints: 'number' as const,
};

function decode(text: string | Uint8Array, size: number, settings: Settings = {}, verdict?: () => never) {
  const path = settings.path === undefined ? ROOT : containerPath(jsonPath(settings.path)!)!;
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  return decodeInPieces(
    (context) => new JsonDecoder(context, { ...SETTINGS, ...settings, path }),
    bytes,
    size,
    verdict,
  );
}

const MIXED =
  ' [\r\n  {"é": "日本", "n": [1, {"q": "]}\\"\\\\"}]},\r\n"a\\"]",\t-1.5e3 ,true,null,\n\n[ ],[[]],{},"🚲"\n]\r\n';

describe.each(PIECES)('pain P33: json in pieces of %i bytes', (size) => {
  test('gives the elements of an array', () => {
    const { records, error } = decode(MIXED, size);
    expect(error).toBeUndefined();
    expect(records).toEqual(JSON.parse(MIXED));
  });

  test('pain P27: slicing the file at the byte of a record gives the record', () => {
    const bytes = Buffer.from(MIXED);
    const { origins, raws, records } = decode(MIXED, size);
    for (const [index, { byte, line, record }] of origins.entries()) {
      const slice = bytes.subarray(byte!, byte! + Buffer.byteLength(raws[index]!)).toString();
      expect(JSON.parse(slice)).toEqual(records[index]);
      expect(line).toBe(bytes.subarray(0, byte).toString().split('\n').length);
      expect(record).toBe(index + 1);
    }
    expect(origins[1]).toEqual({ source: 'test', file: '/data/test', record: 2, line: 3, byte: 52 });
  });

  test.each(['[]', ' [ ] ', '[\n]\n'])('%j holds nothing', (text) => {
    expect(decode(text, size)).toMatchObject({ records: [], failures: [], error: undefined });
  });

  test.each([
    ['$.items[*]', '{"items":[1,2]}', [1, 2]],
    [
      '$.data.items[*]',
      '{"x":{"items":[9]},"data":{"n":0,"items":[{"a":1}],"m":[[]]},"y":[true,"\\u00e9"]}',
      [{ a: 1 }],
    ],
    ["$['a b'][*]", '{"a\\u0020b":[1]}', [1]],
    ['$["日本"].é[*]', '{"日本":{"é":[1]}}', [1]],
    ['$["a\\"b"][*]', '{"a\\"b":[1]}', [1]],
    ['$.a[*]', '{"a":[1],"a":[2]}', [1]],
    ['$.a[*]', '\n{ "b" : -0.5E+10 , "c" : null , "a" : [ ] , "d" : { } }\n', []],
  ])('the path %s leads into %s', (path, text, records) => {
    expect(decode(text, size, { path })).toMatchObject({ records, error: undefined });
  });

  test.each([
    ['$[*]', '{"a":[1]}', '$ is an object, not an array', 0],
    ['$[*]', '"text"', '$ is a string, not an array', 0],
    ['$[*]', ' 12', '$ is no object or array, not an array', 1],
    ['$.a[*]', '[1]', '$ is an array, not an object', 0],
    ['$.a[*]', '{"b":1}', '$ has no "a"', 6],
    ['$.a.b[*]', '{"a":{"c":[1]},"b":[2]}', '$.a has no "b"', 13],
    ['$.a.b[*]', '{"a":[{"b":[1]}]}', '$.a is an array, not an object', 5],
    ['$.a[*]', '{"a":{}}', '$.a is an object, not an array', 5],
    ['$.a[*]', '{"a":null}', '$.a is no object or array, not an array', 5],
  ])('the path %s does not lead into %s', (path, text, found, byte) => {
    expect(decode(text, size, { path })).toMatchObject({
      records: [],
      error: {
        code: 'ERR_JSON_PATH',
        message: `Cannot parse /data/test line 1 (record 1, byte ${byte}): ${found}`,
        hint: expect.any(String),
      },
    });
  });

  test('one document a line is told from an array', () => {
    expect(decode('{"a":1}\n{"a":2}\n', size).error).toMatchObject({
      hint: expect.stringContaining('ndjson.read'),
    });
  });

  test.each([
    ['[1,]', [1], 3],
    ['[,1]', [], 1],
    ['[1 2]', [1], 3],
    ['[1,,2]', [1], 3],
    ['[1]]', [1], 3],
    ['[1] [2]', [1], 4],
    ['["é"]\n\nx', ['é'], 8],
    ['[1}', [1], 2],
    ['[{"a":1}}', [{ a: 1 }], 8],
    ['[1,{"a":[1}]', [1], 10],
    ['[[1},2]', [], 3],
    ['\u00a0[1]', [], 0],
  ])('%j is refused where its elements cannot be told apart', (text, records, byte) => {
    expect(decode(text, size)).toMatchObject({
      records,
      error: { code: 'ERR_JSON_SYNTAX', message: expect.stringContaining(`byte ${byte})`) },
    });
  });

  test.each([
    ['[{"a":tru}]', 1],
    ['[1,+2,3]', 1],
    ['[01]', 1],
    ['[.5,1.,0x1,NaN,-Infinity,1e]', 6],
    ['["\\x","\\u12g4","a\nb","\t"]', 4],
    ['[{a:1},{"a" 1},{"a":1,},{1:2},{"a"},{"a":}]', 6],
    ['[[1,],[,],[1 2]]', 3],
    ['[undefined,True,nul]', 3],
    ["['a']", 1],
  ])('the faulty elements of %j are bad records', (text, count) => {
    const { failures, error } = decode(text, size);
    expect(error).toBeUndefined();
    expect(failures).toHaveLength(count);
    for (const failure of failures) {
      expect(failure.error).toMatchObject({ code: 'ERR_JSON_SYNTAX', origin: failure.origin });
      expect(text.slice(failure.origin.byte, failure.origin.byte! + failure.raw!.length)).toBe(failure.raw);
    }
  });

  test('a bad record keeps its place among the others', () => {
    const { records, origins, failures } = decode('[\n{"é":1},\n{"b":tru},\n{"c":3}\n]', size);
    expect(records).toEqual([{ é: 1 }, { c: 3 }]);
    expect(origins.map(({ record, line, byte }) => [record, line, byte])).toEqual([
      [1, 2, 2],
      [3, 4, 23],
    ]);
    expect(failures).toMatchObject([{ raw: '{"b":tru}', origin: { record: 2, line: 3, byte: 12 } }]);
  });

  test('a replacement takes the place of the bad record', () => {
    const outcome = decodeInPieces(
      (context) => new JsonDecoder(context, SETTINGS),
      Buffer.from('[1,x,3]'),
      size,
      () => ({ record: 'two' }),
    );
    expect(outcome.records).toEqual([1, 'two', 3]);
    expect(outcome.origins.map(({ record }) => record)).toEqual([1, 2, 3]);
  });

  test('a verdict that fails the run comes after the records before it, and once', () => {
    const verdict = new Error('too many');
    const { records, error, failures } = decode('[1,2,x,4,y]', size, {}, () => {
      throw verdict;
    });
    expect({ records, error, failed: failures.length }).toEqual({
      records: [1, 2],
      error: verdict,
      failed: 1,
    });
  });

  test('a document that is cut anywhere fails with ERR_TRUNCATED', () => {
    const whole = Buffer.from('[{"a":"é"},\n[1,"\\"]"],2] ');
    for (let length = 0; length < whole.length - 1; length++) {
      expect(decode(whole.subarray(0, length), size).error).toMatchObject({ code: 'ERR_TRUNCATED' });
    }
    expect(decode(whole.subarray(0, whole.length - 1), size).error).toBeUndefined();
    const wrapped = Buffer.from('{"x":[1,"y"],"a":[1,{}],"z":"\\u00e9"}');
    for (let length = 0; length < wrapped.length; length++) {
      const { error } = decode(wrapped.subarray(0, length), size, { path: '$.a[*]' });
      expect(error).toMatchObject({ code: 'ERR_TRUNCATED' });
    }
  });

  test('says where a document was cut', () => {
    expect(decode('', size).error).toMatchObject({ message: 'Cannot parse /data/test: the file is empty' });
    expect(decode(' \n', size).error).toMatchObject({
      message: 'Cannot parse /data/test: the file is empty',
    });
    expect(decode('[1,\n{"a":', size).error).toMatchObject({
      message:
        'Cannot parse /data/test: the document ends too early, at byte 9 in line 2, within record 2, which starts at byte 4 in line 2',
    });
    expect(decode('[1,', size).error).toMatchObject({
      message: 'Cannot parse /data/test: the document ends too early, at byte 3 in line 1',
    });
  });

  test.each([
    ['{"a":[1],"b":01}', 13],
    ['{"a":[1],"b":"\\x"}', 15],
    ['{"a":[1],"b":"\\u12x4"}', 18],
    ['{"a":[1],"b":"\t"}', 14],
    ['{"a":[1],"b":tru}', 13],
    ['{"a":[1],"b":[1,]}', 16],
    ['{"a":[1],"b":{"c":1]}', 19],
    ['{"a":[1],}', 9],
    ['{"a":[1] "b":1}', 9],
    ['{"a":[1],b:1}', 9],
    ['{"a":[1],"b" 1}', 13],
    ['{"a":[1]}}', 9],
    ['{"a":[1]}{"a":[2]}', 9],
    ['{"a":[1],"b":+1}', 13],
    ['{"a":[1],"b":}', 13],
    ['{"a":[1],"b":.5}', 13],
    ['{"a":[1],"b":"x}', undefined],
  ])('what lies around the array is checked: %s', (text, byte) => {
    const { records, error } = decode(text, size, { path: '$.a[*]' });
    expect(records).toEqual([1]);
    if (byte === undefined) expect(error).toMatchObject({ code: 'ERR_TRUNCATED' });
    else {
      expect(error).toMatchObject({
        code: 'ERR_JSON_SYNTAX',
        message: expect.stringContaining(`byte ${byte})`),
      });
    }
  });

  test('nesting is limited, in the elements and around them', () => {
    expect(decode('[[[[1]]]]', size, { maxDepth: 4 }).error).toBeUndefined();
    expect(decode('[0,[[[[1]]]]]', size, { maxDepth: 4 })).toMatchObject({
      records: [0],
      error: { code: 'ERR_LIMIT', message: expect.stringContaining('deeper than 4 levels') },
    });
    const around = '{"b":[[[[1]]]],"a":[2]}';
    expect(decode(around, size, { maxDepth: 4, path: '$.a[*]' }).error).toMatchObject({ code: 'ERR_LIMIT' });
    expect(decode(around, size, { maxDepth: 5, path: '$.a[*]' }).records).toEqual([2]);
  });

  test('pain P43: an element beyond the limit is a bad record, and the next is read', () => {
    const long = `{"x":"${'é'.repeat(50)}"}`;
    const text = `[1,\n${long},2,${long}]`;
    const { records, origins, failures, error } = decode(text, size, { maxRecordBytes: 40 });
    expect({ records, error }).toEqual({ records: [1, 2], error: undefined });
    expect(origins.map(({ record, line, byte }) => [record, line, byte])).toEqual([
      [1, 1, 1],
      [3, 2, 113],
    ]);
    expect(failures).toMatchObject([
      { origin: { record: 2, line: 2, byte: 4 }, raw: '{"x":"éééé' },
      { origin: { record: 4, line: 2, byte: 115 }, raw: '{"x":"éééé' },
    ]);
    expect(failures[0]!.error).toMatchObject({ code: 'ERR_LIMIT', details: { maxBytes: 40 } });
  });
});

test('pain P43: nesting of any depth neither overflows the stack nor memory', () => {
  const deep = Buffer.alloc(10 * 2 ** 20, '[');
  expect(decode(deep, 2 ** 16).error).toMatchObject({ code: 'ERR_LIMIT' });
});

test('pain P38: an element that never ends is held no longer than the limit', () => {
  let failures = 0;
  const failed = () => {
    failures++;
    return undefined;
  };
  const decoder = new JsonDecoder({ source: 's', failed }, SETTINGS);
  decoder.decode(Buffer.from('["'));
  const before = process.memoryUsage();
  const chunk = Buffer.alloc(2 ** 16, 'x');
  for (let given = 0; given < 128 * 2 ** 20; given += chunk.length) decoder.decode(chunk);
  const after = process.memoryUsage();
  expect(failures).toBe(1);
  expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(32 * 2 ** 20);
  expect(decoder.decode(Buffer.from('",7]'))!.records).toEqual([7]);
  expect(decoder.flush()).toBeUndefined();
});
