import type { Spill } from '../../../interfaces/memory.ts';
import { type EntryFile, EntryWriter, type KeptEntries } from './entry-writer.ts';

/** How many files entries are spread over; a power of two. */
export const PARTITIONS = 16;

/** How deep partitions can be parted again: as often as a hash of 53 bits has new digits. */
export const MOST_LEVELS = 12;

/** Which partition a hash belongs to; on each level by other digits, so that what fell together is parted. */
export function partitionOf(hash: number, level: number): number {
  return Math.floor(hash / PARTITIONS ** level) % PARTITIONS;
}

/** The file of each partition that has records, as plain data. */
export type KeptPartitions = readonly (KeptEntries | null)[];

/**
 * Records spread over files by a hash, in the order in which they came: those of one key are in one file, which is a
 * sixteenth of the whole. Each has a block of `blockSize` bytes in memory.
 */
export class Partitions {
  readonly #spill: Spill;
  readonly #blockSize: number;
  readonly #writers: (EntryWriter | undefined)[] = new Array(PARTITIONS).fill(undefined);

  constructor(spill: Spill, blockSize: number) {
    this.#spill = spill;
    this.#blockSize = blockSize;
  }

  /** Bytes of memory that it takes, with a block that is being compressed and written. */
  static memory(blockSize: number): number {
    return (PARTITIONS + 3) * blockSize;
  }

  /** The bytes of a block that are apt for a memory: all of them together take a small part of it. */
  static blockSize(memory: number): number {
    return Math.min(64 * 1024, Math.max(256, Math.floor(memory / 256)));
  }

  /** Puts a record into a partition; the promise, if any, has to be awaited before the next one. */
  put(partition: number, record: Buffer, length: number): void | Promise<void> {
    if (!this.offer(partition, record, length)) return this.putLate(partition, record, length);
  }

  /** Puts a record into a partition, if that can be done at once. */
  offer(partition: number, record: Buffer, length: number): boolean {
    return this.#writers[partition]?.put(record, length) === true;
  }

  async putLate(partition: number, record: Buffer, length: number): Promise<void> {
    this.#writers[partition] ??= new EntryWriter(await this.#spill.create(), this.#blockSize);
    const writer = this.#writers[partition];
    while (!writer.put(record, length)) await writer.flush();
  }

  /** The files that have records. */
  async end(): Promise<EntryFile[]> {
    return (await this.endEach()).filter((file) => file !== undefined);
  }

  /** Says what there is so far, for a later run to restore; records may follow. */
  async keep(): Promise<KeptPartitions> {
    const kept: (KeptEntries | null)[] = [];
    for (const writer of this.#writers) kept.push((await writer?.keep()) ?? null);
    return kept;
  }

  /** Goes on behind what an earlier run has kept. */
  restore(kept: KeptPartitions): void {
    for (const [partition, entries] of kept.entries()) {
      if (entries === null) continue;
      const { parts, largest } = entries;
      this.#writers[partition] = new EntryWriter(this.#spill.reopen(parts), this.#blockSize, largest);
    }
  }

  /** The file of each partition that has records; gives the blocks back. */
  async endEach(): Promise<(EntryFile | undefined)[]> {
    const files: (EntryFile | undefined)[] = [];
    for (const writer of this.#writers) files.push(await writer?.end());
    this.#writers.fill(undefined);
    return files;
  }
}
