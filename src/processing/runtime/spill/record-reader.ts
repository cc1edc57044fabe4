import { deserialize } from 'node:v8';
import { type Shapes, Tag } from './shapes.ts';

const float = new Float64Array(1);
const floatBytes = new Uint8Array(float.buffer);

/** Reads what a {@link RecordWriter} with the same shapes wrote. */
export class RecordReader {
  readonly #shapes: Shapes;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  /** The text of the record that is being read, and how much of it has been. */
  #text = '';
  #textAt = 0;

  constructor(shapes: Shapes) {
    this.#shapes = shapes;
  }

  read(bytes: Buffer, start: number, end: number): unknown {
    this.#bytes = bytes;
    this.#at = start;
    const text = start + this.#uint32();
    this.#text = text === end ? '' : bytes.toString('latin1', text, end);
    this.#textAt = 0;
    return this.#value();
  }

  #value(): unknown {
    switch (this.#bytes[this.#at++]) {
      case Tag.latin:
        return this.#latin();
      case Tag.integer:
        return this.#uint32();
      case Tag.number:
        return this.#float();
      case Tag.null:
        return null;
      case Tag.undefined:
        return undefined;
      case Tag.false:
        return false;
      case Tag.true:
        return true;
      case Tag.object:
        return this.#object();
      case Tag.array:
        return this.#list(this.#length());
      case Tag.date:
        return new Date(this.#float());
      case Tag.wide:
        return this.#wide();
      case Tag.bigint:
        return BigInt(this.#value() as string);
      case Tag.dictionary:
        return this.#dictionary();
      default:
        return this.#other();
    }
  }

  #latin(): string {
    const from = this.#textAt;
    this.#textAt = from + this.#length();
    return this.#text.substring(from, this.#textAt);
  }

  #wide(): string {
    const length = this.#length() * 2;
    const from = this.#at;
    this.#at = from + length;
    return this.#bytes.toString('utf16le', from, this.#at);
  }

  #uint32(): number {
    const bytes = this.#bytes;
    const at = this.#at;
    this.#at = at + 4;
    return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  }

  #float(): number {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let index = 0; index < 8; index++) floatBytes[index] = bytes[at++]!;
    this.#at = at;
    return float[0]!;
  }

  #length(): number {
    const bytes = this.#bytes;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[this.#at++]!;
      length |= (byte & 127) << shift;
      if (byte < 128) return length;
    }
  }

  #object(): unknown {
    const { keys, build } = this.#shapes.byId(this.#length());
    return build(this.#list(keys.length));
  }

  #list(length: number): unknown[] {
    const values: unknown[] = [];
    for (let index = 0; index < length; index++) values.push(this.#value());
    return values;
  }

  #dictionary(): unknown {
    const length = this.#length();
    const entries: [string, unknown][] = [];
    for (let index = 0; index < length; index++) entries.push([this.#value() as string, this.#value()]);
    return Object.fromEntries(entries);
  }

  #other(): unknown {
    const length = this.#length();
    const from = this.#at;
    this.#at = from + length;
    // A copy: what is read may be views of the bytes, which are overwritten.
    return deserialize(Buffer.from(this.#bytes.subarray(from, this.#at)));
  }
}
