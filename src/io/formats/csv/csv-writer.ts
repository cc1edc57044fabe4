import { parseOptions } from '../../../core/options.ts';
import type { Writer } from '../../../interfaces/writer.ts';
import type { EncoderStart } from '../../bytes/encoder-start.ts';
import { fileWriter } from '../../bytes/file-writer.ts';
import { CsvEncoder } from './csv-encoder.ts';
import { type CsvWriteOptions, CsvWriteSchema, type CsvWriteSettings } from './csv-write-options.ts';
import { presentColumns } from './present-columns.ts';

/**
 * Writes records to a CSV file, after RFC 4180: fields are quoted where they need it, which is where
 * papaparse quotes them. `null` and `undefined` are empty, dates ISO 8601, objects and arrays JSON. The columns are the keys of the first
 * record, or what `columns` names; records may also be arrays. Appending to a file that has something in
 * it writes no header, and the columns are those of its first row.
 *
 * A record that cannot be written, or has a key that is no column, fails with `ERR_ENCODE`; one that
 * lacks a column has an empty field there, unless `missing: 'fail'` is said.
 *
 * @throws MillraceError `ERR_OPTIONS` for wrong options.
 * @example
 * ```ts
 * import { csv, from, pipeline, run } from 'millrace';
 *
 * const people = from([{ name: 'Ada', born: 1815 }]);
 * await run(pipeline('people', [people.to(csv.write('people.csv'))]));
 * ```
 */
export function csvWriter<T>(path: string | URL, options: CsvWriteOptions = {}): Writer<T> {
  const settings = parseOptions(CsvWriteSchema, options, 'csv.write');
  return fileWriter<T>({
    name: 'csv',
    path,
    options: settings,
    encoder: (start) => encoder<T>(settings, start),
    resumable: true,
  });
}

function encoder<T>(settings: CsvWriteSettings, { path, appending, head }: EncoderStart): CsvEncoder<T> {
  if (!appending || !settings.header) return new CsvEncoder<T>(settings, !appending);
  return new CsvEncoder<T>(settings, false, presentColumns(path, head, settings));
}
