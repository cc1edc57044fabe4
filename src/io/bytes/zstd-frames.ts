import type { MemberCutter, MemberPiece } from './members.ts';

const DATA = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
const DICTIONARY_BYTES = [0, 1, 2, 4];
const CONTENT_BYTES = [0, 2, 4, 8];

/** The first halves of the bytes that frames begin with. */
const MARKS: ReadonlySet<number> = new Set([0x2, 0x5]);

type Step = 'magic' | 'length' | 'descriptor' | 'block';

/** How many bytes have to be there before a step can be taken. */
const NEEDS: Readonly<Record<Step, number>> = { magic: 4, length: 4, descriptor: 1, block: 3 };

/**
 * Walks over the frames of a zstd file by the lengths that stand in it, a few bytes a block. The stream
 * of `node:zlib` stops behind a frame when more follows in the same piece, and some versions of Node take
 * a frame that was cut short for whole: so pieces are cut behind frames, and the end is looked at here.
 */
export class ZstdFrames implements MemberCutter {
  /** Offset of the first byte that belongs to no frame, once there is one. */
  strayAt: number | undefined;
  readonly #head = Buffer.alloc(4);
  #held = 0;
  #step: Step = 'magic';
  /** Bytes to pass over before the step. */
  #skip = 0;
  #inside: 'data' | 'skippable' | undefined;
  #checksumBytes = 0;
  #frames = 0;
  #before: number;

  /** `start` is the offset of the first byte in the file. */
  constructor(start = 0) {
    this.#before = start;
  }

  /** Whether the bytes so far are whole frames, and at least one. */
  get whole(): boolean {
    return this.#frames > 0 && this.#inside === undefined && this.#held === 0;
  }

  /** What is to be decompressed of `chunk`: pieces that end where their frame ends, if not before. */
  cut(chunk: Uint8Array): readonly MemberPiece[] {
    const pieces: MemberPiece[] = [];
    let from = 0;
    let at = 0;
    while (at < chunk.length && this.strayAt === undefined) {
      if (this.#skip > 0) {
        const passed = Math.min(this.#skip, chunk.length - at);
        this.#skip -= passed;
        at += passed;
      } else {
        this.#head[this.#held++] = chunk[at++]!;
        if (this.#step === 'magic' && this.#held === 1 && !MARKS.has(this.#head[0]! >> 4)) {
          this.strayAt = this.#before + at - 1;
        } else if (this.#held === NEEDS[this.#step]) {
          if (this.#step === 'magic') from = this.#begin(at, pieces);
          else this.#advance();
          this.#held = 0;
        }
      }
      if (this.#inside !== undefined && this.#step === 'magic' && this.#skip === 0) {
        if (this.#inside === 'data') {
          pieces.push({ bytes: chunk.subarray(from, at), boundary: { byte: this.#before + at } });
        }
        this.#inside = undefined;
        this.#frames++;
      }
    }
    if (this.#inside === 'data') pieces.push({ bytes: chunk.subarray(from, at) });
    this.#before += chunk.length;
    return pieces;
  }

  rest(): readonly MemberPiece[] {
    return [];
  }

  /** The first byte of the frame's data that lies in the chunk; a mark that began before is a piece of its own. */
  #begin(at: number, pieces: MemberPiece[]): number {
    const mark = this.#head.readUInt32LE(0);
    if (mark === DATA) {
      this.#inside = 'data';
      this.#step = 'descriptor';
    } else if ((mark & 0xfffffff0) === SKIPPABLE) {
      this.#inside = 'skippable';
      this.#step = 'length';
    } else {
      this.strayAt = this.#before + at - 4;
    }
    if (at >= 4) return at - 4;
    if (mark === DATA) pieces.push({ bytes: Buffer.from(this.#head) });
    return at;
  }

  #advance(): void {
    const head = this.#head;
    if (this.#step === 'length') {
      this.#skip = head.readUInt32LE(0);
      this.#step = 'magic';
    } else if (this.#step === 'descriptor') {
      const one = (head[0]! & 0x20) !== 0;
      const content = head[0]! >> 6;
      this.#checksumBytes = (head[0]! & 4) === 0 ? 0 : 4;
      this.#skip = DICTIONARY_BYTES[head[0]! & 3]! + (content === 0 && one ? 1 : CONTENT_BYTES[content]!);
      if (!one) this.#skip++;
      this.#step = 'block';
    } else {
      const block = head.readUIntLE(0, 3);
      const repeated = ((block >> 1) & 3) === 1;
      this.#skip = repeated ? 1 : block >> 3;
      if ((block & 1) === 0) return;
      this.#skip += this.#checksumBytes;
      this.#step = 'magic';
    }
  }
}
