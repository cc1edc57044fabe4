import { Tag } from './snapshot-format.ts';

/** Longer text is written by a native call, shorter faster without. */
const LONG_TEXT = 32;
/** Bytes for what is not text. */
const ROOM = 32;

/** Where a snapshot is written to: bytes that grow until they are taken. */
export class SnapshotOutput {
  #bytes = Buffer.allocUnsafeSlow(1024);
  #view = viewOf(this.#bytes);
  /** How many bytes wait to be taken. */
  at = 0;

  /** What was written since the last time; `next` bytes are set aside for what follows. */
  take(next: number): Uint8Array {
    const taken = this.#bytes.subarray(0, this.at);
    this.#bytes = Buffer.allocUnsafeSlow(next);
    this.#view = viewOf(this.#bytes);
    this.at = 0;
    return taken;
  }

  byte(value: number): void {
    this.#ensure(1);
    this.#bytes[this.at++] = value;
  }

  length(value: number): void {
    this.#ensure(ROOM);
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.at++] = rest;
  }

  number(value: number): void {
    if ((value | 0) !== value || (value === 0 && Object.is(value, -0))) {
      this.byte(Tag.number);
      this.float(value);
    } else if (value >= 0 && value < 128) this.byte(Tag.small + value);
    else {
      this.byte(Tag.integer);
      this.length(value < 0 ? -value * 2 - 1 : value * 2);
    }
  }

  float(value: number): void {
    this.#ensure(8);
    this.#view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  bigint(value: bigint): void {
    const digits = (value < 0n ? -value : value).toString(16);
    const bytes = Buffer.from(digits.length % 2 === 1 ? `0${digits}` : digits, 'hex').reverse();
    this.byte(Tag.bigint);
    this.byte(value < 0n ? 1 : 0);
    this.length(bytes.length);
    this.raw(bytes);
  }

  /** Text with its length, in one go. */
  text(value: string): void {
    const { length } = value;
    this.#ensure(ROOM + length * 2);
    const start = this.at;
    if (length < Tag.small - Tag.short) this.#bytes[this.at++] = Tag.short + length;
    else {
      this.#bytes[this.at++] = Tag.latin;
      this.length(length);
    }
    if (this.#latin(value)) return;
    this.at = start;
    this.#bytes[this.at++] = Tag.wide;
    this.length(length);
    this.wide(value);
  }

  #latin(value: string): boolean {
    if (value.length > LONG_TEXT) {
      if (/[^\0-\xff]/.test(value)) return false;
      this.latin(value);
      return true;
    }
    const bytes = this.#bytes;
    let at = this.at;
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      if (code > 255) return false;
      bytes[at++] = code;
    }
    this.at = at;
    return true;
  }

  /** Characters of one byte each, without their length. */
  latin(value: string): void {
    this.#ensure(value.length);
    this.at += this.#bytes.write(value, this.at, 'latin1');
  }

  /** Code units of two bytes each, without their length. */
  wide(value: string): void {
    this.#ensure(value.length * 2);
    this.at += this.#bytes.write(value, this.at, 'utf16le');
  }

  raw(bytes: Uint8Array): void {
    this.#ensure(bytes.length);
    this.#bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  #ensure(more: number): void {
    const needed = this.at + more;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.at));
    this.#bytes = larger;
    this.#view = viewOf(larger);
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
