/** A member of gzip or a frame of zstd: by the offsets of its first byte in the file, and of the first byte in it. */
export interface Member {
  readonly byte: number;
  readonly text: number;
}

/** A place in compressed data where a member begins, or may begin. */
export interface Boundary {
  /** Offset in the file. */
  readonly byte: number;
  /**
   * What the data in front of it say of their length, modulo 2^32, since the boundary before: it is one only if they hold
   * as much. Absent where it is sure to be one.
   */
  readonly size?: number;
  /** Whether nothing that may be one lies between it and the one before. */
  readonly adjacent?: boolean;
}

/** A piece of compressed data, which may be empty, and the boundary behind it, if there is one. */
export interface MemberPiece {
  readonly bytes: Uint8Array;
  readonly boundary?: Boundary;
}

/** Cuts compressed data behind members. */
export interface MemberCutter {
  /** The pieces of a chunk; those that cannot be cut yet come with the next. */
  cut(chunk: Uint8Array): readonly MemberPiece[];
  /** What is left when no chunk follows. */
  rest(): readonly MemberPiece[];
}

/** From one member that is known to the next that is: so much of the file is decompressed again at the most, and a member. */
export const MEMBER_STEP = 2 ** 20;

/** So many are known at the same time: a record may reach over those that begin before it ends. */
const MOST_KNOWN = 64;

/** So many boundaries of which nobody knows yet whether they are such. */
const MOST_OPEN = 4;

interface Waiting {
  readonly boundary: Boundary;
  /** Pieces of text in front of it that have not been taken. */
  left: number;
}

/**
 * Knows where members begin, of those that may still be of use. What is in front of a boundary has been decompressed when
 * it is told, and is taken later: only then it is known where in the text it lies.
 */
export class Members {
  #known: Member[];
  #open: Member[];
  #waiting: Waiting[] = [];
  #text: number;

  constructor(first: Member) {
    this.#known = [first];
    this.#open = [first];
    this.#text = first.text;
  }

  /** A boundary has been come to, with so many pieces of text waiting in front of it. */
  met(boundary: Boundary, pieces: number): void {
    this.#waiting.push({ boundary, left: pieces });
    this.#settle();
  }

  /** A piece of text was taken. */
  took(bytes: number): void {
    this.#text += bytes;
    if (this.#waiting.length === 0) return;
    for (const waiting of this.#waiting) waiting.left--;
    this.#settle();
  }

  #settle(): void {
    while (this.#waiting[0]?.left === 0) this.#judge(this.#waiting.shift()!.boundary);
  }

  #judge({ byte, size, adjacent }: Boundary): void {
    const member = { byte, text: this.#text };
    if (size === undefined) {
      this.#add(member);
      return;
    }
    if (adjacent !== true) this.#open = [];
    const before = this.#open.find(({ text }) => (member.text - text) % 2 ** 32 === size);
    if (before !== undefined) {
      this.#add(before);
      this.#add(member);
    }
    this.#open = [...this.#open, member].slice(-MOST_OPEN);
  }

  #add(member: Member): void {
    if (member.byte < this.#known.at(-1)!.byte + MEMBER_STEP) return;
    this.#known.push(member);
    // The first is at or before whatever is asked for next.
    if (this.#known.length > MOST_KNOWN) this.#known.splice(1, 1);
  }

  /** The last member that is known to begin at or before this place in the text; places are asked for in their order. */
  before(text: number): Member {
    while (this.#known[1] !== undefined && this.#known[1].text <= text) this.#known.shift();
    return this.#known[0]!;
  }
}
