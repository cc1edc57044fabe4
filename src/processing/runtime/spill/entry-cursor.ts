import type { SpillReader } from '../../../interfaces/memory.ts';
import { ENTRY_HEAD, entrySize } from './entry-format.ts';
import type { EntryFile } from './entry-writer.ts';

const EMPTY = Buffer.alloc(0);

/** Stands at one entry of a file after the other. */
export class EntryCursor {
  /** Its place among the files that are merged: of equal entries, those of the first come first. */
  readonly index: number;
  readonly #reader: SpillReader;
  bytes: Buffer = EMPTY;
  /** Where the entry begins, its key ends and its record ends. */
  start = 0;
  keyEnd = 0;
  recordEnd = 0;
  /** What is compared, where it is not the bytes of the key. */
  key: unknown;
  #next = 0;

  constructor({ file }: EntryFile, index = 0) {
    this.index = index;
    this.#reader = file.read();
  }

  get keyStart(): number {
    return this.start + ENTRY_HEAD;
  }

  /** Where the entry ends, with what fills it up to whole words. */
  get end(): number {
    return this.#next;
  }

  /** Goes on to the next entry of the block; `false` when that is used up: fetch the next. */
  step(): boolean {
    if (this.#next >= this.bytes.length) return false;
    const { bytes } = this;
    this.start = this.#next;
    const key = bytes.readUInt32LE(this.start);
    const record = bytes.readUInt32LE(this.start + 4);
    this.keyEnd = this.start + ENTRY_HEAD + key;
    this.recordEnd = this.keyEnd + record;
    this.#next = this.start + entrySize(key, record);
    return true;
  }

  /** Fetches the next block and goes on to its first entry; `false` at the end of the file. */
  async fetch(): Promise<boolean> {
    const block = await this.#reader.next();
    if (block === undefined) return false;
    this.bytes = Buffer.from(block.buffer, block.byteOffset, block.length);
    this.#next = 0;
    return this.step();
  }
}
