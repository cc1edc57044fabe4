/** Whole lines of a file, each but the last of the file with its line feed. */
export interface LineBlock {
  readonly bytes: Uint8Array;
  /** Offset of the first byte in the file. */
  readonly byte: number;
  /** Whether a line may be longer than allowed; the last may then be cut and lack its line feed. */
  readonly long: boolean;
}

const LINE_FEED = 10;

/** What a position says of a line that was given out, as it is too long, and whose rest is still to come. */
export const DROPPING = 'dropping';

/**
 * Cuts bytes that come in any pieces into blocks of whole lines. A line that grows beyond
 * `maxBytes` is given out as it is by then, and the rest of it is dropped: memory stays bounded, and
 * no byte is looked at twice.
 */
export class LineBlocks {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #partBytes = 0;
  /** Offset of the first byte that is neither given out nor dropped. */
  #next: number;
  #dropping: boolean;

  /** `offset` is that of the first byte; with `dropping`, it lies in a line that was given out already. */
  constructor(maxBytes: number, offset: number, dropping = false) {
    this.#maxBytes = maxBytes;
    this.#next = offset;
    this.#dropping = dropping;
  }

  /** Offset of the first byte that was neither given out nor dropped. */
  get next(): number {
    return this.#next;
  }

  /** Whether that lies in a line that was given out already. */
  get dropping(): boolean {
    return this.#dropping;
  }

  /** The lines that ended in `chunk`, the first with its beginning from chunks before. */
  push(chunk: Uint8Array): LineBlock | undefined {
    const bytes = this.#dropping ? this.#drop(chunk) : chunk;
    const cut = bytes.lastIndexOf(LINE_FEED) + 1;
    const held = bytes.length - cut + (cut === 0 ? this.#partBytes : 0);
    if (held > this.#maxBytes) {
      this.#dropping = true;
      return this.#give(bytes);
    }
    const block = cut === 0 ? undefined : this.#give(bytes.subarray(0, cut));
    if (cut < bytes.length) this.#hold(bytes.subarray(cut));
    return block;
  }

  /** The last line, when it has no line feed. */
  flush(): LineBlock | undefined {
    return this.#partBytes === 0 ? undefined : this.#give(new Uint8Array(0));
  }

  /** What is behind the line that is being dropped. */
  #drop(chunk: Uint8Array): Uint8Array {
    const end = chunk.indexOf(LINE_FEED);
    this.#dropping = end === -1;
    const rest = this.#dropping ? chunk.subarray(chunk.length) : chunk.subarray(end + 1);
    this.#next += chunk.length - rest.length;
    return rest;
  }

  #hold(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#partBytes += bytes.length;
  }

  #give(last: Uint8Array): LineBlock {
    const bytes = this.#partBytes === 0 ? last : Buffer.concat([...this.#parts, last]);
    const byte = this.#next;
    this.#next += bytes.length;
    this.#parts = [];
    this.#partBytes = 0;
    return { bytes, byte, long: bytes.length > this.#maxBytes };
  }
}

/** Where the lines of a block lie, without their ends (LF or CR LF). */
export function* lineSpans(bytes: Uint8Array): Generator<{ readonly from: number; readonly to: number }> {
  for (let from = 0; from < bytes.length; ) {
    const feed = bytes.indexOf(LINE_FEED, from);
    const end = feed === -1 ? bytes.length : feed;
    yield { from, to: end > from && bytes[end - 1] === 13 ? end - 1 : end };
    from = end + 1;
  }
}
