import type { Memory } from '../../interfaces/memory.ts';
import { ENTRY_HEAD, entrySize } from '../runtime/spill/entry-format.ts';

/** Bytes for each entry besides its own: where it stands and the first bytes of its key, twice for sorting. */
const INDEX = 24;

interface Page {
  readonly bytes: Buffer;
  readonly words: Uint32Array<ArrayBuffer>;
}

function newPage(size: number): Page {
  const buffer = new ArrayBuffer(size);
  return { bytes: Buffer.from(buffer), words: new Uint32Array(buffer) };
}

/**
 * Entries, each the bytes of a key and of a record, in pages of memory that are counted to the byte.
 * An entry is known by its place, a number of words.
 */
export class Entries {
  readonly #memory: Memory;
  readonly #pageSize: number;
  /** Words of a page as a power of two. */
  readonly #shift: number;
  readonly #mask: number;
  #pages: Page[] = [];
  /** The page in use, and how many bytes of it are. */
  #current = -1;
  #used = 0;
  #places = new Uint32Array(0);
  #count = 0;
  #reserved = 0;

  /** `pageSize` is a power of two. */
  constructor(memory: Memory, pageSize: number) {
    this.#memory = memory;
    this.#pageSize = pageSize;
    this.#shift = Math.log2(pageSize) - 2;
    this.#mask = (1 << this.#shift) - 1;
  }

  get count(): number {
    return this.#count;
  }

  /** Bytes that they take, in whole pages but for the last one. */
  get bytes(): number {
    return Math.max(0, this.#current) * this.#pageSize + this.#used;
  }

  /** The places of the entries in the order in which they came; `sort` may reorder them. */
  get places(): Uint32Array {
    return this.#places;
  }

  pageOf(place: number): Page {
    return this.#pages[place >>> this.#shift]!;
  }

  /** The byte at which an entry begins in its page. */
  offsetOf(place: number): number {
    return (place & this.#mask) << 2;
  }

  /** Where the record of an entry that begins at byte `from` of its page begins. */
  recordAt(words: Uint32Array, from: number): number {
    return from + ENTRY_HEAD + words[from >>> 2]!;
  }

  /** The length of that record. */
  lengthAt(words: Uint32Array, from: number): number {
    return words[(from >>> 2) + 1]!;
  }

  sizeAt(words: Uint32Array, from: number): number {
    return entrySize(words[from >>> 2]!, words[(from >>> 2) + 1]!);
  }

  /** Takes an entry, `more` being what else has to be held for it; `false` when there is no room for it. */
  add(key: Buffer, keyLength: number, record: Buffer, recordLength: number, more = 0): boolean {
    const size = entrySize(keyLength, recordLength);
    if (!this.#makeRoom() || (more > 0 && !this.#reserve(more))) return false;
    if ((this.#current < 0 || this.#used + size > this.#pageSize) && !this.#turn(size)) {
      this.#release(more);
      return false;
    }
    const { bytes, words } = this.#pages[this.#current]!;
    const from = this.#used;
    this.#places[this.#count++] = this.#current * (this.#mask + 1) + (from >>> 2);
    words[from >>> 2] = keyLength;
    words[(from >>> 2) + 1] = recordLength;
    copy(key, keyLength, bytes, from + ENTRY_HEAD);
    copy(record, recordLength, bytes, from + ENTRY_HEAD + keyLength);
    this.#used = from + size;
    return true;
  }

  /** Makes the next page the current one; an entry that is larger than a page gets one of its own. */
  #turn(size: number): boolean {
    const next = this.#current + 1;
    const page = this.#pages[next];
    if (page === undefined || page.bytes.length < size) {
      const wanted = Math.max(this.#pageSize, size);
      const known = page?.bytes.length ?? 0;
      if (!this.#reserve(wanted - known)) return false;
      this.#pages[next] = newPage(wanted);
    }
    this.#current = next;
    this.#used = 0;
    return true;
  }

  #makeRoom(): boolean {
    const known = this.#places.length;
    if (this.#count < known) return true;
    const length = Math.max(64, Math.ceil(known * 1.5));
    if (!this.#reserve((length - known) * INDEX)) return false;
    const places = new Uint32Array(length);
    places.set(this.#places);
    this.#places = places;
    return true;
  }

  #reserve(bytes: number): boolean {
    if (!this.#memory.reserve(bytes)) return false;
    this.#reserved += bytes;
    return true;
  }

  #release(bytes: number): void {
    this.#memory.release(bytes);
    this.#reserved -= bytes;
  }

  /** Forgets the entries, and gives the memory back at once. */
  clear(): void {
    for (const { bytes } of this.#pages) (bytes.buffer as ArrayBuffer).transfer(0);
    this.#pages = [];
    this.#places = new Uint32Array(0);
    this.#current = -1;
    this.#used = 0;
    this.#count = 0;
    this.#release(this.#reserved);
  }
}

/** For so few bytes a native call costs more than it saves. */
const SHORT = 32;

function copy(from: Buffer, length: number, to: Buffer, at: number): void {
  if (length > SHORT) from.copy(to, at, 0, length);
  else for (let index = 0; index < length; index++) to[at + index] = from[index]!;
}
