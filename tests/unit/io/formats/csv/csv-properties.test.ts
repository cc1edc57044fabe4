import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import type { DecodeFailure, Replacement } from '../../../../../src/interfaces/failure.ts';
import { CsvEncoder } from '../../../../../src/io/formats/csv/csv-encoder.ts';
import type { CsvReadOptions } from '../../../../../src/io/formats/csv/csv-read-options.ts';
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

/** Rows of three columns, of which some have fewer or more, with names that may be the same or have blanks. */
const typed = fc
  .record({
    names: fc.constantFrom('p,q,r', 'p,q,r', ' p ,q,r', 'p,q,p', 'p,"q",p_2', 'p, p,r'),
    newline: fc.constantFrom('\n', '\r\n', '\r'),
    rows: fc.array(
      fc.array(
        fc.oneof(
          { weight: 4, arbitrary: fc.constantFrom('1', '-2', '0.5', '', ' 3 ', 'true', '2025-01-31', 'x') },
          { weight: 1, arbitrary: fc.constantFrom('"1"', '"a\nb"', '" ""c"" "', '"', 'ü 🙂', '[1]', '007') },
        ),
        { minLength: 3, maxLength: 3 },
      ),
      { maxLength: 12 },
    ),
    odd: fc.constantFrom('', '', '1,2', '1,2,3,4', '"x"y,1,2', ',,'),
  })
  .map(({ names, newline, rows, odd }) =>
    [names, ...rows.map((row) => row.join()), odd, '1,2,3', ''].join(newline),
  );

/** Every header has the second. */
const column = fc.constantFrom('q', 'q', 'q', 'q', 'q', 'p', 'r', 's');
const named: fc.Arbitrary<CsvReadOptions> = fc.record(
  {
    header: fc.constantFrom<CsvReadOptions['header'][]>(true, true, true, ['p', 'q', 'r']),
    columns: fc.uniqueArray(column, { minLength: 1, maxLength: 3 }),
    rename: fc.dictionary(column, fc.constantFrom('q', 'q', 's', 'r', 'p'), { maxKeys: 1 }),
    types: fc.dictionary(
      column,
      fc.constantFrom('int', 'float', 'bigint', 'boolean', 'date', 'json', 'string'),
      { maxKeys: 2 },
    ),
    duplicates: fc.constantFrom('rename', 'rename', 'rename', 'fail'),
    trim: fc.boolean(),
    nulls: fc.constantFrom([''], ['x', '1']),
    ragged: fc.constantFrom('fail', 'pad', 'cut', 'fit'),
    quotes: fc.constantFrom('strict', 'repair'),
  },
  { requiredKeys: [] },
);
const unnamed: fc.Arbitrary<CsvReadOptions> = named.map(({ trim, nulls, ragged, quotes }) => ({
  header: false,
  trim,
  nulls,
  ragged,
  quotes,
}));

/** What becomes of bad rows: the last is what a run does that nobody told otherwise. */
const VERDICTS: Readonly<Record<string, (failure: DecodeFailure) => Replacement | undefined>> = {
  drop: () => undefined,
  replace: ({ partial }) => ({ record: partial }),
  fail: ({ error }) => {
    throw error;
  },
};

/** What is decoded, or how it fails. */
function outcome(file: string, options: CsvReadOptions, verdict: string, pieces?: readonly number[]): object {
  try {
    return decode(file, options, { pieces, failed: VERDICTS[verdict]! });
  } catch (error) {
    const { code, message, hint, origin, details } = error as Record<string, unknown>;
    return { code, message, hint, origin, details };
  }
}

describe('csv, for all files', () => {
  test('pain P33: both ways to read give the same with all options for columns, in any pieces', () => {
    const found = { read: 0, refused: 0, stopped: 0 };
    fc.assert(
      fc.property(
        typed,
        fc.oneof({ weight: 4, arbitrary: named }, { weight: 1, arbitrary: unnamed }),
        fc.constantFrom(...Object.keys(VERDICTS)),
        (file, options, verdict) => {
          // No file has it, but the fast way does not read files with comments.
          const reference = outcome(file, { ...options, comment: '\u{1}' }, verdict);
          for (const pieces of [undefined, [1], [7], [65_536]]) {
            expect(outcome(file, options, verdict, pieces), `pieces of ${pieces}`).toEqual(reference);
          }
          if ('records' in reference) found.read++;
          else if ('code' in reference && reference.code === 'ERR_CSV_COLUMNS') found.refused++;
          else found.stopped++;
        },
      ),
      { numRuns: 2000, seed: 36 },
    );
    expect(found.read).toBeGreaterThan(500);
    expect(found.refused).toBeGreaterThan(300);
    expect(found.stopped).toBeGreaterThan(100);
  });

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
