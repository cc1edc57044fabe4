import Papa from 'papaparse';
import { Assembler } from 'stream-json/core/assembler.js';
import { jsonParser } from 'stream-json/core/parser.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DecodeContext, Decoder } from '../../../../src/interfaces/format.ts';
import { CsvDecoder } from '../../../../src/io/formats/csv/csv-decoder.ts';
import { type CsvReadOptions, CsvReadSchema } from '../../../../src/io/formats/csv/csv-read-options.ts';
import { JsonDecoder } from '../../../../src/io/formats/json/json-decoder.ts';
import { containerPath, jsonPath } from '../../../../src/io/formats/json/json-path.ts';
import { JsonReadSchema } from '../../../../src/io/formats/json/json-read-options.ts';
import { PickDecoder } from '../../../../src/io/formats/json/pick-decoder.ts';
import { ValuesDecoder } from '../../../../src/io/formats/json/values-decoder.ts';
import { FieldReader } from '../../../../src/io/formats/ndjson/field-reader.ts';
import { NdjsonDecoder } from '../../../../src/io/formats/ndjson/ndjson-decoder.ts';
import { LineDecoder } from '../../../../src/io/formats/text/line-decoder.ts';
import { MultiLineDecoder } from '../../../../src/io/formats/text/multi-line-decoder.ts';

/** The default of `maxRecordBytes`. */
const LIMIT = CsvReadSchema.parse({}).maxRecordBytes;
const FILE = 4 * LIMIT;
/** How often a byte may be worked on: a row is looked at again when it has doubled, some ways twice. */
const LINEAR = 24;

type Make = (context: DecodeContext) => Decoder<unknown>;

const csv =
  (options: CsvReadOptions = {}): Make =>
  (context) =>
    new CsvDecoder(CsvReadSchema.parse(options), context);

const json =
  (path: string): Make =>
  (context) =>
    new JsonDecoder(context, { ...JsonReadSchema.parse({}), path: containerPath(jsonPath(path)!)! });

const picks =
  (...paths: string[]): Make =>
  (context) => {
    const settings = {
      ...JsonReadSchema.parse({}),
      paths: paths.map((path) => jsonPath(path)!),
      many: false,
    };
    return new PickDecoder(context, settings, { jsonParser, Assembler });
  };

const values =
  (single: boolean): Make =>
  (context) =>
    new ValuesDecoder(context, { ...JsonReadSchema.parse({}), single });

const ndjson =
  (columns?: readonly string[]): Make =>
  (context) => {
    const fields = columns === undefined ? undefined : new FieldReader(columns);
    return new NdjsonDecoder(context, { maxRecordBytes: LIMIT, fields });
  };

const line: Make = (context) => new LineDecoder(context, LIMIT);

const multiLine: Make = (context) =>
  new MultiLineDecoder(context, { start: /^\d/, maxMatchBytes: 2 ** 16, maxRecordBytes: LIMIT });

/**
 * Bytes that are copied, made text or parsed: what a decoder that starts over with each piece does over and over.
 * What it does in a loop of its own is not seen.
 */
let worked = 0;
const bytes = Buffer.prototype;
const known = { toString: bytes.toString, set: bytes.set, copyWithin: bytes.copyWithin };
const { concat } = Buffer;
const { parse } = Papa.Parser.prototype;

beforeEach(() => {
  worked = 0;
  bytes.toString = function (...options: Parameters<Buffer['toString']>) {
    const text = known.toString.apply(this, options);
    worked += text.length;
    return text;
  };
  bytes.set = function (from: ArrayLike<number>, at?: number) {
    worked += from.length;
    known.set.call(this, from, at);
  };
  bytes.copyWithin = function (this: Buffer, to: number, from: number, end = this.length) {
    if (to !== from) worked += end - from;
    return known.copyWithin.call(this, to, from, end);
  };
  Buffer.concat = (list, total) => {
    const joined = concat(list, total);
    worked += joined.length;
    return joined;
  };
  Papa.Parser.prototype.parse = function (text: string, ...rest: [number, boolean]) {
    worked += text.length;
    return parse.call(this, text, ...rest);
  };
});

afterEach(() => {
  Object.assign(bytes, known);
  Buffer.concat = concat;
  Papa.Parser.prototype.parse = parse;
});

/** Feeds `head`, and then the same bytes again and again up to 64 MiB, as they would come from a file. */
function feed(make: Make, head: string, filler: string, size: number) {
  let failures = 0;
  const decoder = make({
    source: 'test',
    failed({ error }) {
      failures++;
      throw error;
    },
  });
  const first = Buffer.from(head);
  const piece = Buffer.from(filler.repeat(size / filler.length));
  let taken = first.length;
  let error: unknown;
  try {
    decoder.decode(first);
    while (taken < FILE) {
      taken += piece.length;
      decoder.decode(piece);
    }
    decoder.flush();
  } catch (thrown) {
    error = thrown;
  }
  return { taken, error, failures };
}

function expectRefused(size: number, make: Make, head: string, filler: string, code: string): void {
  const { taken, error, failures } = feed(make, head, filler, size);
  expect(error).toMatchObject({ code });
  expect(failures).toBeLessThanOrEqual(1);
  expect(taken).toBeGreaterThan(LIMIT - size);
  expect(taken).toBeLessThanOrEqual(head.length + LIMIT + size);
  expect(worked).toBeLessThan(LINEAR * taken);
}

describe('pain P38: what never ends', () => {
  test.each<[string, Make, string, string]>([
    ['a quote in csv', csv(), 'a,b\n1,2\n3,"', 'ERR_CSV_QUOTES'],
    ['a string of json', json('$[*]'), '["', 'ERR_LIMIT'],
    ['a line of ndjson', ndjson(), '"', 'ERR_LIMIT'],
    ['a line of text', line, '', 'ERR_LIMIT'],
  ])('is refused at the limit in large pieces too: %s', (_name, make, head, code) => {
    expectRefused(2 ** 17, make, head, 'xxxx', code);
    worked = 0;
    expectRefused(2 ** 20, make, head, 'xxxx', code);
  });

  test.each<[string, Make, string, string, string]>([
    ['a quote in csv', csv(), 'a,b\n1,2\n3,"', 'x,y\n', 'ERR_CSV_QUOTES'],
    ['a quote in csv, without line ends', csv(), 'a,b\n1,2\n3,"', 'xxxx', 'ERR_CSV_QUOTES'],
    ['a quote in csv to be repaired', csv({ quotes: 'repair' }), 'a,b\n1,2\n3,"', 'x,y\n', 'ERR_CSV_QUOTES'],
    ['a quote in a header', csv(), '"a', 'b,\n ', 'ERR_CSV_QUOTES'],
    ['a quote in csv with types to infer', csv({ types: 'infer' }), 'a,b\n3,"', 'x,y\n', 'ERR_CSV_QUOTES'],
    ['a quote in csv of a dialect to guess', csv({ dialect: 'auto' }), 'a,b\n3,"', 'x,y\n', 'ERR_CSV_QUOTES'],
    ['a row of csv', csv(), 'a,b\n1,', 'x""y', 'ERR_LIMIT'],
    ['a row of csv with ever more fields', csv({ ragged: 'fit' }), 'a,b\n', '1,2,', 'ERR_LIMIT'],
    ['a row of csv without quotes', csv({ quote: '' }), 'a,b\n1,', '"x"y', 'ERR_LIMIT'],
    ['a line of csv to skip', csv({ skipLines: 1 }), 'a', 'bcde', 'ERR_LIMIT'],
    ['a string among elements', json('$[*]'), '[1,"', 'x\\"y', 'ERR_LIMIT'],
    ['a string in an element', json('$.a[*]'), '{"a":[{"b":"', 'xxxx', 'ERR_LIMIT'],
    ['an element', json('$[*]'), '[[', '1,2,', 'ERR_LIMIT'],
    ['a member', json('$.*'), '{"a":"', 'xxxx', 'ERR_LIMIT'],
    ['the key of a member', json('$.*'), '{"', 'xxxx', 'ERR_LIMIT'],
    ['a document', values(true), '"', 'xxxx', 'ERR_LIMIT'],
    ['a value', values(false), '1 "', 'xxxx', 'ERR_LIMIT'],
    ['a string that is picked', picks('$..x'), '{"x":"', 'xxxx', 'ERR_LIMIT'],
    ['an array that is picked', picks('$.a', '$.b'), '{"a":[', `"${'x'.repeat(4093)}",`, 'ERR_LIMIT'],
    ['a line of ndjson', ndjson(), '1\n{"a":"', 'xxxx', 'ERR_LIMIT'],
    ['a line of ndjson of which a column is read', ndjson(['a']), '1\n{"a":"', 'xxxx', 'ERR_LIMIT'],
    ['a line of text', line, 'x\ny', 'xxxx', 'ERR_LIMIT'],
  ])('is refused at the limit, for linear work: %s', (_name, make, head, filler, code) => {
    expectRefused(2 ** 12, make, head, filler, code);
  });

  test.each<[string, Make, string, string, object]>([
    ['a string beside the elements', json('$.b[*]'), '{"a":"', 'xxxx', { code: 'ERR_TRUNCATED' }],
    ['a string that is not picked', picks('$.b[0]'), '{"a":["', 'xxxx', { code: 'ERR_TRUNCATED' }],
    ['a key that is not picked', picks('$..b'), '{"', 'xxxx', { code: 'ERR_TRUNCATED' }],
    ['a record of many lines of text', multiLine, '1\n', `${'x'.repeat(63)}\n`, { code: 'ERR_LIMIT' }],
    ['a record of a long line of text', multiLine, '1', 'xxxx', { code: 'ERR_LIMIT' }],
  ])('is passed over to the end of the file, for linear work: %s', (_name, make, head, filler, expected) => {
    const { taken, error } = feed(make, head, filler, 2 ** 12);
    expect(error).toMatchObject(expected);
    expect(taken).toBeGreaterThanOrEqual(FILE);
    expect(worked).toBeLessThan(LINEAR * taken);
  });

  test.each<[string, CsvReadOptions, string, string, string]>([
    ['a quote, with comments', { comment: '#' }, 'a,b\n1,2\n3,"', 'x,y\n', 'ERR_CSV_QUOTES'],
    ['a quote, with an escape', { escape: '\\' }, 'a,b\n3,"', '\\"x\n', 'ERR_CSV_QUOTES'],
    ['a quote, with a long delimiter', { delimiter: '||' }, 'a||b\n3||"', 'x||\n', 'ERR_CSV_QUOTES'],
    ['a comment', { comment: '#' }, 'a,b\n1,2\n#', 'xxxx', 'ERR_LIMIT'],
  ])(
    'is refused at the limit, for linear work, in csv that papaparse reads: %s',
    (_name, options, head, filler, code) => {
      expectRefused(2 ** 14, csv(options), head, filler, code);
    },
  );
});
