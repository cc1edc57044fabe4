import { MEMBER_STEP, type MemberCutter, type MemberPiece } from './members.ts';

const MARK = Buffer.from([0x1f, 0x8b, 0x08]);
/** The mark, and the flags behind it, of which three bits are never set. */
const HEAD = MARK.length + 1;
const NEVER = 0xe0;
/** What a member ends with: how much is in it. */
const SIZE = 4;

const NONE: Uint8Array = new Uint8Array(0);

/**
 * Cuts a gzip file where members may begin: where their mark stands, which other data have once in 128 MiB. What stands in
 * front of it tells whether it is one, once all between two of them is decompressed. Members may be small, and a cut costs:
 * so two that follow each other are looked at, and then none for a while.
 */
export class GzipMembers implements MemberCutter {
  /** Offset of the next byte in the file. */
  #byte: number;
  /** The end of what came, as it may be the beginning of a mark. */
  #held: Uint8Array = NONE;
  /** The last bytes in front of it. */
  #tail: Uint8Array = NONE;
  readonly #first: number;
  /** Marks before this are passed over. */
  #wanted: number;
  /** Whether none was passed over since the last cut. */
  #adjacent = true;

  constructor(start = 0) {
    this.#byte = start;
    this.#first = start;
    this.#wanted = start + MEMBER_STEP;
  }

  cut(chunk: Uint8Array): readonly MemberPiece[] {
    const bytes =
      this.#held.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat([this.#held, chunk]);
    const end = bytes.length - heldBytes(bytes);
    const pieces: MemberPiece[] = [];
    let from = 0;
    for (let at = bytes.indexOf(MARK); at !== -1 && at < end; at = bytes.indexOf(MARK, at + 1)) {
      const byte = this.#byte + at;
      if ((bytes[at + MARK.length]! & NEVER) !== 0 || byte === this.#first) continue;
      if (byte < this.#wanted) {
        this.#adjacent = false;
        continue;
      }
      const boundary = { byte, size: this.#sizeBefore(bytes, at), adjacent: this.#adjacent };
      pieces.push({ bytes: bytes.subarray(from, at), boundary });
      from = at;
      this.#wanted = this.#adjacent ? byte + MEMBER_STEP : byte + 1;
      this.#adjacent = true;
    }
    if (end > from) pieces.push({ bytes: bytes.subarray(from, end) });
    this.#tail = Buffer.concat([this.#tail, bytes.subarray(Math.max(0, end - SIZE), end)]).subarray(-SIZE);
    this.#held = bytes.subarray(end);
    this.#byte += end;
    return pieces;
  }

  rest(): readonly MemberPiece[] {
    return this.#held.length === 0 ? [] : [{ bytes: this.#held }];
  }

  #sizeBefore(bytes: Buffer, at: number): number {
    if (at >= SIZE) return bytes.readUInt32LE(at - SIZE);
    return Buffer.concat([this.#tail, bytes.subarray(0, at)])
      .subarray(-SIZE)
      .readUInt32LE(0);
  }
}

/** How many of the last bytes may be the beginning of a mark that goes on. */
function heldBytes(bytes: Buffer): number {
  for (let length = Math.min(HEAD - 1, bytes.length); length > 0; length--) {
    if (bytes.subarray(-length).equals(MARK.subarray(0, length))) return length;
  }
  return 0;
}
