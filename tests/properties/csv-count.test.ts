import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Decoder } from '../../src/interfaces/format.ts';
import { CountingDecoder } from '../../src/io/formats/csv/counting-decoder.ts';
import { CsvDecoder } from '../../src/io/formats/csv/csv-decoder.ts';
import { CsvReadSchema } from '../../src/io/formats/csv/csv-read-options.ts';
import { decodeInPieces } from '../unit/io/decode-in-pieces.ts';

const settings = CsvReadSchema.parse({});

const field = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', '1', '', 'long text of a field', 'ä', '😀') },
  { weight: 3, arbitrary: fc.constantFrom('"q"', '"a,b"', '"two\nlines"', '"a ""b"" c"', '"x\r\ny"', '""') },
  { weight: 1, arbitrary: fc.constantFrom('a"b', '"a"b', '"open', ' "q"') },
);

const file = fc
  .record({
    width: fc.integer({ min: 1, max: 3 }),
    rows: fc.array(fc.array(field, { minLength: 3, maxLength: 3 }), { maxLength: 40 }),
    ending: fc.constantFrom('\n', '\r\n', '\r'),
    blanks: fc.array(fc.nat({ max: 40 }), { maxLength: 3 }),
    ragged: fc.option(fc.nat({ max: 60 })),
    last: fc.boolean(),
    repeat: fc.constantFrom(1, 1, 1, 2_000),
  })
  .map(({ width, rows, ending, blanks, ragged, last, repeat }) => {
    const header = ['h', 'i', 'j'].slice(0, width).join(',');
    const lines = rows.map((fields, at) => fields.slice(0, at === ragged ? 3 : width).join(','));
    const filled = lines.flatMap((line, at) => (blanks.includes(at) ? ['', line] : [line]));
    const all = Array.from({ length: repeat }, () => filled).flat();
    return `${[header, ...all].join(ending)}${last ? ending : ''}`;
  });

function outcome(text: string, size: number, decoder: typeof CountingDecoder | typeof CsvDecoder) {
  const { records, failures, error } = decodeInPieces(
    (context) => new decoder(settings, context) as Decoder<unknown>,
    Buffer.from(text),
    size,
  );
  return {
    count: records.length,
    failures: failures.map((failure) => [failure.error.message, failure.origin.record, failure.origin.line]),
    error: (error as Error | undefined)?.message,
  };
}

test('CSV is counted as it is read, whatever the pieces: records and failures are the same', () => {
  fc.assert(
    fc.property(file, fc.constantFrom(1, 7, 1_000, 70_000, 1_000_000), (text, size) => {
      const pieces = text.length > 10_000 ? Math.max(size, 1_000) : size;
      expect(outcome(text, pieces, CountingDecoder)).toEqual(outcome(text, pieces, CsvDecoder));
    }),
    { numRuns: 400 },
  );
});
