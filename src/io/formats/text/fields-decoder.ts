import { batch, formatOrigin, PickedOrigin } from '../../../core/batch.ts';
import { MillraceError } from '../../../core/errors.ts';
import { type RecordBuilder, recordBuilder } from '../../../core/record-builder.ts';
import { formatSize } from '../../../core/size.ts';
import type { Batch, Origin } from '../../../interfaces/batch.ts';
import type { DecodeContext, Decoder, DecoderPosition } from '../../../interfaces/format.ts';
import { groupNames } from './text-read-options.ts';

/** Makes objects of text by the named groups of a pattern; the text comes from another decoder. */
export class FieldsDecoder<T> implements Decoder<T> {
  readonly #context: DecodeContext;
  readonly #texts: Decoder<string>;
  readonly #pattern: RegExp;
  readonly #maxBytes: number;
  readonly #build: RecordBuilder;
  #fatal: { readonly error: unknown } | undefined;

  /** Texts longer than `maxBytes` are not tried: a pattern may take time with the square of their length. */
  constructor(context: DecodeContext, texts: Decoder<string>, pattern: RegExp, maxBytes: number) {
    this.#context = context;
    this.#texts = texts;
    this.#pattern = pattern;
    this.#maxBytes = maxBytes;
    this.#build = recordBuilder(groupNames(pattern).map((name) => ({ name, from: name })));
  }

  decode(chunk: Uint8Array): Batch<T> | undefined {
    if (this.#fatal !== undefined) throw this.#fatal.error;
    return this.#match(this.#texts.decode(chunk));
  }

  flush(): Batch<T> | undefined {
    if (this.#fatal !== undefined) throw this.#fatal.error;
    return this.#match(this.#texts.flush());
  }

  position(): DecoderPosition | undefined {
    return this.#fatal === undefined ? this.#texts.position?.() : undefined;
  }

  /** Records before the one that ends the run still leave; what ends it is thrown by the next call. */
  #match(texts: Batch<string> | undefined): Batch<T> | undefined {
    if (texts === undefined) return undefined;
    const records: T[] = [];
    const indices: number[] = [];
    try {
      for (let index = 0; index < texts.records.length; index++) {
        const text: unknown = texts.records[index];
        // What a policy put in the place of a text is a record already.
        if (typeof text !== 'string') {
          records.push(text as T);
          indices.push(index);
          continue;
        }
        const found = this.#tooLong(text) ? null : this.#pattern.exec(text);
        const replacement =
          found === null ? this.#refuse(texts, index) : { record: this.#build(found.groups) };
        if (replacement === undefined) continue;
        records.push(replacement.record as T);
        indices.push(index);
      }
    } catch (error) {
      if (records.length === 0) throw error;
      this.#fatal = { error };
    }
    if (records.length === 0) return undefined;
    const all = records.length === texts.records.length;
    return batch(records, all ? texts.origin : new PickedOrigin(texts.origin, indices));
  }

  #tooLong(text: string): boolean {
    if (text.length * 3 <= this.#maxBytes) return false;
    return text.length > this.#maxBytes || Buffer.byteLength(text) > this.#maxBytes;
  }

  #refuse({ records, origin: of }: Batch<string>, index: number) {
    const text = records[index]!;
    const origin = of.at(index);
    const error = this.#tooLong(text) ? tooLong(origin, this.#maxBytes) : mismatch(origin);
    return this.#context.failed({ error, origin, raw: of.raw?.(index) ?? text });
  }
}

function mismatch(origin: Origin): MillraceError {
  return new MillraceError(
    'ERR_PATTERN',
    `Cannot read ${formatOrigin(origin)}: the text does not match the pattern of the fields`,
    { origin, hint: 'Widen the pattern, or set onError to skip or dead-letter such records.' },
  );
}

function tooLong(origin: Origin, maxMatchBytes: number): MillraceError {
  return new MillraceError(
    'ERR_LIMIT',
    `Cannot read ${formatOrigin(origin)}: the text is longer than ${formatSize(maxMatchBytes)}, the most that is matched`,
    {
      origin,
      hint: 'Raise maxMatchBytes if the pattern is quick on texts of this length.',
      details: { maxMatchBytes },
    },
  );
}
