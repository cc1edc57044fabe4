import type { ColumnType } from '../../../core/column-types.ts';
import { toDate } from '../../../core/typed-date.ts';
import { isLosslessFloat, toInt } from '../../../core/typed-number.ts';
import { UNCONVERTIBLE } from '../../../core/unconvertible.ts';
import type { Dialect } from './csv-dialect.ts';
import type { CsvReadSettings } from './csv-read-options.ts';
import { type Parsed, papaParser } from './papa-decoder.ts';
import { RowLocator } from './row-locator.ts';
import { readRows } from './row-reader.ts';

/** What types are inferred from: as much in every chunking of the file. */
const SAMPLE_RECORDS = 100;
const SAMPLE_CHARACTERS = 65_536;
/** Bytes that are enough for the sample, and one character more. */
export const SAMPLE_BYTES = 4 * (SAMPLE_CHARACTERS + 1);

/** What can be inferred, in the order in which it is tried, and the texts that lose nothing by it. */
export const CANDIDATES: readonly (readonly [ColumnType, (text: string) => boolean])[] = [
  ['boolean', (text) => /^(?:true|false|True|False|TRUE|FALSE)$/.test(text)],
  ['int', (text) => String(toInt(text)) === text],
  ['float', isLosslessFloat],
  ['date', (text) => toDate(text) !== UNCONVERTIBLE && !/\.\d{4}/.test(text)],
];

/**
 * The types of the columns, in the order of the header, from the text that the rows begin with: a column
 * has one when every sample of it that is not empty has. `undefined` while more text is needed.
 */
export function inferTypes(
  text: string,
  dialect: Dialect,
  settings: CsvReadSettings,
  last: boolean,
): readonly ColumnType[] | undefined {
  const { header, ragged, trim } = settings;
  const rows = sampleRows(text, dialect, settings, last);
  const width = (Array.isArray(header) ? header : rows.shift())?.length ?? 0;
  if (rows.length < SAMPLE_RECORDS && !last && text.length <= SAMPLE_CHARACTERS) return undefined;
  const fits = (length: number): boolean =>
    length === width || ragged === 'fit' || ragged === (length < width ? 'pad' : 'cut');
  const sample = rows.slice(0, SAMPLE_RECORDS).filter(({ length }) => fits(length));
  const candidates = CANDIDATES.filter(([type]) => type !== 'date' || settings.types !== 'infer-json');
  const nothing = new Set(['', ...settings.nulls]);
  return Array.from({ length: width }, (_, column) => {
    const texts = sample.map((row) => (trim ? (row[column] ?? '').trim() : (row[column] ?? '')));
    return typeOf(
      texts.filter((value) => !nothing.has(value)),
      candidates,
    );
  });
}

function typeOf(texts: readonly string[], candidates: typeof CANDIDATES): ColumnType {
  if (texts.length === 0) return 'string';
  return candidates.find(([, holds]) => texts.every(holds))?.[0] ?? 'string';
}

/** The rows that ended in the sample, the header with them: those that are neither blank nor bad. */
function sampleRows(
  text: string,
  dialect: Dialect,
  { skipEmptyLines, quotes }: CsvReadSettings,
  last: boolean,
): string[][] {
  const whole = last && text.length <= SAMPLE_CHARACTERS;
  let sample = text.slice(0, SAMPLE_CHARACTERS);
  if (whole && dialect.newline === '\r' && sample.endsWith('\n')) sample = sample.slice(0, -1);
  const { data, errors }: Parsed = papaParser(dialect).parse(sample, 0, !whole);
  const locator = new RowLocator({ source: '', text: sample, dialect, byte: 0, line: 1 });
  return readRows({ data, errors, locator })
    .filter(({ blank, bad }) => !(blank && skipEmptyLines) && !(bad && quotes === 'strict'))
    .map(({ fields }) => fields);
}
