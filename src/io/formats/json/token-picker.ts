import type { Assembler } from 'stream-json/core/assembler.js';
import type { jsonParser, Token } from 'stream-json/core/parser.js';
import type { Origin } from '../../../interfaces/batch.ts';
import type { DecodeContext } from '../../../interfaces/format.ts';
import { longRecord } from '../../bytes/record-limit.ts';
import { numberOf } from './big-integers.ts';
import { tooManyKeys } from './json-error.ts';
import type { Step } from './json-path.ts';
import { type Match, PathMatcher } from './path-matcher.ts';
import type { Entry, RecordSettings } from './record-parser.ts';

/** Bytes of a value besides what is in it. */
const BRACKETS = 2;
const QUOTES = 2;
/** `true` and `null`; `false` has one more. */
const LITERAL = 4;
/** The quotes and the colon of a key. */
const KEY = 3;

/** The slice of stream-json that is used; it is loaded when it is needed. */
export interface StreamJson {
  readonly jsonParser: typeof jsonParser;
  readonly Assembler: typeof Assembler;
}

export interface PickSettings extends RecordSettings {
  readonly paths: readonly (readonly Step[])[];
}

/** Where the values start, in the order of their tokens. */
export interface ValueStarts {
  /** The first token of the next value is taken. */
  next(): void;
  /** The origin of that value, as the next record. */
  origin(): Origin;
}

/** Builds the values that any of several paths lead to from tokens; keeps nothing of others. */
export class TokenPicker {
  /** The values that are whole, and their origins: the caller takes them away. */
  records: unknown[] = [];
  origins: Origin[] = [];
  /** Where the value that is being built started. */
  origin: Origin | undefined;
  readonly #settings: PickSettings;
  readonly #streamJson: StreamJson;
  readonly #starts: ValueStarts;
  readonly #failed: DecodeContext['failed'];
  readonly #matcher: PathMatcher;
  #assembler: Assembler;
  #match: Match = 'none';
  /** Whether the value that is being built is beyond a limit: the rest of it is dropped. */
  #over = false;
  /** Arrays and objects of it that are open. */
  #depth = 0;
  #keys = 0;
  /** About the bytes of its text without white space and commas: never more than there are. */
  #bytes = 0;
  /** The key, string or number under way. */
  #text = '';
  #wanted = false;

  constructor(
    settings: PickSettings,
    streamJson: StreamJson,
    starts: ValueStarts,
    failed: DecodeContext['failed'],
  ) {
    this.#settings = settings;
    this.#streamJson = streamJson;
    this.#starts = starts;
    this.#failed = failed;
    this.#matcher = new PathMatcher(settings.paths);
    this.#assembler = new streamJson.Assembler({ numberAsString: true });
  }

  /** Throws what `failed` throws. */
  take(token: Token): void {
    switch (token.name) {
      case 'startObject':
      case 'startArray':
        this.#begin(BRACKETS);
        this.#open(token);
        break;
      case 'endObject':
      case 'endArray':
        this.#close(token);
        break;
      case 'startString':
        this.#begin(QUOTES);
        break;
      case 'startNumber':
        this.#begin(0);
        break;
      case 'startKey':
        this.#beginKey();
        break;
      case 'stringChunk':
      case 'numberChunk':
        this.#add(token.value);
        break;
      case 'endKey':
        this.#endKey();
        break;
      case 'endString':
        this.#end({ name: 'stringValue', value: this.#text });
        break;
      case 'endNumber':
        this.#end({ name: 'numberValue', value: this.#number() });
        break;
      default:
        this.#begin(LITERAL);
        this.#end(token);
    }
  }

  #open(token: Token): void {
    if (this.origin === undefined) this.#matcher.open(token.name === 'startArray');
    else {
      this.#depth++;
      this.#build(token);
    }
  }

  #close(token: Token): void {
    if (this.origin === undefined) this.#matcher.close();
    else {
      this.#depth--;
      this.#end(token);
    }
  }

  #endKey(): void {
    if (this.origin === undefined) this.#matcher.member(this.#text);
    else this.#build({ name: 'keyValue', value: this.#text });
  }

  #beginKey(): void {
    this.#text = '';
    this.#wanted = this.origin !== undefined || this.#matcher.wantsKey;
    if (this.origin === undefined) return;
    this.#grow(KEY);
    const { maxKeys } = this.#settings;
    if (++this.#keys > maxKeys && !this.#over) this.#fail(tooManyKeys(this.origin, maxKeys));
  }

  #begin(bytes: number): void {
    this.#starts.next();
    if (this.origin === undefined) {
      this.#match = this.#matcher.value();
      if (this.#match !== 'none') this.#pick();
    }
    this.#text = '';
    this.#wanted = this.origin !== undefined;
    this.#grow(bytes);
  }

  #pick(): void {
    this.origin = this.#starts.origin();
    this.#over = false;
    this.#keys = 0;
    this.#bytes = this.#match === 'entry' ? this.#matcher.key.length : 0;
  }

  /** Of a key that is not part of a record no more is kept than a record may have. */
  #add(chunk: string): void {
    if (!this.#wanted) return;
    if (this.origin !== undefined) this.#grow(Buffer.byteLength(chunk));
    if (this.#over || this.#text.length > this.#settings.maxRecordBytes) return;
    this.#text += chunk;
  }

  #grow(bytes: number): void {
    if (this.origin === undefined || this.#over) return;
    this.#bytes += bytes;
    const { maxRecordBytes } = this.#settings;
    if (this.#bytes > maxRecordBytes) this.#fail(longRecord('value', this.origin, maxRecordBytes));
  }

  #fail(error: Error): void {
    const origin = this.origin!;
    this.#over = true;
    this.#text = '';
    this.#assembler = new this.#streamJson.Assembler({ numberAsString: true });
    const replacement = this.#failed({ error, origin });
    if (replacement !== undefined) this.#give(replacement.record, origin);
  }

  #build(token: Token): void {
    if (!this.#over) this.#assembler.consume(token);
  }

  #end(token: Token): void {
    if (this.origin === undefined) return;
    this.#build(token);
    if (this.#depth > 0) return;
    const value: unknown = this.#assembler.current;
    const entry = (): Entry => ({ key: this.#matcher.key, value });
    if (!this.#over) this.#give(this.#match === 'entry' ? entry() : value, this.origin);
    this.origin = undefined;
  }

  #give(record: unknown, origin: Origin): void {
    this.records.push(record);
    this.origins.push(origin);
  }

  /** The assembler keeps a number as it is: it was told that numbers are text. */
  #number(): string {
    return numberOf(this.#text, this.#settings.bigints) as string;
  }
}
