import { z } from 'zod';
import { MillraceError } from '../../../core/errors.ts';
import { parseOptions } from '../../../core/options.ts';
import type { Encoder } from '../../../interfaces/format.ts';
import type { Writer } from '../../../interfaces/writer.ts';
import { type FileWriteOptions, fileWriteFields } from '../../bytes/file-options.ts';
import { fileWriter } from '../../bytes/file-writer.ts';

/** Options of `text.write`: those of all files. */
export interface TextWriteOptions extends FileWriteOptions {}

export const TextWriteSchema = z.strictObject(fileWriteFields);

/**
 * Writes strings, each followed by a line feed. A string that has line feeds in it becomes several
 * lines; a record that is not a string fails with `ERR_ENCODE`. A path of `-` is stdout. The file
 * appears wholly when the run is done, or not at all, unless `append` is set.
 *
 * @throws MillraceError `ERR_OPTIONS`. The run fails with `ERR_NOT_FOUND`, `ERR_NOT_A_FILE`,
 * `ERR_PERMISSION`, `ERR_SPACE`, `ERR_IO`, `ERR_OUTPUT_CLOSED`.
 * @example
 * ```ts
 * import { from, pipeline, run, text } from 'millrace';
 *
 * await run(pipeline('greeting', [from(['hello', 'world']).to(text.write('greeting.txt'))]));
 * ```
 */
export function textWriter(path: string | URL, options: TextWriteOptions = {}): Writer<string> {
  const settings = parseOptions(TextWriteSchema, options, 'text.write');
  const encoder = () => lineEncoder;
  return fileWriter<string>({ name: 'text', path, options: settings, encoder, resumable: true });
}

/** Has no state: one serves all files. */
export const lineEncoder: Encoder<string> = Object.freeze({
  encode(records: readonly string[]): string {
    const wrong = records.findIndex((record) => typeof record !== 'string');
    if (wrong === -1) return records.length === 0 ? '' : `${records.join('\n')}\n`;
    throw new MillraceError(
      'ERR_ENCODE',
      `Cannot encode record ${wrong + 1} of a batch as text: it is ${kindOf(records[wrong])}, not a string`,
      { hint: 'Map the records to strings first, or write another format.', details: { index: wrong } },
    );
  },
  finish: () => '',
});

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
}
