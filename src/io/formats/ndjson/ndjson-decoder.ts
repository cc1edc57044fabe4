import { batch } from '../../../core/batch.ts';
import type { Batch } from '../../../interfaces/batch.ts';
import type { DecodeFailure } from '../../../interfaces/failure.ts';
import type { DecodeContext, Decoder, DecoderPosition } from '../../../interfaces/format.ts';
import { ByteOrigin, type Spans, utf8 } from '../../bytes/byte-origin.ts';
import { DROPPING, type LineBlock, LineBlocks, lineSpans } from '../../bytes/line-blocks.ts';
import { longRecord, rawHead } from '../../bytes/record-limit.ts';
import { type BigIntegers, mayHoldBigIntegers, parseJson } from '../json/big-integers.ts';
import { syntaxError } from '../json/json-error.ts';
import type { FieldReader } from './field-reader.ts';
import { parseTogether } from './parse-together.ts';

const CARRIAGE_RETURN = 13;
const BLANK: ReadonlySet<number> = new Set([32, 9, 13]);

/** Blocks whose lines are parsed one by one after a bad line: the next is seldom far. */
const APART = 8;

/** What a line that is left out becomes. */
const LEFT_OUT = Symbol('left out');

export interface NdjsonDecoderSettings {
  readonly maxRecordBytes: number;
  /** @default 'number' */
  readonly bigints?: BigIntegers;
  /** Records get these fields only. */
  readonly fields?: FieldReader | undefined;
}

/** Decodes one JSON value a line. Blank lines are passed over; a line feed at the end may be missing. */
export class NdjsonDecoder<T> implements Decoder<T> {
  readonly #context: DecodeContext;
  readonly #maxBytes: number;
  readonly #bigints: BigIntegers;
  readonly #blocks: LineBlocks;
  readonly #fields: FieldReader | undefined;
  #line: number;
  #record: number;
  #apart = 0;
  #fatal: { readonly error: unknown } | undefined;

  constructor(context: DecodeContext, settings: NdjsonDecoderSettings) {
    const { maxRecordBytes, bigints = 'number', fields } = settings;
    this.#context = context;
    this.#maxBytes = maxRecordBytes;
    this.#blocks = new LineBlocks(maxRecordBytes, context.offset ?? 0, context.from?.state === DROPPING);
    this.#line = context.from?.line ?? 1;
    this.#record = context.from?.record ?? 1;
    this.#bigints = bigints;
    this.#fields = fields;
  }

  decode(chunk: Uint8Array): Batch<T> | undefined {
    return this.#parse(this.#blocks.push(chunk));
  }

  flush(): Batch<T> | undefined {
    return this.#parse(this.#blocks.flush());
  }

  position(): DecoderPosition | undefined {
    if (this.#fatal !== undefined) return undefined;
    const { next, dropping } = this.#blocks;
    const place = { byte: next, line: this.#line, record: this.#record };
    return dropping ? { ...place, state: DROPPING } : place;
  }

  #parse(block: LineBlock | undefined): Batch<T> | undefined {
    if (this.#fatal !== undefined) throw this.#fatal.error;
    if (block === undefined) return undefined;
    const { bytes, byte } = block;
    const text = utf8(bytes, 0, bytes.length);
    const { source, file, converted } = this.#context;
    const dropped: number[] = [];
    const piece = { source, file, converted, bytes, byte, line: this.#line, record: this.#record };
    const origin = new ByteOrigin(piece, () => spans(bytes, this.#maxBytes), dropped);
    const known = !block.long && (this.#bigints === 'number' || !mayHoldBigIntegers(text));
    const records =
      (known ? this.#together(text) : undefined) ?? this.#each(text, block, known, origin, dropped);
    return records.length === 0 ? undefined : batch(records, origin);
  }

  /** The records of lines that are all good and not blank, the quick way, if there is one. */
  #together(text: string): readonly T[] | undefined {
    if (this.#fields !== undefined) return undefined;
    if (this.#apart > 0) {
      this.#apart--;
      return undefined;
    }
    const values = parseTogether(text);
    if (values === undefined) return undefined;
    this.#line += values.length;
    this.#record += values.length;
    return values as T[];
  }

  /**
   * Records before the one that ends the run still leave; what ends it is thrown by the next call.
   * Shapes that are `known` are read without the parser.
   */
  #each(text: string, block: LineBlock, known: boolean, origin: ByteOrigin, dropped: number[]): readonly T[] {
    const fields = known ? this.#fields : undefined;
    const records: T[] = [];
    let place = 0;
    let lines = 0;
    let from = 0;
    try {
      while (from < text.length) {
        lines++;
        const record = fields?.read(text, from);
        if (record !== undefined) {
          records.push(record as T);
          place++;
          from = fields!.end;
          continue;
        }
        const feed = text.indexOf('\n', from);
        const to = feed === -1 ? text.length : feed;
        if (!isBlank(text, from, to) || (block.long && to - from > this.#maxBytes)) {
          const value = this.#value(text.substring(from, to), block, origin, place);
          if (value === LEFT_OUT) dropped.push(place);
          else records.push(value);
          place++;
        }
        from = to + 1;
      }
    } catch (error) {
      if (records.length === 0) throw error;
      this.#fatal = { error };
    }
    this.#line += lines;
    this.#record += place;
    return records;
  }

  #value(line: string, block: LineBlock, origin: ByteOrigin, place: number): T | typeof LEFT_OUT {
    let failure: DecodeFailure;
    if (block.long && Buffer.byteLength(line) > this.#maxBytes) {
      const at = origin.atPlace(place);
      const error = longRecord('line', at, this.#maxBytes);
      failure = { error, origin: at, raw: rawHead(line, this.#maxBytes) };
    } else {
      try {
        return this.#picked(line, parseJson(line, this.#bigints));
      } catch (cause) {
        const at = origin.atPlace(place);
        failure = { error: syntaxError(at, cause), origin: at, raw: origin.rawAtPlace(place) };
      }
    }
    this.#apart = APART;
    const replacement = this.#context.failed(failure);
    return replacement === undefined ? LEFT_OUT : (replacement.record as T);
  }

  /** Of a record only the fields that are wanted. */
  #picked(line: string, record: unknown): T {
    const fields = this.#fields;
    if (fields === undefined) return record as T;
    fields.learn(line, record);
    return fields.pick(record) as T;
  }
}

/** Where the lines that are not blank lie, without their ends; what is too long is not blank, whatever follows. */
function spans(bytes: Uint8Array, maxBytes: number): Spans {
  const found: number[] = [];
  for (const { from, to } of lineSpans(bytes)) {
    const long = (bytes[to] === CARRIAGE_RETURN ? to + 1 : to) - from > maxBytes;
    if (long || bytes.subarray(from, to).some((unit) => !BLANK.has(unit))) found.push(from, to);
  }
  return found;
}

/** Looks at one character of a line that is not blank. */
function isBlank(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const unit = text.charCodeAt(at);
    if (unit !== 32 && unit !== 13 && unit !== 9) return false;
  }
  return true;
}
