import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { CsvEncoder } from '../../../../../src/io/formats/csv/csv-encoder.ts';
import { type CsvWriteOptions, CsvWriteSchema } from '../../../../../src/io/formats/csv/csv-write-options.ts';
import { RowWalk } from '../../../../../src/io/formats/csv/row-walk.ts';
import { decode } from './decoding.ts';

const text = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', ' ', ',', '"', '\n', '\r', 'ü', '🙂', '\ufeff', "'"),
    maxLength: 6,
  }),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
/** Texts in which a delimiter of several characters may seem to begin early. */
const bars = fc.string({ unit: fc.constantFrom('|', 'a', '"'), maxLength: 4 });
const pieces = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 });

/** Text of a language in which almost everything means something. */
const wild = fc.string({
  unit: fc.constantFrom('a', 'b', ' ', ',', ',', '"', '"', '\n', '\n', 'ü', '\t'),
  maxLength: 60,
});

function encode(records: readonly unknown[], options: CsvWriteOptions): string {
  const encoder = new CsvEncoder<unknown>(CsvWriteSchema.parse(options), true);
  const middle = records.length >> 1;
  const pieces = [encoder.encode(records.slice(0, middle)), encoder.encode(records.slice(middle))];
  return Buffer.concat([...pieces, encoder.finish()]).toString();
}

const table = fc.uniqueArray(fc.oneof(text, bars), { minLength: 1, maxLength: 5 }).chain((columns) =>
  fc.record({
    columns: fc.constant(columns),
    rows: fc.array(fc.array(fc.oneof(text, bars), { minLength: columns.length, maxLength: columns.length }), {
      maxLength: 8,
    }),
  }),
);

describe('csv, for all files', () => {
  test('pain P36: what is written reads back, in any pieces, and as papaparse reads it', () => {
    fc.assert(
      fc.property(
        table,
        pieces,
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom(',', ';', '\t', '||'),
        ({ columns, rows }, sizes, newline, delimiter) => {
          const file = encode(rows, { columns, newline, delimiter });
          const { records, failures } = decode(file, { header: false, delimiter }, { pieces: sizes });
          expect(failures).toEqual([]);
          expect(records).toEqual([columns, ...rows]);
          const reference = Papa.parse<string[]>(file.slice(0, -newline.length), { newline, delimiter });
          expect(reference.data).toEqual(records);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('what is written is what papaparse writes, of texts, numbers, dates and nothing', () => {
    const value = fc.oneof(
      text,
      fc.string({ minLength: 60, maxLength: 70 }),
      fc.double(),
      fc.integer(),
      fc.integer({ min: -(10 ** 7), max: 10 ** 7 }).map((cents) => cents / 100),
      fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(Date.UTC(9999, 11, 31)) }),
      fc.constantFrom(null, undefined, true, 1e21, 0.1 + 0.2, 21474836.47, 21474836.48, -0),
    );
    const rows = fc
      .integer({ min: 2, max: 5 })
      .chain((width) =>
        fc.array(fc.array(value, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
      );
    const dialect = fc.record({
      delimiter: fc.constantFrom(',', ';', '\t', '|', '||', 'é'),
      quote: fc.constantFrom('"', "'", '´'),
      newline: fc.constantFrom('\n' as const, '\r\n' as const),
      escapeFormulas: fc.boolean(),
    });
    fc.assert(
      fc.property(rows, dialect, (data, { delimiter, quote, newline, escapeFormulas }) => {
        // papaparse does not see that a field may end with what begins a delimiter: what it writes reads otherwise.
        fc.pre(
          delimiter !== '||' || !data.flat().some((one) => typeof one === 'string' && one.endsWith('|')),
        );
        const columns = data[0]!.map((_, index) => `c${index}`);
        const expected = Papa.unparse(
          { fields: columns, data },
          {
            delimiter,
            newline,
            quoteChar: quote,
            escapeChar: quote,
            escapeFormulae: escapeFormulas && /^[=+\-@\t\r]/,
          },
        );
        const written = encode(data, { columns, delimiter, quote, newline, escapeFormulas });
        const lone = /[\ud800-\udfff]/.test(expected) ? Buffer.from(expected).toString() : expected;
        expect(written).toBe(lone + newline);
      }),
      { numRuns: 2000 },
    );
  });

  test('numbers are written as JavaScript writes them', () => {
    const number = fc.oneof(
      fc.double(),
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 }),
      fc.integer({ min: -(2 ** 33), max: 2 ** 33 }).map((cents) => cents / 100),
      fc.integer({ min: -(10 ** 6), max: 10 ** 6 }).map((cents) => cents * 0.01),
    );
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 20 }), (numbers) => {
        expect(encode([numbers], { header: false })).toBe(`${numbers.join(',')}\n`);
      }),
      { numRuns: 5000 },
    );
  });

  test('objects written and read are equal, whatever their keys are', () => {
    fc.assert(
      fc.property(table, pieces, ({ columns, rows }, sizes) => {
        const records = rows.map((row) =>
          Object.fromEntries(columns.map((column, index) => [column, row[index]!])),
        );
        const file = encode(records, { columns });
        expect(decode(file, {}, { pieces: sizes }).records).toEqual(records);
      }),
    );
  });

  test('any pieces give what one piece gives, of any text: records, origins, raw text, failures', () => {
    fc.assert(
      fc.property(wild, pieces, fc.boolean(), (file, sizes, header) => {
        const options = { header: header ? ['x', 'y'] : false, comment: 'b' } as const;
        expect(decode(file, options, { pieces: sizes })).toEqual(decode(file, options));
      }),
      { numRuns: 2000 },
    );
  });

  test('rows are divided as papaparse divides them, of any text', () => {
    fc.assert(
      fc.property(wild, fc.constantFrom(undefined, 'b'), (file, comment) => {
        const ends: number[] = [];
        const parser = new Papa.Parser({
          delimiter: ',',
          newline: '\n',
          comments: comment ?? false,
          step: ({ meta }) => void ends.push(meta.cursor),
        });
        parser.parse(file, 0, false);
        const walk = new RowWalk(file, { delimiter: ',', quote: '"', comment, newline: '\n' });
        const found = ends.map((_, row) => Math.min(walk.end(row) + 1, file.length));
        expect(found).toEqual(ends);
      }),
      { numRuns: 3000 },
    );
  });

  test('pain P27: the file cut at any reported offset reads as the remaining records', () => {
    fc.assert(
      fc.property(table, pieces, fc.constantFrom('\n', '\r\n'), ({ columns, rows }, sizes, newline) => {
        const file = Buffer.from(encode(rows, { columns, newline }));
        const { records, origins } = decode(file, {}, { pieces: sizes });
        expect(records).toHaveLength(rows.length);
        for (const [index, { byte, record, line }] of origins.entries()) {
          const rest = decode(file.subarray(byte), { header: columns }, { offset: byte! });
          expect(rest.records).toEqual(records.slice(index));
          expect(rest.origins.map((origin) => origin.byte)).toEqual(
            origins.slice(index).map((origin) => origin.byte),
          );
          expect(record).toBe(index + 1);
          expect(file.subarray(0, byte).toString().split('\n')).toHaveLength(line!);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('the raw text of a record reads as that record alone', () => {
    fc.assert(
      fc.property(table, pieces, ({ columns, rows }, sizes) => {
        const { records, raws } = decode(encode(rows, { columns }), {}, { pieces: sizes });
        for (const [index, raw] of raws.entries()) {
          expect(decode(raw!, { header: columns }).records).toEqual([records[index]]);
        }
      }),
    );
  });
});
