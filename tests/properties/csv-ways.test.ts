import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CsvReadOptions } from '../../src/io/formats/csv/csv-read-options.ts';
import { type Decoding, decode } from '../unit/io/formats/csv/decoding.ts';

const PIECES = [undefined, [1], [7], [65_536]];
/** No file has it, but the fast way does not read files with comments. */
const PAPAPARSE = { comment: '\u{1}\u{2}\u{3}' };

/** What is decoded, or how it fails. */
function outcome(file: string, options: CsvReadOptions, how: Decoding): unknown {
  try {
    return decode(file, options, how);
  } catch (error) {
    const { code, message, hint, origin, details } = error as Record<string, unknown>;
    return { code, message, hint, origin, details };
  }
}

function expectSameBothWays(file: string, options: CsvReadOptions): void {
  const failed = ({ raw }: { raw?: string }) => (raw?.includes('b') ? { record: raw } : undefined);
  const reference = outcome(file, { ...options, ...PAPAPARSE }, { failed });
  for (const pieces of PIECES) {
    expect(outcome(file, options, { failed, pieces }), `pieces of ${pieces}`).toEqual(reference);
  }
}

const options: fc.Arbitrary<CsvReadOptions> = fc.record(
  {
    header: fc.constantFrom<CsvReadOptions['header'][]>(true, false, ['x'], ['x', 'y'], ['x', 'y', 'z']),
    delimiter: fc.constantFrom(',', ',', ';', '\t', ' ', 'b'),
    quote: fc.constantFrom('"', '"', "'", ''),
    skipLines: fc.constantFrom(0, 0, 1, 2),
    skipEmptyLines: fc.boolean(),
    duplicates: fc.constant('rename' as const),
    ragged: fc.constantFrom<NonNullable<CsvReadOptions['ragged']>[]>('fail', 'pad', 'cut', 'fit'),
    maxColumns: fc.constantFrom(10_000, 4),
    quotes: fc.constantFrom('strict', 'strict', 'repair'),
    trim: fc.boolean(),
    nulls: fc.constantFrom([], [], [''], ['a', ' ']),
    types: fc.constantFrom(undefined, undefined, undefined, 'infer'),
  },
  { requiredKeys: ['duplicates'] },
);

/** Records that are arrays have no types. */
function allowed({ types, ...options }: CsvReadOptions): CsvReadOptions {
  return options.header === false ? options : { ...options, types };
}

/** Text of a language in which almost everything means something. */
const wild = fc.string({
  unit: fc.constantFrom(
    ...['a', 'b', ' ', ',', ',', ',', '"', '"', '"', "'", '\n', '\n', '\n', '\r', '\r\n', '\r\n'],
    ...[';', '\t', 'ü', '漢', '🙂', '\u00a0', '\u2028'],
  ),
  maxLength: 80,
});

const cell = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.string({ unit: fc.constantFrom('a', 'b', '1', '1', ' ', 'ü', '🙂'), maxLength: 9 }),
  },
  {
    weight: 3,
    arbitrary: fc
      .string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', '漢', ' '), maxLength: 30 })
      .map((text) => `"${text.replaceAll('"', '""')}"`),
  },
  { weight: 1, arbitrary: wild.map((text) => text.slice(0, 8)) },
);

function table(longest: number): fc.Arbitrary<string> {
  const long = fc.tuple(
    fc.constantFrom('x', 'ü', '🙂', 'a,', '"b\n"', '\n'),
    fc.integer({ min: 0, max: longest }),
  );
  const row = fc.record({
    cells: fc.array(cell, { minLength: 3, maxLength: 3 }),
    odd: fc.constantFrom('', '', '', '', ',z', '"', '\n', '\r', ' "q"'),
    long: long.map(([text, times]) => (longest === 0 ? '' : `"${text.replaceAll('"', '').repeat(times)}"`)),
    rare: fc.nat(20),
  });
  const newline = fc.constantFrom('\n', '\n', '\r\n', '\r');
  return fc
    .tuple(newline, fc.boolean(), fc.array(row, { maxLength: longest === 0 ? 12 : 400, size: 'max' }))
    .map(([newline, ended, rows]) => {
      const lines = rows.map(({ cells, odd, long, rare }) => {
        return [...cells, ...(rare === 0 && longest > 0 ? [long] : [])].join(',') + (rare < 12 ? '' : odd);
      });
      return `p,q,r${newline}${lines.join(newline)}${ended ? newline : ''}`;
    });
}

describe('the fast way to read csv is papaparse’s, by far faster: records, errors, origins, raw text', () => {
  test('of any text', () => {
    fc.assert(
      fc.property(wild, options, (file, options) => expectSameBothWays(file, allowed(options))),
      { numRuns: 3000 },
    );
  });

  test('of tables with a few odd rows', () => {
    fc.assert(
      fc.property(table(0), options, (file, options) => expectSameBothWays(file, allowed(options))),
      { numRuns: 1000 },
    );
  });

  test('of files of many windows, and rows longer than one', () => {
    fc.assert(
      fc.property(table(40_000), fc.constantFrom('fail', 'fit'), (file, ragged) => {
        const reference = outcome(file, { ragged, ...PAPAPARSE }, {});
        for (const pieces of [undefined, [4099], [65_536], [100_000]]) {
          expect(outcome(file, { ragged }, { pieces })).toEqual(reference);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('of rows around the limit', () => {
    const limits = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(wild, options, limits, (file, options, maxRecordBytes) =>
        expectSameBothWays(file, allowed({ ...options, maxRecordBytes, skipLines: 0 })),
      ),
      { numRuns: 3000 },
    );
  });
});
