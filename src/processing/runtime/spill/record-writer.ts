import { serialize } from 'node:v8';
import { MillraceError, toError } from '../../../core/errors.ts';
import { type Shapes, Tag } from './shapes.ts';

/** Deeper values, such as those in a circle, are left to `v8.serialize`. */
const MOST_DEPTH = 32;
/** So are longer arrays, which may be full of holes. */
const MOST_ITEMS = 4096;
/** Longer text is written by a native call, shorter faster without. */
const LONG_TEXT = 64;
const BEYOND_LATIN = /[^\0-\xff]/;
/** The length of the values, in front of them. */
const HEAD = 4;

const float = new Float64Array(1);
const floatBytes = new Uint8Array(float.buffer);

/** Too deep to be written value by value. */
const DEEP = Symbol('deep');

/** Writes records: first their values, then the text of all of them, so that it can be read in one piece. */
export class RecordWriter {
  readonly #shapes: Shapes;
  #bytes: Buffer = Buffer.allocUnsafeSlow(4096);
  #at = 0;
  #text: Buffer = Buffer.allocUnsafeSlow(4096);
  #textAt = 0;

  constructor(shapes: Shapes) {
    this.#shapes = shapes;
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  write(value: unknown): number {
    try {
      this.#begin();
      this.#value(value, 0);
    } catch (error) {
      if (error !== DEEP) throw error;
      this.#begin();
      this.#other(value);
    }
    return this.#finish();
  }

  #begin(): void {
    this.#at = HEAD;
    this.#textAt = 0;
  }

  #finish(): number {
    const length = this.#at;
    this.#at = 0;
    this.#uint32(length);
    this.#at = length;
    this.#ensure(this.#textAt);
    this.#text.copy(this.#bytes, length, 0, this.#textAt);
    return length + this.#textAt;
  }

  #value(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'string':
        this.#string(value);
        break;
      case 'number':
        this.#number(value);
        break;
      case 'boolean':
        this.#tag(value ? Tag.true : Tag.false);
        break;
      case 'undefined':
        this.#tag(Tag.undefined);
        break;
      case 'bigint':
        this.#tag(Tag.bigint);
        this.#string(value.toString());
        break;
      case 'object':
        if (value === null) this.#tag(Tag.null);
        else this.#object(value, depth);
        break;
      default:
        throw uncloneable(`a ${typeof value}`);
    }
  }

  #tag(tag: number): void {
    this.#ensure(1);
    this.#bytes[this.#at++] = tag;
  }

  #number(value: number): void {
    this.#ensure(9);
    const bytes = this.#bytes;
    if ((value | 0) === value && !Object.is(value, -0)) {
      bytes[this.#at++] = Tag.integer;
      this.#uint32(value);
      return;
    }
    bytes[this.#at++] = Tag.number;
    this.#float(value);
  }

  #float(value: number): void {
    float[0] = value;
    const bytes = this.#bytes;
    let at = this.#at;
    for (let index = 0; index < 8; index++) bytes[at++] = floatBytes[index]!;
    this.#at = at;
  }

  #uint32(value: number): void {
    const bytes = this.#bytes;
    const at = this.#at;
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
    bytes[at + 3] = value >>> 24;
    this.#at = at + 4;
  }

  /** A length in seven bits a byte: most take one. */
  #length(value: number): void {
    this.#ensure(5);
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#bytes[this.#at++] = rest;
  }

  #string(value: string): void {
    const { length } = value;
    if (this.#textAt + length > this.#text.length) this.#text = grown(this.#text, this.#textAt + length);
    if (length > LONG_TEXT ? this.#longLatin(value) : this.#shortLatin(value)) {
      this.#tag(Tag.latin);
      this.#length(length);
      this.#textAt += length;
      return;
    }
    this.#tag(Tag.wide);
    this.#length(length);
    this.#ensure(length * 2);
    this.#bytes.write(value, this.#at, 'utf16le');
    this.#at += length * 2;
  }

  #shortLatin(value: string): boolean {
    const text = this.#text;
    let at = this.#textAt;
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      if (code > 255) return false;
      text[at++] = code;
    }
    return true;
  }

  #longLatin(value: string): boolean {
    if (BEYOND_LATIN.test(value)) return false;
    this.#text.write(value, this.#textAt, 'latin1');
    return true;
  }

  #object(value: object, depth: number): void {
    if (depth === MOST_DEPTH) throw DEEP;
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) this.#plain(value, depth);
    else if (prototype === Array.prototype) this.#array(value as unknown[], depth);
    else if (prototype === Date.prototype) this.#date(value as Date);
    else this.#other(value);
  }

  #date(value: Date): void {
    this.#tag(Tag.date);
    this.#ensure(8);
    this.#float(value.getTime());
  }

  #plain(value: object, depth: number): void {
    const record = value as Record<string, unknown>;
    const shape = this.#shapes.of(record);
    if (shape !== undefined) {
      this.#tag(Tag.object);
      this.#length(shape.id);
      for (const key of shape.keys) this.#value(record[key], depth + 1);
      return;
    }
    const keys = Object.keys(record);
    this.#tag(Tag.dictionary);
    this.#length(keys.length);
    for (const key of keys) {
      this.#string(key);
      this.#value(record[key], depth + 1);
    }
  }

  #array(value: readonly unknown[], depth: number): void {
    if (value.length > MOST_ITEMS) {
      this.#other(value);
      return;
    }
    this.#tag(Tag.array);
    this.#length(value.length);
    for (let index = 0; index < value.length; index++) this.#value(value[index], depth + 1);
  }

  #other(value: unknown): void {
    const bytes = serialized(value);
    this.#tag(Tag.other);
    this.#length(bytes.length);
    this.#ensure(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #ensure(more: number): void {
    const needed = this.#at + more;
    if (needed > this.#bytes.length) this.#bytes = grown(this.#bytes, needed);
  }
}

function grown(bytes: Buffer, needed: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(Math.max(needed, bytes.length * 2));
  larger.set(bytes);
  return larger;
}

function serialized(value: unknown): Buffer {
  try {
    return serialize(value);
  } catch (error) {
    throw uncloneable(toError(error).message, error);
  }
}

function uncloneable(found: string, cause?: unknown): MillraceError {
  return new MillraceError('ERR_ENCODE', `the record cannot be kept: ${found}`, {
    ...(cause !== undefined && { cause }),
    hint: 'Records are kept as bytes: let them be plain data, without functions, symbols and promises.',
  });
}
