import type { ColumnType, TypedRow } from './core/column-types.ts';
import { readFrom } from './from.ts';
import type { Writer } from './interfaces/writer.ts';
import type { Paths } from './io/bytes/file-options.ts';
import type { ArrowReadOptions } from './io/formats/arrow/arrow-read-options.ts';
import { arrowReader } from './io/formats/arrow/arrow-reader.ts';
import type { ArrowWriteOptions } from './io/formats/arrow/arrow-write-options.ts';
import { arrowWriter } from './io/formats/arrow/arrow-writer.ts';
import type { CsvReadOptions } from './io/formats/csv/csv-read-options.ts';
import { csvReader } from './io/formats/csv/csv-reader.ts';
import type { CsvWriteOptions } from './io/formats/csv/csv-write-options.ts';
import { csvWriter } from './io/formats/csv/csv-writer.ts';
import type { JsonReadOptions } from './io/formats/json/json-read-options.ts';
import { jsonReader } from './io/formats/json/json-reader.ts';
import { type JsonWriteOptions, jsonWriter } from './io/formats/json/json-writer.ts';
import { type NdjsonReadOptions, ndjsonReader } from './io/formats/ndjson/ndjson-reader.ts';
import { type NdjsonWriteOptions, ndjsonWriter } from './io/formats/ndjson/ndjson-writer.ts';
import type { ParquetReadOptions } from './io/formats/parquet/parquet-read-options.ts';
import { parquetReader } from './io/formats/parquet/parquet-reader.ts';
import type { ParquetWriteOptions } from './io/formats/parquet/parquet-write-options.ts';
import { parquetWriter } from './io/formats/parquet/parquet-writer.ts';
import type { TextReadOptions } from './io/formats/text/text-read-options.ts';
import { textReader } from './io/formats/text/text-reader.ts';
import { type TextWriteOptions, textWriter } from './io/formats/text/text-writer.ts';
import type { Flow } from './processing/graph/flow.ts';

function readCsv(paths: Paths, options: CsvReadOptions & { readonly header: false }): Flow<string[]>;
function readCsv<const M extends Readonly<Record<string, ColumnType>>>(
  paths: Paths,
  options: CsvReadOptions & { readonly types: M },
): Flow<TypedRow<M>>;
function readCsv<T = Record<string, string | number | boolean | Date | null>>(
  paths: Paths,
  options: CsvReadOptions & { readonly types: 'infer' | 'infer-json' },
): Flow<T>;
function readCsv<T = Record<string, string>>(paths: Paths, options?: CsvReadOptions): Flow<T>;
function readCsv<T>(paths: Paths, options?: CsvReadOptions): Flow<T> {
  return readFrom(csvReader<T>(paths, options));
}

/**
 * CSV. `read` takes a path, a list, a glob or `-` for stdin, `.gz` as it is, and gives objects with
 * the columns as keys and the fields as text; `write` takes a path or `-` for stdout.
 *
 * @example
 * ```ts
 * import { csv, filter, pipeline } from 'millrace';
 *
 * const paid = csv.read('orders-*.csv.gz').pipe(filter((order) => order.status === 'paid'));
 *
 * export default pipeline('paid', paid.to(csv.write('paid.csv', { columns: ['id', 'total'] })));
 * ```
 */
export const csv = Object.freeze({
  read: readCsv,
  write: <T>(path: string | URL, options?: CsvWriteOptions): Writer<T> => csvWriter<T>(path, options),
});

/**
 * JSON documents with one array of records, at the root or at a `path` such as `$.data.items[*]`;
 * read and written element by element.
 *
 * @example
 * ```ts
 * import { json, ndjson, pipeline } from 'millrace';
 *
 * const works = json.read<{ title: string }>('works.json', { path: '$.items[*]' });
 *
 * export default pipeline('works', works.to(ndjson.write('works.ndjson')));
 * ```
 */
export const json = Object.freeze({
  read: <T = unknown>(paths: Paths, options?: JsonReadOptions): Flow<T> =>
    readFrom(jsonReader<T>(paths, options)),
  write: <T>(path: string | URL, options?: JsonWriteOptions): Writer<T> => jsonWriter<T>(path, options),
});

/**
 * Newline-delimited JSON, also known as JSON Lines: one record a line.
 *
 * @example
 * ```ts
 * import { ndjson, pipeline, take } from 'millrace';
 *
 * const events = ndjson.read<{ id: number }>('events.ndjson.gz').pipe(take(10));
 *
 * export default pipeline('first-ten', events.to(ndjson.write('-')));
 * ```
 */
export const ndjson = Object.freeze({
  read: <T = unknown>(paths: Paths, options?: NdjsonReadOptions): Flow<T> =>
    readFrom(ndjsonReader<T>(paths, options)),
  write: <T>(path: string | URL, options?: NdjsonWriteOptions): Writer<T> => ndjsonWriter<T>(path, options),
});

/**
 * Parquet: rows of columnar files, read row group by row group. Needs the packages `hyparquet` to read and
 * `hyparquet-writer` to write, which are optional peers.
 *
 * @example
 * ```ts
 * import { csv, parquet, pipeline } from 'millrace';
 *
 * const trips = parquet.read<{ id: string; fare: number }>('trips-*.parquet', { columns: ['id', 'fare'] });
 *
 * export default pipeline('trips', trips.to(csv.write('trips.csv')));
 * ```
 */
export const parquet = Object.freeze({
  read: <T = Record<string, unknown>>(paths: Paths, options?: ParquetReadOptions): Flow<T> =>
    readFrom(parquetReader<T>(paths, options)),
  write: <T>(path: string | URL, options?: ParquetWriteOptions): Writer<T> => parquetWriter<T>(path, options),
});

/**
 * Arrow: batches of records as IPC streams, read from every place that files are read from. Needs the package
 * `apache-arrow`, an optional peer.
 *
 * @example
 * ```ts
 * import { arrow, ndjson, pipeline } from 'millrace';
 *
 * const trips = arrow.read<{ id: string; fare: number }>('trips.arrows');
 *
 * export default pipeline('trips', trips.to(ndjson.write('trips.ndjson')));
 * ```
 */
export const arrow = Object.freeze({
  read: <T = Record<string, unknown>>(paths: Paths, options?: ArrowReadOptions): Flow<T> =>
    readFrom(arrowReader<T>(paths, options)),
  write: <T>(path: string | URL, options?: ArrowWriteOptions): Writer<T> => arrowWriter<T>(path, options),
});

function readText<T = Record<string, string>>(
  paths: Paths,
  options: TextReadOptions & { readonly fields: string | RegExp },
): Flow<T>;
function readText(paths: Paths, options?: TextReadOptions): Flow<string>;
function readText<T>(paths: Paths, options?: TextReadOptions): Flow<T> {
  return readFrom(textReader<T>(paths, options));
}

/**
 * Text: one record a line, without its line end; or records of several lines, by what the first looks
 * like; or objects, by the named groups of a pattern.
 *
 * @example
 * ```ts
 * import { filter, pipeline, text } from 'millrace';
 *
 * const errors = text.read('server-*.log').pipe(filter((line) => line.includes('ERROR')));
 *
 * export default pipeline('errors', errors.to(text.write('errors.log')));
 * ```
 *
 * @example
 * ```ts
 * import { ndjson, pipeline, text } from 'millrace';
 *
 * const events = text.read('server-*.log', {
 *   start: /^\d{4}-\d\d-\d\d /,
 *   fields: /^(?<time>\S+ \S+) (?<level>[A-Z]+) (?<message>.*)$/s,
 * });
 *
 * export default pipeline('events', events.to(ndjson.write('events.ndjson')));
 * ```
 */
export const text = Object.freeze({
  read: readText,
  write: (path: string | URL, options?: TextWriteOptions): Writer<string> => textWriter(path, options),
});

/**
 * A writer of the standard output: one record a line, as JSON; the same as `ndjson.write('-')`.
 *
 * @example
 * ```ts
 * import { from, pipeline, run, stdout } from 'millrace';
 *
 * await run(pipeline('hello', from([{ hello: 'world' }]).to(stdout())));
 * ```
 */
export function stdout<T = unknown>(): Writer<T> {
  return ndjsonWriter<T>('-');
}
