/** How many bytes at the end of `bytes` begin a character of UTF-8 that is not there wholly: 0 to 3. */
export function utf8Tail(bytes: Uint8Array): number {
  const length = bytes.length;
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back]!;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return size > back ? back : 0;
  }
  return 0;
}

/** Text of UTF-8 bytes that may be cut anywhere. A mark in front is kept; faulty bytes become U+FFFD. */
export class Utf8Text {
  #held: Uint8Array | undefined;

  /** Bytes that were taken and not yet decoded. */
  get held(): number {
    return this.#held?.length ?? 0;
  }

  /** The characters that ended in `chunk`. */
  decode(chunk: Uint8Array): string {
    const bytes = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    const tail = utf8Tail(bytes);
    this.#held = tail === 0 ? undefined : bytes.slice(bytes.length - tail);
    return utf8(bytes, bytes.length - tail);
  }

  /** What is left at the end: empty unless the bytes were cut within a character. */
  flush(): string {
    const held = this.#held;
    this.#held = undefined;
    return held === undefined ? '' : utf8(held, held.length);
  }
}

function utf8(bytes: Uint8Array, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('utf8');
}
