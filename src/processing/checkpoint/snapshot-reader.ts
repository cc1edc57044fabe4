import { damagedSnapshot } from './snapshot-error.ts';
import { BYTES_KINDS, MOST_DEPTH, MOST_SHAPES, ordered, Tag } from './snapshot-format.ts';
import { ReadShape } from './snapshot-shapes.ts';

/**
 * Reads one value. It trusts nothing: each length is compared with the bytes that are left before anything is made of
 * it, as every value takes a byte at least.
 */
export class SnapshotReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #name: string;
  readonly #shapes: ReadShape[] = [];
  #at: number;

  /** `name` is what the value is called in errors, `start` where it begins. */
  constructor(bytes: Buffer, start: number, name: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#name = name;
    this.#at = start;
  }

  read(): unknown {
    const value = this.#value(0);
    const left = this.#bytes.length - this.#at;
    if (left > 0) throw this.#damaged(`${left} bytes follow behind the value`);
    return value;
  }

  #value(depth: number): unknown {
    const tag = this.#byte();
    if (tag >= Tag.small) return tag - Tag.small;
    if (tag >= Tag.short) return this.#latin(tag - Tag.short);
    switch (tag) {
      case Tag.undefined:
        return undefined;
      case Tag.null:
        return null;
      case Tag.false:
        return false;
      case Tag.true:
        return true;
      case Tag.integer: {
        const bits = this.#number(2 ** 32);
        return bits % 2 === 1 ? -(bits + 1) / 2 : bits / 2;
      }
      case Tag.number:
        return this.#float();
      case Tag.latin:
        return this.#latin(this.#length(1));
      case Tag.wide:
        return this.#wide(this.#length(2));
      case Tag.date:
        return new Date(this.#float());
      case Tag.bigint:
        return this.#bigint();
      case Tag.bytes:
        return this.#binary();
      default:
        return this.#compound(tag, this.#deeper(depth));
    }
  }

  #compound(tag: number, depth: number): unknown {
    switch (tag) {
      case Tag.object: {
        const shape = this.#shapes[this.#number(MOST_SHAPES)];
        if (shape === undefined) throw this.#damaged('an object has a shape that did not come before');
        return shape.build(this.#list(this.#count(shape.keys.length), depth));
      }
      case Tag.shaped:
        return this.#shaped(depth);
      case Tag.dictionary:
        return Object.fromEntries(this.#entries(depth));
      case Tag.bare:
        return this.#bare(depth);
      case Tag.array:
        return this.#list(this.#length(1), depth);
      case Tag.map: {
        const map = new Map<unknown, unknown>();
        for (let left = this.#length(2); left > 0; left--) map.set(this.#value(depth), this.#value(depth));
        return map;
      }
      case Tag.set: {
        const set = new Set<unknown>();
        for (let left = this.#length(1); left > 0; left--) set.add(this.#value(depth));
        return set;
      }
      default:
        throw this.#damaged(`there is no kind of value with the number ${tag}`);
    }
  }

  #deeper(depth: number): number {
    if (depth === MOST_DEPTH) throw this.#damaged(`values are more than ${MOST_DEPTH} deep`);
    return depth + 1;
  }

  #shaped(depth: number): object {
    const keys: string[] = [];
    for (let left = this.#length(2); left > 0; left--) keys.push(this.#key());
    if (this.#shapes.length === MOST_SHAPES) throw this.#damaged(`there are more than ${MOST_SHAPES} shapes`);
    const shape = new ReadShape(keys);
    this.#shapes.push(shape);
    return shape.build(this.#list(this.#count(keys.length), depth));
  }

  #entries(depth: number): [string, unknown][] {
    const entries: [string, unknown][] = [];
    for (let left = this.#length(2); left > 0; left--) entries.push([this.#key(), this.#value(depth)]);
    return entries;
  }

  #bare(depth: number): object {
    const object: object = Object.create(null);
    for (const [key, value] of this.#entries(depth)) Reflect.set(object, key, value);
    return object;
  }

  #list(length: number, depth: number): unknown[] {
    const values: unknown[] = [];
    for (let index = 0; index < length; index++) values.push(this.#value(depth));
    return values;
  }

  #key(): string {
    const tag = this.#byte();
    if (tag >= Tag.short && tag < Tag.small) return this.#latin(tag - Tag.short);
    if (tag === Tag.latin) return this.#latin(this.#length(1));
    if (tag === Tag.wide) return this.#wide(this.#length(2));
    throw this.#damaged('a key of an object is no text');
  }

  #latin(length: number): string {
    return this.#bytes.toString('latin1', this.#skip(length), this.#at);
  }

  #wide(length: number): string {
    return this.#bytes.toString('utf16le', this.#skip(length * 2), this.#at);
  }

  #bigint(): bigint {
    const sign = this.#byte();
    const length = this.#length(1);
    if (sign > 1 || length === 0) throw this.#damaged('a big integer is none');
    const digits = Buffer.from(this.#bytes.subarray(this.#skip(length), this.#at));
    const value = BigInt(`0x${digits.reverse().toString('hex')}`);
    return sign === 1 ? -value : value;
  }

  #binary(): object {
    const kind = BYTES_KINDS[this.#byte()];
    const length = this.#length(1);
    if (kind === undefined)
      throw this.#damaged('an array is of a type that this version of Node does not have');
    if (length % kind.width > 0) throw this.#damaged('an array does not have whole numbers');
    const bytes = ordered(this.#bytes.subarray(this.#skip(length), this.#at), kind.width);
    const own = new ArrayBuffer(length);
    new Uint8Array(own).set(bytes);
    return kind.make(own);
  }

  #float(): number {
    return this.#view.getFloat64(this.#skip(8), true);
  }

  /** Goes on by so many bytes; returns where it was. */
  #skip(bytes: number): number {
    const from = this.#at;
    if (bytes > this.#bytes.length - from) throw this.#damaged('it ends too early');
    this.#at = from + bytes;
    return from;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw this.#damaged('it ends too early');
    return byte;
  }

  /** A number of things that take so many bytes each at least. */
  #length(bytes: number): number {
    const length = this.#number(Number.MAX_SAFE_INTEGER);
    this.#count(length * bytes);
    return length;
  }

  #count(bytes: number): number {
    const left = this.#bytes.length - this.#at;
    if (bytes > left) throw this.#damaged(`it says that ${bytes} bytes follow, where ${left} are left`);
    return bytes;
  }

  #number(most: number): number {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * unit;
      if (value > most || unit > most) throw this.#damaged('a number is too large');
      if (byte < 128) return value;
    }
  }

  #damaged(found: string): Error {
    return damagedSnapshot(this.#name, `${found}, at byte ${Math.min(this.#at, this.#bytes.length)}`);
  }
}
