import type { KeptSpill, Spill, SpillFile } from '../../../interfaces/memory.ts';
import { ENTRY_HEAD, entrySize } from './entry-format.ts';

/** Entries on the disk, in the order in which they were written. */
export interface EntryFile {
  readonly file: SpillFile;
  /** Bytes of its largest block: reading it takes twice as many. */
  readonly largest: number;
}

/** Entries that outlive their run, as plain data. */
export interface KeptEntries {
  readonly parts: KeptSpill;
  readonly largest: number;
}

/** Says what there is of entries, for a later run to reopen. */
export async function keepEntries({ file, largest }: EntryFile): Promise<KeptEntries> {
  return { parts: await file.keep(), largest };
}

/** Entries that an earlier run has kept. */
export function reopenEntries(spill: Spill, { parts, largest }: KeptEntries): EntryFile {
  return { file: spill.reopen(parts), largest };
}

/** Writes entries one behind the other, in blocks of whole entries. */
export class EntryWriter {
  readonly #file: SpillFile;
  #bytes: Buffer;
  #at = 0;
  #largest = 0;

  /** `largest` is that of the blocks which are there. */
  constructor(file: SpillFile, blockSize: number, largest = blockSize) {
    this.#file = file;
    this.#bytes = Buffer.allocUnsafeSlow(blockSize);
    this.#largest = Math.max(blockSize, largest);
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

  /** Says what there is so far, for a later run to reopen; entries may follow. */
  async keep(): Promise<KeptEntries> {
    await this.flush();
    return keepEntries({ file: this.#file, largest: this.#largest });
  }

  async end(): Promise<EntryFile> {
    await this.flush();
    return { file: this.#file, largest: this.#largest };
  }
}
