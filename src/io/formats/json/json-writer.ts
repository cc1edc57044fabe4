import { z } from 'zod';
import { parseOptions } from '../../../core/options.ts';
import type { Encoder } from '../../../interfaces/format.ts';
import type { Writer } from '../../../interfaces/writer.ts';
import { type FileWriteOptions, fileWriteFields } from '../../bytes/file-options.ts';
import { fileWriter } from '../../bytes/file-writer.ts';
import { GATHERED_UNITS, TextGathering } from '../../bytes/text-gathering.ts';
import { type BigIntText, bigIntTextSchema, type JsonTextOptions, jsonText } from './json-text.ts';

/** Options of `json.write`: those of all files but `append`, and the indentation. */
export interface JsonWriteOptions extends Omit<FileWriteOptions, 'append'> {
  /** Spaces a level, or the text itself; without it, each record takes one line. */
  readonly indent?: number | string | undefined;
  /** What a BigInt becomes: the digits of a number, text, or a failure of its record. @default 'fail' */
  readonly bigints?: BigIntText | undefined;
}

const { append: _, ...fields } = fileWriteFields;

export const JsonWriteSchema = z.strictObject({
  ...fields,
  indent: z
    .union([z.number().int().min(0).max(10), z.string().regex(/^[ \t]{0,10}$/)])
    .optional()
    .describe('Spaces a level, or the text itself; without it, each record takes one line'),
  bigints: bigIntTextSchema,
});

/**
 * Writes one JSON array, one record a line, or indented; `[]` when there are no records. A path of
 * `-` is stdout. The file appears wholly when the run is done, or not at all.
 *
 * A record that JSON cannot say (`undefined`, a cycle, by default BigInt) fails with `ERR_ENCODE`.
 *
 * @throws MillraceError `ERR_OPTIONS`. The run fails with `ERR_NOT_FOUND`, `ERR_NOT_A_FILE`,
 * `ERR_PERMISSION`, `ERR_SPACE`, `ERR_IO`, `ERR_OUTPUT_CLOSED`.
 * @example
 * ```ts
 * import { from, json, pipeline, run } from 'millrace';
 *
 * await run(pipeline('squares', [from([1, 4, 9]).to(json.write('squares.json', { indent: 2 }))]));
 * ```
 */
export function jsonWriter<T>(path: string | URL, options: JsonWriteOptions = {}): Writer<T> {
  const settings = parseOptions(JsonWriteSchema, options, 'json.write');
  const { indent = '', bigints } = settings;
  const how = { bigints, indent: typeof indent === 'number' ? ' '.repeat(indent) : indent };
  const encoder = () => new ArrayEncoder(how);
  return fileWriter<T>({
    name: 'json',
    path,
    options: settings,
    encoder,
    resumable: true,
    appendable: false,
  });
}

/** Encodes records as the elements of one array. */
export class ArrayEncoder implements Encoder<unknown> {
  readonly #options: JsonTextOptions;
  #begun = false;
  #begunBefore = false;

  constructor(options: JsonTextOptions = {}) {
    this.#options = options;
  }

  encode(records: readonly unknown[]): Uint8Array {
    this.#begunBefore = this.#begun;
    const gathering = new TextGathering();
    let text = '';
    for (let index = 0; index < records.length; index++) {
      text += index === 0 && !this.#begun ? '[\n' : ',\n';
      text += this.#element(records[index], index);
      if (text.length < GATHERED_UNITS) continue;
      gathering.add(text);
      text = '';
    }
    gathering.add(text);
    this.#begun ||= records.length > 0;
    return gathering.take();
  }

  undo(): void {
    this.#begun = this.#begunBefore;
  }

  snapshot(): boolean {
    return this.#begun;
  }

  restore(state: unknown): void {
    this.#begun = state === true;
  }

  finish(): string {
    return this.#begun ? '\n]\n' : '[]\n';
  }

  /** Line feeds within strings are escaped in JSON: those that are there end lines. */
  #element(record: unknown, index: number): string {
    const { indent = '' } = this.#options;
    const text = jsonText(record, index, this.#options);
    return indent === '' ? text : indent + text.replaceAll('\n', `\n${indent}`);
  }
}
