import { parseOptions } from '../../../core/options.ts';
import type { Reader } from '../../../interfaces/reader.ts';
import type { Paths } from '../../bytes/file-options.ts';
import { fileReader } from '../../bytes/file-reader.ts';
import { CsvDecoder } from './csv-decoder.ts';
import { type CsvReadOptions, CsvReadSchema } from './csv-read-options.ts';
import type { CsvDecoding } from './row-judge.ts';

/**
 * Reads records from CSV files: plain objects with the columns as keys and the fields as text, just as
 * they stand in the file; with `header: false`, arrays. Line ends may be LF, CR LF or CR.
 *
 * Rows with unclosed or stray quotes (`ERR_CSV_QUOTES`) and rows of another width (`ERR_CSV_RAGGED`) go to
 * the policy, with their text and origin. A header with a name twice (`ERR_CSV_HEADER`), a wanted column that
 * is not there (`ERR_CSV_COLUMNS`), and a row above `maxRecordBytes` (`ERR_LIMIT`, or `ERR_CSV_QUOTES` when
 * a quote is open) fail the run. A file with no row at all has no records.
 *
 * @throws MillraceError `ERR_OPTIONS` for wrong options.
 * @example
 * ```ts
 * import { csv, discard, pipeline, run } from 'millrace';
 *
 * const orders = csv.read('orders-*.csv.gz', { columns: ['id', 'total'], ragged: 'pad' });
 * await run(pipeline('check', [orders.to(discard())]));
 * ```
 */
export function csvReader(
  paths: Paths,
  options: CsvReadOptions & { readonly header: false },
): Reader<string[]>;
export function csvReader<T = Record<string, string>>(paths: Paths, options?: CsvReadOptions): Reader<T>;
export function csvReader<T>(paths: Paths, options: CsvReadOptions = {}): Reader<T> {
  const settings = parseOptions(CsvReadSchema, options, 'csv.read');
  const reader = readerOf<T>(paths, settings);
  // Records that are arrays have no fields to select.
  if (settings.header === false) return reader;
  return Object.freeze({
    ...reader,
    select: (selected: readonly string[]) => readerOf<T>(paths, { ...settings, selected }),
  });
}

function readerOf<T>(paths: Paths, settings: CsvDecoding): Reader<T> {
  return fileReader<T>({
    name: 'csv',
    paths,
    options: settings,
    decoder: (context) => new CsvDecoder<T>(settings, context),
  });
}
