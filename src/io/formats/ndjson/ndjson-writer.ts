import { z } from 'zod';
import { parseOptions } from '../../../core/options.ts';
import type { Encoder } from '../../../interfaces/format.ts';
import type { Writer } from '../../../interfaces/writer.ts';
import { type FileWriteOptions, fileWriteFields } from '../../bytes/file-options.ts';
import { fileWriter } from '../../bytes/file-writer.ts';
import { GATHERED_UNITS, TextGathering } from '../../bytes/text-gathering.ts';
import { type BigIntText, bigIntTextSchema, type JsonTextOptions, jsonText } from '../json/json-text.ts';

/** Options of `ndjson.write`: those of all files, and what a BigInt becomes. */
export interface NdjsonWriteOptions extends FileWriteOptions {
  /** What a BigInt becomes: the digits of a number, text, or a failure of its record. @default 'fail' */
  readonly bigints?: BigIntText | undefined;
}

export const NdjsonWriteSchema = z.strictObject({ ...fileWriteFields, bigints: bigIntTextSchema });

/**
 * Writes newline-delimited JSON: one record a line. A path of `-` is stdout. The file appears wholly
 * when the run is done, or not at all, unless `append` is set.
 *
 * A record that JSON cannot say (`undefined`, a cycle, by default BigInt) fails with `ERR_ENCODE`.
 *
 * @throws MillraceError `ERR_OPTIONS`. The run fails with `ERR_NOT_FOUND`, `ERR_NOT_A_FILE`,
 * `ERR_PERMISSION`, `ERR_SPACE`, `ERR_IO`, `ERR_OUTPUT_CLOSED`.
 * @example
 * ```ts
 * import { from, ndjson, pipeline, run } from 'millrace';
 *
 * await run(pipeline('squares', [from([1, 4, 9]).to(ndjson.write('squares.ndjson.gz'))]));
 * ```
 */
export function ndjsonWriter<T>(path: string | URL, options: NdjsonWriteOptions = {}): Writer<T> {
  const settings = parseOptions(NdjsonWriteSchema, options, 'ndjson.write');
  const { bigints } = settings;
  // It has no state: one serves all files.
  const encoder = ndjsonEncoder({ bigints });
  return fileWriter<T>({ name: 'ndjson', path, options: settings, encoder: () => encoder, resumable: true });
}

export function ndjsonEncoder(options: Pick<JsonTextOptions, 'bigints'> = {}): Encoder<unknown> {
  return Object.freeze({
    encode(records: readonly unknown[]): Uint8Array {
      const gathering = new TextGathering();
      let text = '';
      for (let index = 0; index < records.length; index++) {
        text += `${jsonText(records[index], index, options)}\n`;
        if (text.length < GATHERED_UNITS) continue;
        gathering.add(text);
        text = '';
      }
      gathering.add(text);
      return gathering.take();
    },
    finish: () => '',
  });
}
