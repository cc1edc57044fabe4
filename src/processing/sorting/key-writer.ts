import { Kind, kindOf, type PartOrder } from './key-order.ts';

const ZERO_REST = 0x80;
const MOST_FINITE = BigInt(Number.MAX_VALUE);

const float = new Float64Array(1);
const floatWords = new Uint32Array(float.buffer);

/**
 * Writes keys as bytes that are ordered as the keys are: so keys are compared, and sorted by their digits,
 * without being made values again. No key is the beginning of another one with the same parts.
 */
export class KeyWriter {
  #bytes: Buffer = Buffer.allocUnsafeSlow(256);
  #at = 0;

  get bytes(): Buffer {
    return this.#bytes;
  }

  get length(): number {
    return this.#at;
  }

  begin(): void {
    this.#at = 0;
  }

  /**
   * Appends one part of a key.
   *
   * @throws MillraceError `ERR_KEY` for what has no order.
   */
  part(value: unknown, { descending, emptyFirst }: PartOrder): void {
    const kind = kindOf(value);
    this.#ensure(16);
    if (kind === Kind.empty) {
      this.#bytes[this.#at++] = emptyFirst ? 0 : 0xff;
      return;
    }
    const from = this.#at;
    this.#bytes[this.#at++] = kind;
    if (kind === Kind.text) this.#text(value as string);
    else if (kind === Kind.boolean) this.#bytes[this.#at++] = value === true ? 1 : 0;
    else if (typeof value === 'bigint') this.#bigint(value);
    else this.#number(Number(value), true);
    if (descending) for (let at = from; at < this.#at; at++) this.#bytes[at] = ~this.#bytes[at]!;
  }

  /** Code units from 1 on in one to three bytes, as UTF-8 has them; 0 is the end. */
  #text(value: string): void {
    const { length } = value;
    this.#ensure(length * 3 + 1);
    const bytes = this.#bytes;
    let at = this.#at;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index) + 1;
      if (code < 0x80) bytes[at++] = code;
      else {
        if (code < 0x800) bytes[at++] = 0xc0 | (code >> 6);
        else {
          bytes[at++] = 0xe0 | (code >> 12);
          bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
        }
        bytes[at++] = 0x80 | (code & 0x3f);
      }
    }
    bytes[at++] = 0;
    this.#at = at;
  }

  /** A number with the sign in front: negative ones turned over, so that larger ones are larger. */
  #number(value: number, exact: boolean): void {
    float[0] = value === 0 ? 0 : value;
    let low = floatWords[0]!;
    let high = floatWords[1]!;
    if (high >>> 31 === 1) {
      high = ~high;
      low = ~low;
    } else high |= 0x80000000;
    this.#word(high);
    this.#word(low);
    if (exact) this.#bytes[this.#at++] = ZERO_REST;
  }

  /** The nearest number, then what is left between the two. */
  #bigint(value: bigint): void {
    let near = Number(value);
    if (!Number.isFinite(near)) near = near > 0 ? Number.MAX_VALUE : -Number.MAX_VALUE;
    this.#number(near, false);
    const rest = value - (near === Number.MAX_VALUE ? MOST_FINITE : BigInt(near));
    if (rest === 0n) {
      this.#bytes[this.#at++] = ZERO_REST;
      return;
    }
    const from = this.#at;
    const digits = (rest < 0n ? -rest : rest).toString(16);
    const magnitude = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
    this.#ensure(magnitude.length + 5);
    this.#bytes[this.#at++] = ZERO_REST + 1;
    this.#word(magnitude.length);
    this.#bytes.set(magnitude, this.#at);
    this.#at += magnitude.length;
    if (rest < 0n) for (let at = from; at < this.#at; at++) this.#bytes[at] = 255 - this.#bytes[at]!;
  }

  #word(value: number): void {
    const bytes = this.#bytes;
    const at = this.#at;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
    this.#at = at + 4;
  }

  #ensure(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#at + more, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
