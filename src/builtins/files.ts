import { z } from 'zod';
import { component } from '../core/component.ts';
import { functionOption } from '../core/option-role.ts';
import type { Component } from '../interfaces/component.ts';
import { ArrowReadSchema } from '../io/formats/arrow/arrow-read-options.ts';
import { arrowReader } from '../io/formats/arrow/arrow-reader.ts';
import { ArrowWriteSchema } from '../io/formats/arrow/arrow-write-options.ts';
import { arrowWriter } from '../io/formats/arrow/arrow-writer.ts';
import { CsvReadSchema } from '../io/formats/csv/csv-read-options.ts';
import { csvReader } from '../io/formats/csv/csv-reader.ts';
import { CsvWriteSchema } from '../io/formats/csv/csv-write-options.ts';
import { csvWriter } from '../io/formats/csv/csv-writer.ts';
import { readPaths, writePath } from '../io/formats/format-components.ts';
import { JsonReadSchema } from '../io/formats/json/json-read-options.ts';
import { jsonReader } from '../io/formats/json/json-reader.ts';
import { JsonWriteSchema, jsonWriter } from '../io/formats/json/json-writer.ts';
import { NdjsonReadSchema, ndjsonReader } from '../io/formats/ndjson/ndjson-reader.ts';
import { NdjsonWriteSchema, ndjsonWriter } from '../io/formats/ndjson/ndjson-writer.ts';
import { ParquetReadSchema } from '../io/formats/parquet/parquet-read-options.ts';
import { parquetReader } from '../io/formats/parquet/parquet-reader.ts';
import { ParquetWriteSchema } from '../io/formats/parquet/parquet-write-options.ts';
import { parquetWriter } from '../io/formats/parquet/parquet-writer.ts';
import { TextReadSchema } from '../io/formats/text/text-read-options.ts';
import { textReader } from '../io/formats/text/text-reader.ts';
import { TextWriteSchema, textWriter } from '../io/formats/text/text-writer.ts';
import { discard } from '../io/memory/discard.ts';
import { forEach, forEachOptions } from '../io/memory/for-each.ts';
import { inputReader } from '../io/memory/input-reader.ts';
import { none } from './component.ts';

/** Readers and writers. */
export const files: readonly Component[] = [
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
  component(
    'reader',
    'records',
    'Records that stand here by themselves',
    z.strictObject({ records: z.array(z.json()).min(1).describe('The records') }),
    ({ records }) => inputReader(records),
    'records',
  ),
  component('writer', 'discard', 'Nothing: counts records and lets them go', none, () => discard()),
  component(
    'writer',
    'for_each',
    'Calls a function for each record',
    forEachOptions.extend({
      to: functionOption(['record', 'context'], 'What is called; a promise is waited for', {
        expression: false,
      }),
    }),
    ({ to, ...options }) => forEach(to as never, options),
    'to',
  ),
];

/** A component of files: its options with `paths` among them, or `path` where it writes. */
function file(
  kind: 'reader' | 'writer',
  name: string,
  summary: string,
  options: z.ZodObject,
  create: (path: never, options: never) => unknown,
): Component {
  const [key, path] = kind === 'reader' ? (['paths', readPaths] as const) : (['path', writePath] as const);
  return component(
    kind,
    name,
    summary,
    options.safeExtend({ [key]: path }),
    ({ [key]: at, ...rest }) => create(at as never, rest as never),
    key,
  );
}
