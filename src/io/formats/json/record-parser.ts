import type { DecodeFailure } from '../../../interfaces/failure.ts';
import type { DecodeContext } from '../../../interfaces/format.ts';
import { type ByteOrigin, type Spans, utf8 } from '../../bytes/byte-origin.ts';
import { longRecord, rawHead } from '../../bytes/record-limit.ts';
import { type BigIntegers, parseJson } from './big-integers.ts';
import { syntaxError, tooManyKeys } from './json-error.ts';

export interface RecordSettings {
  readonly maxRecordBytes: number;
  readonly maxKeys: number;
  readonly bigints: BigIntegers;
}

/** Elements of an array, members of an object, or values with nothing but white space between them. */
export type RecordKind = 'elements' | 'members' | 'values';

/** A member of an object as a record. */
export interface Entry {
  readonly key: string;
  readonly value: unknown;
}

const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;

/** Longer texts leave the young heap, and take a quarter longer to parse. */
const TEXT_BYTES = 64 * 2 ** 10;

/** A key takes two quotes, a colon, a value and a comma: so fewer bytes cannot hold too many keys. */
const KEY_BYTES = 5;

/** Makes records of the texts of values or of members, many at once or each by itself. */
export class RecordParser<T> {
  /** The most bytes that are within every limit, whatever is in them. */
  readonly safeBytes: number;
  /** What a policy threw: nothing is read any more. */
  thrown: { readonly error: unknown } | undefined;
  readonly #context: DecodeContext;
  readonly #settings: RecordSettings;
  readonly #kind: RecordKind;

  constructor(context: DecodeContext, settings: RecordSettings, kind: RecordKind) {
    this.#context = context;
    this.#settings = settings;
    this.#kind = kind;
    this.safeBytes = Math.min(settings.maxRecordBytes, settings.maxKeys * KEY_BYTES);
  }

  /** The values of a text that separates them by commas; `undefined` when one of them is faulty. */
  values(text: string): T[] | undefined {
    try {
      return parseJson(`[${text}]`, this.#settings.bigints) as T[];
    } catch {
      return undefined;
    }
  }

  /** The records in `spans`, when each is known to be safe and none is faulty. */
  all(bytes: Uint8Array, spans: Spans, colons: readonly number[] = []): T[] | undefined {
    for (let at = 0; at < spans.length; at += 2) {
      if (spans[at + 1]! - spans[at]! > this.safeBytes) return undefined;
    }
    if (this.#kind === 'elements') return this.#listed(bytes, spans, spans.length / 2);
    if (this.#kind === 'values') return this.#listed(withCommas(bytes, spans), spans, spans.length / 2);
    const list = Buffer.from(bytes);
    for (const colon of colons) list[colon] = COMMA;
    const flat = this.#listed(list, spans, spans.length) as unknown[] | undefined;
    return flat === undefined ? undefined : (entriesOf(flat) as T[]);
  }

  /** Parses bytes with commas between the spans, in texts that stay in the young heap. */
  #listed(bytes: Uint8Array, spans: Spans, count: number): T[] | undefined {
    const records: T[] = [];
    for (let at = 0, from = spans[0]; from !== undefined; at += 2) {
      const end = spans[at + 1]!;
      const next = spans[at + 2];
      if (next !== undefined && next !== end && end - from < TEXT_BYTES) continue;
      const values = this.values(utf8(bytes, from, end));
      if (values === undefined) return undefined;
      for (const value of values) records.push(value);
      from = next;
    }
    return records.length === count ? records : undefined;
  }

  /** One by one; the bad ones are reported. `dropped` gets the places of those that are left out. */
  each(bytes: Uint8Array, spans: Spans, origin: ByteOrigin, dropped: number[]): T[] {
    const records: T[] = [];
    try {
      for (let place = 0; place * 2 < spans.length; place++) {
        const piece = bytes.subarray(spans[place * 2], spans[place * 2 + 1]);
        const failure = this.#one(piece, place, origin, records);
        if (failure === undefined) continue;
        const replacement = this.#context.failed(failure);
        if (replacement === undefined) dropped.push(place);
        else records.push(replacement.record as T);
      }
    } catch (error) {
      this.thrown = { error };
    }
    return records;
  }

  #one(bytes: Uint8Array, place: number, at: ByteOrigin, records: T[]): DecodeFailure | undefined {
    const { maxRecordBytes } = this.#settings;
    if (bytes.length > maxRecordBytes) {
      const origin = at.atPlace(place);
      const raw = rawHead(utf8(bytes, 0, maxRecordBytes), maxRecordBytes);
      return { error: longRecord('element', origin, maxRecordBytes), origin, raw };
    }
    const raw = utf8(bytes, 0, bytes.length);
    if (this.#hasTooManyKeys(bytes)) {
      const origin = at.atPlace(place);
      return {
        error: tooManyKeys(origin, this.#settings.maxKeys),
        origin,
        raw: rawHead(raw, maxRecordBytes),
      };
    }
    try {
      records.push((this.#kind === 'members' ? this.#entry(raw) : this.#value(raw)) as T);
      return undefined;
    } catch (cause) {
      const origin = at.atPlace(place);
      return { error: syntaxError(origin, cause), origin, raw };
    }
  }

  #value(text: string): unknown {
    return parseJson(text, this.#settings.bigints);
  }

  #entry(text: string): Entry {
    const member = this.#value(`{${text}}`) as Record<string, unknown>;
    const [key] = Object.keys(member) as [string];
    return { key, value: member[key] };
  }

  #hasTooManyKeys(bytes: Uint8Array): boolean {
    const { maxKeys } = this.#settings;
    if (bytes.length <= maxKeys * KEY_BYTES) return false;
    return colonsOutsideStrings(bytes) - (this.#kind === 'members' ? 1 : 0) > maxKeys;
  }
}

/** A copy of values, with a comma in the gap behind each that has one. */
function withCommas(bytes: Uint8Array, spans: Spans): Uint8Array {
  const list = Buffer.from(bytes);
  for (let at = 1; at < spans.length - 1; at += 2) {
    const next = spans[at + 1]!;
    if (spans[at]! < next) list.fill(SPACE, spans[at], next)[spans[at]!] = COMMA;
  }
  return list;
}

/** Of keys and values in turn. */
function entriesOf(flat: readonly unknown[]): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < flat.length; at += 2) entries.push({ key: flat[at] as string, value: flat[at + 1] });
  return entries;
}

function colonsOutsideStrings(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at++) {
    const unit = bytes[at]!;
    if (unit === COLON) count++;
    else if (unit === QUOTE) {
      for (at++; at < bytes.length && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++;
    }
  }
  return count;
}
