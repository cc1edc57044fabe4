import { z } from 'zod';
import { parseOptions } from './core/options.ts';
import { Registry } from './core/registry.ts';
import type { Component } from './interfaces/component.ts';
import { ArrowReadSchema } from './io/formats/arrow/arrow-read-options.ts';
import { arrowReader } from './io/formats/arrow/arrow-reader.ts';
import { ArrowWriteSchema } from './io/formats/arrow/arrow-write-options.ts';
import { arrowWriter } from './io/formats/arrow/arrow-writer.ts';
import { CsvReadSchema } from './io/formats/csv/csv-read-options.ts';
import { csvReader } from './io/formats/csv/csv-reader.ts';
import { CsvWriteSchema } from './io/formats/csv/csv-write-options.ts';
import { csvWriter } from './io/formats/csv/csv-writer.ts';
import { JsonReadSchema } from './io/formats/json/json-read-options.ts';
import { jsonReader } from './io/formats/json/json-reader.ts';
import { JsonWriteSchema, jsonWriter } from './io/formats/json/json-writer.ts';
import { NdjsonReadSchema, ndjsonReader } from './io/formats/ndjson/ndjson-reader.ts';
import { NdjsonWriteSchema, ndjsonWriter } from './io/formats/ndjson/ndjson-writer.ts';
import { ParquetReadSchema } from './io/formats/parquet/parquet-read-options.ts';
import { parquetReader } from './io/formats/parquet/parquet-reader.ts';
import { ParquetWriteSchema } from './io/formats/parquet/parquet-write-options.ts';
import { parquetWriter } from './io/formats/parquet/parquet-writer.ts';
import { TextReadSchema } from './io/formats/text/text-read-options.ts';
import { textReader } from './io/formats/text/text-reader.ts';
import { TextWriteSchema, textWriter } from './io/formats/text/text-writer.ts';
import { discard } from './io/memory/discard.ts';
import { batch } from './processing/operators/batch.ts';
import { rename } from './processing/operators/rename.ts';
import { select } from './processing/operators/select.ts';
import { skip } from './processing/operators/skip.ts';
import { take } from './processing/operators/take.ts';
import { validate } from './processing/operators/validate.ts';

const readPaths = z
  .union([z.string(), z.array(z.string()).min(1)])
  .describe('Path, glob or list of them; "-" is the standard input');
const writePath = z.string().describe('Path of the file; "-" is the standard output');

const jsonSchema = z
  .union([z.boolean(), z.record(z.string(), z.unknown())])
  .describe('JSON Schema of draft-07, 2019-09 or 2020-12');

const count = z.strictObject({ count: z.int().min(0).describe('Number of records') });

/** Components whose options are plain data: what a pipeline that is itself data can be made of. */
const COMPONENTS: readonly Component[] = [
  file('reader', 'arrow', 'Rows of Arrow IPC streams', ArrowReadSchema, arrowReader),
  file('reader', 'csv', 'Rows of CSV files as objects', CsvReadSchema, csvReader),
  file(
    'reader',
    'json',
    'Elements of arrays, members of objects and other values in JSON files',
    JsonReadSchema,
    jsonReader,
  ),
  file('reader', 'ndjson', 'Lines of newline-delimited JSON', NdjsonReadSchema, ndjsonReader),
  file('reader', 'parquet', 'Rows of Parquet files', ParquetReadSchema, parquetReader),
  file('reader', 'text', 'Lines of text files, or what a pattern finds in them', TextReadSchema, textReader),
  file('writer', 'arrow', 'Rows of an Arrow IPC stream', ArrowWriteSchema, arrowWriter),
  file('writer', 'csv', 'Rows of a CSV file', CsvWriteSchema, csvWriter),
  file('writer', 'json', 'Elements of an array in a JSON file', JsonWriteSchema, jsonWriter),
  file('writer', 'ndjson', 'Lines of newline-delimited JSON', NdjsonWriteSchema, ndjsonWriter),
  file('writer', 'parquet', 'Rows of a Parquet file', ParquetWriteSchema, parquetWriter),
  file('writer', 'text', 'Lines of a text file', TextWriteSchema, textWriter),
  component('writer', 'discard', 'Nothing: counts records and lets them go', z.strictObject({}), () =>
    discard(),
  ),
  component(
    'operator',
    'batch',
    'Arrays of records',
    z.strictObject({
      size: z.int().min(1).describe('Records of a full batch'),
      within: z.union([z.number(), z.string()]).optional().describe('Longest time a record waits, e.g. "1s"'),
    }),
    ({ size, within }) => batch(size, within === undefined ? {} : { within }),
  ),
  component(
    'operator',
    'rename',
    'Gives fields other names',
    z.strictObject({ fields: z.record(z.string(), z.string()).describe('The new name of each field') }),
    ({ fields }) => rename<Record<string, unknown>, Record<string, string>>(fields),
  ),
  component(
    'operator',
    'select',
    'Keeps only these fields',
    z.strictObject({ fields: z.array(z.string()).min(1).describe('Names of the fields, in their order') }),
    ({ fields }) => select<Record<string, unknown>, string>(...fields),
  ),
  component('operator', 'skip', 'Leaves out the first records', count, ({ count }) => skip(count)),
  component('operator', 'take', 'Keeps the first records and ends', count, ({ count }) => take(count)),
  component(
    'operator',
    'validate',
    'Fails records that a JSON Schema refuses',
    z.strictObject({ schema: jsonSchema }),
    ({ schema }) => validate(schema),
  ),
];

/**
 * A registry of all built-in components, yours to add to or to narrow.
 *
 * @example
 * ```ts
 * import { builtins } from 'millrace';
 *
 * const registry = builtins().without('text');
 * console.log(registry.list('reader').map(({ name }) => name));
 * ```
 */
export function builtins(): Registry {
  return new Registry(COMPONENTS);
}

function component<S extends z.ZodType>(
  kind: Component['kind'],
  name: string,
  summary: string,
  options: S,
  create: (options: z.output<S>) => unknown,
): Component {
  return {
    kind,
    name,
    summary,
    options,
    create: (given: never) => create(parseOptions(options, given, `${kind} ${name}`)),
  };
}

/** A component of files: its options with `paths` among them, or `path` where it writes. */
function file(
  kind: 'reader' | 'writer',
  name: string,
  summary: string,
  options: z.ZodObject,
  create: (path: never, options: never) => unknown,
): Component {
  const [key, path] = kind === 'reader' ? (['paths', readPaths] as const) : (['path', writePath] as const);
  return component(kind, name, summary, options.safeExtend({ [key]: path }), ({ [key]: at, ...rest }) =>
    create(at as never, rest as never),
  );
}
