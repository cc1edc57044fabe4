import type { Token } from 'stream-json/core/parser.js';
import { batch } from '../../../core/batch.ts';
import { toError } from '../../../core/errors.ts';
import type { Batch, BatchOrigin, Origin } from '../../../interfaces/batch.ts';
import type { DecodeContext, Decoder } from '../../../interfaces/format.ts';
import { fileOrigin } from '../../bytes/file-origin.ts';
import { Utf8Text } from '../../bytes/utf8-text.ts';
import { Envelope } from './envelope.ts';
import { faultError, truncatedError } from './json-error.ts';
import type { JsonFault } from './json-fault.ts';
import type { Step } from './json-path.ts';
import type { RecordSettings } from './record-parser.ts';
import { type StreamJson, TokenPicker, type ValueStarts } from './token-picker.ts';

export interface PickDecoderSettings extends RecordSettings {
  readonly paths: readonly (readonly Step[])[];
  readonly maxDepth: number;
  /** Whether one document may follow another. */
  readonly many: boolean;
}

/**
 * Decodes the values that any of several paths lead to, token by token: of what is around them nothing is
 * kept, however large it is. stream-json gives the tokens. It tells no places: whether the bytes are JSON
 * and where its values start is found out beside it, and it gets only bytes that are in order.
 */
export class PickDecoder<T> implements Decoder<T> {
  readonly #context: DecodeContext;
  readonly #many: boolean;
  readonly #envelope: Envelope;
  readonly #starts: StartQueue;
  readonly #text = new Utf8Text();
  readonly #parse: ReturnType<StreamJson['jsonParser']>;
  readonly #picker: TokenPicker;
  /** A number or word that is not judged yet. */
  #held: Uint8Array = new Uint8Array(0);
  #byte: number;
  #fatal: { readonly error: unknown } | undefined;

  constructor(context: DecodeContext, settings: PickDecoderSettings, streamJson: StreamJson) {
    const { maxDepth, many } = settings;
    const starts = new StartQueue(context);
    this.#context = context;
    this.#many = many;
    this.#starts = starts;
    this.#byte = context.offset ?? 0;
    const onValue = (at: number) => starts.push(this.#byte + at, this.#envelope.line);
    this.#envelope = new Envelope({ maxDepth, many, onValue });
    this.#parse = streamJson.jsonParser({ packValues: false, streamValues: true, jsonStreaming: many });
    this.#picker = new TokenPicker(settings, streamJson, starts, (failure) => context.failed(failure));
  }

  decode(chunk: Uint8Array): Batch<T> | undefined {
    if (this.#fatal !== undefined) throw this.#fatal.error;
    this.#envelope.scan(chunk, 0);
    const { fault } = this.#envelope;
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const checked =
      fault === undefined ? bytes.length - this.#envelope.pending : this.#held.length + fault.at;
    this.#held = bytes.subarray(checked);
    this.#pick(this.#text.decode(bytes.subarray(0, checked)));
    if (fault !== undefined) this.#fail(fault);
    this.#byte += chunk.length;
    return this.#taken();
  }

  flush(): Batch<T> | undefined {
    if (this.#fatal !== undefined) throw this.#fatal.error;
    const envelope = this.#envelope;
    envelope.finish();
    if (envelope.fault !== undefined) {
      this.#fail(envelope.fault);
      return this.#taken();
    }
    if (!envelope.done && !(this.#many && envelope.untouched)) {
      throw truncatedError(this.#origin(0), envelope.untouched, this.#picker.origin);
    }
    // White space ends a number or a word at the root.
    this.#pick(`${this.#text.decode(this.#held)} `);
    return this.#taken();
  }

  #pick(text: string): void {
    const tokens = this.#tokens(this.#many ? text.replaceAll('\x1e', ' ') : text);
    try {
      for (const token of tokens) this.#picker.take(token);
    } catch (error) {
      this.#fatal ??= { error };
    }
  }

  /** The parser gets nothing that was not checked; should it be stricter, it is believed. */
  #tokens(text: string): readonly Token[] {
    try {
      const found = this.#parse(text);
      return typeof found === 'object' ? found.values : [];
    } catch (error) {
      this.#fail({ at: 0, code: 'ERR_JSON_SYNTAX', found: toError(error).message });
      return [];
    }
  }

  #fail(fault: JsonFault): void {
    this.#fatal ??= { error: faultError(fault, this.#origin(fault.at)) };
  }

  /** The place `bytesOn` from the start of the chunk. */
  #origin(bytesOn: number): Origin {
    return fileOrigin(this.#context, this.#starts.record, this.#envelope.line, this.#byte + bytesOn);
  }

  #taken(): Batch<T> | undefined {
    const { records, origins } = this.#picker;
    if (records.length > 0) {
      this.#picker.records = [];
      this.#picker.origins = [];
      return batch(records as T[], new ListedOrigin(this.#context.source, origins));
    }
    if (this.#fatal !== undefined) throw this.#fatal.error;
    return undefined;
  }
}

/** Where values start whose first token has not come. */
class StartQueue implements ValueStarts {
  /** Number of the next record. */
  record = 1;
  readonly #context: DecodeContext;
  #places: number[] = [];
  #taken = 0;

  constructor(context: DecodeContext) {
    this.#context = context;
  }

  push(byte: number, line: number): void {
    if (this.#taken === this.#places.length) {
      this.#places = [];
      this.#taken = 0;
    }
    this.#places.push(byte, line);
  }

  next(): void {
    this.#taken += 2;
  }

  origin(): Origin {
    const [byte, line] = this.#places.slice(this.#taken - 2, this.#taken) as [number, number];
    return fileOrigin(this.#context, this.record++, line, byte);
  }
}

class ListedOrigin implements BatchOrigin {
  readonly source: string;
  readonly #origins: readonly Origin[];

  constructor(source: string, origins: readonly Origin[]) {
    this.source = source;
    this.#origins = origins;
  }

  at(index: number): Origin {
    return this.#origins[index]!;
  }
}
