import { z } from 'zod';
import { parseOptions } from '../../../core/options.ts';
import type { Encoder } from '../../../interfaces/format.ts';
import type { Writer } from '../../../interfaces/writer.ts';
import { type FileWriteOptions, fileWriteFields } from '../../bytes/file-options.ts';
import { fileWriter } from '../../bytes/file-writer.ts';
import { GATHERED_UNITS, TextGathering } from '../../bytes/text-gathering.ts';
import { jsonText } from '../json/json-text.ts';

/** Options of `ndjson.write`: those of all files. */
export interface NdjsonWriteOptions extends FileWriteOptions {}

export const NdjsonWriteSchema = z.strictObject(fileWriteFields);

/**
 * Writes newline-delimited JSON: one record a line. A path of `-` is stdout. The file appears wholly
 * when the run is done, or not at all, unless `append` is set.
 *
 * A record that JSON cannot say (`undefined`, BigInt, a cycle) fails with `ERR_ENCODE`.
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
  return fileWriter<T>({ name: 'ndjson', path, options: settings, encoder: () => ndjsonEncoder });
}

/** Has no state: one serves all files. */
export const ndjsonEncoder: Encoder<unknown> = Object.freeze({
  encode(records: readonly unknown[]): Uint8Array {
    const gathering = new TextGathering();
    let text = '';
    for (let index = 0; index < records.length; index++) {
      text += `${jsonText(records[index], index)}\n`;
      if (text.length < GATHERED_UNITS) continue;
      gathering.add(text);
      text = '';
    }
    gathering.add(text);
    return gathering.take();
  },
  finish: () => '',
});
