import { z } from 'zod';
import { parseOptions } from '../../../core/options.ts';
import type { Reader } from '../../../interfaces/reader.ts';
import { type FileReadOptions, fileReadFields, type Paths } from '../../bytes/file-options.ts';
import { fileReader } from '../../bytes/file-reader.ts';
import { columnNames } from '../column-names.ts';
import { type BigIntegers, bigIntegersSchema } from '../json/big-integers.ts';
import { FieldReader } from './field-reader.ts';
import { NdjsonDecoder } from './ndjson-decoder.ts';

/** Options of `ndjson.read`: those of all files, and what records are made of. */
export interface NdjsonReadOptions extends FileReadOptions {
  /** The only fields that records get, in this order, `undefined` where a record lacks one; all when absent. */
  readonly columns?: readonly string[] | undefined;
  /** What integers beyond 2^53 become: numbers lose digits. @default 'number' */
  readonly bigints?: BigIntegers | undefined;
}

export const NdjsonReadSchema = z.strictObject({
  ...fileReadFields,
  columns: columnNames('The only fields that records get'),
  bigints: bigIntegersSchema,
});

/** A longer text leaves the young heap of V8, where it takes five times as long to make and half as long again to parse. */
const PIECE_BYTES = 60 * 2 ** 10;

type NdjsonReadSettings = z.output<typeof NdjsonReadSchema>;

/**
 * Reads newline-delimited JSON (also called JSON Lines): one value a line, of any kind. Blank lines
 * are passed over, lines may end in LF or CRLF, the last needs no end.
 *
 * A line that is not JSON is a bad record with `ERR_JSON_SYNTAX`, one longer than `maxRecordBytes`
 * (16 MiB) one with `ERR_LIMIT`: `onError` decides on it, and the run fails by default. Integers
 * beyond 2^53 lose digits, as they do in `JSON.parse`, unless `bigints` says otherwise.
 *
 * With `columns`, or with `select` right behind it, records get these fields only, and those of lines
 * that look alike are found two to three times as fast as `JSON.parse` reads the line. A line is
 * checked to its end all the same.
 *
 * @throws MillraceError `ERR_OPTIONS`. The run fails with `ERR_NOT_FOUND`, `ERR_NO_MATCH`,
 * `ERR_NOT_A_FILE`, `ERR_PERMISSION`, `ERR_IO`, `ERR_DECOMPRESS`, `ERR_TRUNCATED`, `ERR_ENCODING`.
 * @example
 * ```ts
 * import { filter, ndjson, pipeline, run } from 'millrace';
 *
 * interface Event { readonly level: string }
 * const errors = ndjson.read<Event>('events-*.ndjson.gz').pipe(filter((event) => event.level === 'error'));
 * await run(pipeline('errors', [errors.to(ndjson.write('errors.ndjson'))]));
 * ```
 */
export function ndjsonReader<T = unknown>(paths: Paths, options: NdjsonReadOptions = {}): Reader<T> {
  return reader(paths, parseOptions(NdjsonReadSchema, options, 'ndjson.read'));
}

function reader<T>(paths: Paths, settings: NdjsonReadSettings): Reader<T> {
  const { columns, bigints, maxRecordBytes, ...options } = settings;
  const fields = columns === undefined ? undefined : new FieldReader(columns);
  const read = fileReader<T>({
    name: 'ndjson',
    paths,
    options: { ...options, maxRecordBytes },
    pieceBytes: PIECE_BYTES,
    decoder: (context) => new NdjsonDecoder<T>(context, { maxRecordBytes, bigints, fields }),
  });
  if (columns !== undefined) return read;
  return Object.freeze({
    ...read,
    select: (names: readonly string[]) => reader<T>(paths, { ...settings, columns: [...names] }),
  });
}
