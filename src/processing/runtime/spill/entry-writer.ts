import type { SpillFile } from '../../../interfaces/memory.ts';
import { ENTRY_HEAD, entrySize } from './entry-format.ts';

/** Entries on the disk, in the order in which they were written. */
export interface EntryFile {
  readonly file: SpillFile;
  /** Bytes of its largest block: reading it takes twice as many. */
  readonly largest: number;
}

/** Writes entries one behind the other, in blocks of whole entries. */
export class EntryWriter {
  readonly #file: SpillFile;
  #bytes: Buffer;
  #at = 0;
  #largest = 0;

  constructor(file: SpillFile, blockSize: number) {
    this.#file = file;
    this.#bytes = Buffer.allocUnsafeSlow(blockSize);
    this.#largest = blockSize;
  }

  /** Takes the entry in `bytes` from `from` to `to`; `false` when it does not fit into the block: flush first. */
  append(bytes: Buffer, from: number, to: number): boolean {
    if (!this.#fits(to - from)) return false;
    bytes.copy(this.#bytes, this.#at, from, to);
    this.#at += to - from;
    return true;
  }

  /** Takes a record without a key as an entry; `false` when it does not fit into the block: flush first. */
  put(record: Buffer, length: number): boolean {
    const size = entrySize(0, length);
    if (!this.#fits(size)) return false;
    this.#bytes.writeUInt32LE(0, this.#at);
    this.#bytes.writeUInt32LE(length, this.#at + 4);
    record.copy(this.#bytes, this.#at + ENTRY_HEAD, 0, length);
    this.#at += size;
    return true;
  }

  #fits(size: number): boolean {
    if (this.#at + size <= this.#bytes.length) return true;
    if (this.#at > 0) return false;
    this.#bytes = Buffer.allocUnsafeSlow(size);
    this.#largest = Math.max(this.#largest, size);
    return true;
  }

  async flush(): Promise<void> {
    const block = this.#bytes.subarray(0, this.#at);
    this.#at = 0;
    if (block.length > 0) await this.#file.write(block);
  }

  async end(): Promise<EntryFile> {
    await this.flush();
    return { file: this.#file, largest: this.#largest };
  }
}
