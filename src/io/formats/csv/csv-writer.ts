import { parseOptions } from '../../../core/options.ts';
import type { Writer } from '../../../interfaces/writer.ts';
import { fileWriter } from '../../bytes/file-writer.ts';
import { CsvEncoder } from './csv-encoder.ts';
import { type CsvWriteOptions, CsvWriteSchema } from './csv-write-options.ts';

/**
 * Writes records to a CSV file, after RFC 4180: fields are quoted where they need it, which is where
 * papaparse quotes them. `null` and `undefined` are empty, dates ISO 8601, objects and arrays JSON. The columns are the keys of the first
 * record, or what `columns` names; records may also be arrays. Appending to a file that has something in
 * it writes no header.
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
    encoder: ({ appending }) => new CsvEncoder<T>(settings, !appending),
  });
}
