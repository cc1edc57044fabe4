import { batch } from '../../../core/batch.ts';
import { checkedPosition } from '../../../core/changed-error.ts';
import type { Batch } from '../../../interfaces/batch.ts';
import type { DecodeContext, Decoder, DecoderPosition } from '../../../interfaces/format.ts';
import { ByteOrigin, lineFeeds } from '../../bytes/byte-origin.ts';
import { fileOrigin } from '../../bytes/file-origin.ts';
import { faultError, truncatedError } from './json-error.ts';
import { RecordParser, type RecordSettings } from './record-parser.ts';
import { ScanStateSchema, ValueScanner } from './value-scanner.ts';

export interface ValuesDecoderSettings extends RecordSettings {
  readonly maxDepth: number;
  /** Whether the file holds one value and no more. */
  readonly single: boolean;
}

/**
 * Decodes values that stand one after another, as in a JSON text sequence; or the one value of a
 * document. The ends of the values are found first; then those of a whole piece are parsed at once.
 */
export class ValuesDecoder<T> implements Decoder<T> {
  readonly #context: DecodeContext;
  readonly #settings: ValuesDecoderSettings;
  readonly #scanner: ValueScanner;
  readonly #parser: RecordParser<T>;
  /** The value under way, so far; empty when there is none, or when it is too long to be kept. */
  #parts: Uint8Array[] = [];
  #partBytes = 0;
  /** Place of what is held, or else of what comes next. */
  #byte: number;
  #line: number;
  #record: number;
  #fatal: { readonly error: unknown } | undefined;

  constructor(context: DecodeContext, settings: ValuesDecoderSettings) {
    this.#context = context;
    this.#settings = settings;
    const { from } = context;
    const where = context.file ?? context.source;
    const state = from?.state === undefined ? undefined : checkedPosition(ScanStateSchema, from.state, where);
    this.#scanner = new ValueScanner(settings.maxDepth, settings.single, state);
    this.#parser = new RecordParser(context, settings, 'values');
    this.#byte = context.offset ?? 0;
    this.#line = from?.line ?? 1;
    this.#record = from?.record ?? 1;
  }

  position(): DecoderPosition | undefined {
    if (this.#fatal !== undefined) return undefined;
    const state = this.#scanner.snapshot();
    return { byte: this.#byte, line: this.#line, record: this.#record, state };
  }

  decode(chunk: Uint8Array): Batch<T> | undefined {
    if (this.#fatal !== undefined) throw this.#fatal.error;
    const scanner = this.#scanner;
    const before = this.#partBytes;
    const spans: number[] = [];
    scanner.scan(chunk, before, spans);
    const kept = scanner.within && scanner.start !== -1;
    const growing = kept && scanner.fault === undefined;
    const long = before + chunk.length > this.#settings.maxRecordBytes;
    if (growing && before > 0 && spans.length === 0 && !long) {
      this.#hold(chunk);
      return undefined;
    }
    if (kept && !growing) this.#addLong(scanner.fault!.at + before, spans);
    const bytes = before === 0 ? chunk : Buffer.concat([...this.#parts, chunk]);
    return this.#take(bytes, growing ? this.#rest(bytes, spans) : bytes.length, spans, before);
  }

  flush(): Batch<T> | undefined {
    if (this.#fatal !== undefined) throw this.#fatal.error;
    const { mayEnd, within } = this.#scanner;
    const start = fileOrigin(this.#context, this.#record, this.#line, this.#byte);
    if (this.#partBytes === 0) {
      if (within && !mayEnd) throw truncatedError(start, false);
      if (this.#settings.single && this.#record === 1) throw truncatedError(start, true);
      return undefined;
    }
    const bytes = Buffer.concat(this.#parts);
    if (mayEnd) return this.#take(bytes, bytes.length, [0, bytes.length], 0);
    const line = this.#line + lineFeeds(bytes, 0, bytes.length);
    const end = fileOrigin(this.#context, this.#record, line, this.#byte + bytes.length);
    throw truncatedError(end, false, start);
  }

  #hold(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#partBytes += bytes.length;
  }

  /** Where the value under way starts. One that is too long already is added to `spans` instead. */
  #rest(bytes: Uint8Array, spans: number[]): number {
    const { start } = this.#scanner;
    const long = this.#addLong(bytes.length, spans);
    this.#scanner.start = long ? -1 : 0;
    return long ? bytes.length : start;
  }

  /** Whether the value under way is too long up to index `to`. */
  #addLong(to: number, spans: number[]): boolean {
    const { start } = this.#scanner;
    const long = to - start > this.#settings.maxRecordBytes;
    if (long) spans.push(start, to);
    return long;
  }

  /** Makes records of the values in `spans`, and holds the bytes from `rest` on. */
  #take(bytes: Uint8Array, rest: number, spans: number[], before: number): Batch<T> | undefined {
    const { source, file, converted } = this.#context;
    const place = { byte: this.#byte, line: this.#line, record: this.#record };
    const piece = { source, file, converted, bytes, ...place };
    const { fault } = this.#scanner;
    this.#byte += rest;
    this.#line += lineFeeds(bytes, 0, rest);
    this.#record += spans.length / 2;
    this.#parts = [];
    this.#partBytes = 0;
    if (rest < bytes.length) this.#hold(bytes.subarray(rest));
    const dropped: number[] = [];
    const origin = new ByteOrigin(piece, spans, dropped);
    const records = this.#parser.all(bytes, spans) ?? this.#parser.each(bytes, spans, origin, dropped);
    this.#fatal = this.#parser.thrown;
    if (fault !== undefined && this.#fatal === undefined) {
      const at = new ByteOrigin(piece, [fault.at + before]).atPlace(0);
      this.#fatal = { error: faultError(fault, { ...at, record: this.#record }) };
    }
    if (records.length > 0) return batch(records, origin);
    if (this.#fatal !== undefined) throw this.#fatal.error;
    return undefined;
  }
}
