/**
 * What one operator holds of the memory that a run may keep state in. All stateful operators of the run
 * share it: half is set aside for them in even parts, the other half is for whoever asks first.
 */
export interface Memory {
  /** Bytes that all operators of the run may hold together. */
  readonly budget: number;
  /** Bytes that this operator holds. */
  readonly used: number;
  /** The most that this operator has held. */
  readonly peak: number;
  /** Counts `bytes` as held, if there is room for them: otherwise spill or release something first, or fail. */
  reserve(bytes: number): boolean;
  /** Counts `bytes` as held no longer. */
  release(bytes: number): void;
}

/** A file of blocks in the temporary folder of a run. Written once from the beginning to the end, then read. */
export interface SpillFile {
  /** Bytes on the disk, compressed. */
  readonly bytes: number;
  /** Takes a block; it may be overwritten afterwards. Resolves when the next may come. */
  write(block: Uint8Array): Promise<void>;
  /** The blocks in their order, the next when the one before is done with. What `next` gave is invalid afterwards. */
  read(): SpillReader;
  /** Frees the disk space. */
  remove(): Promise<void>;
}

/** Reads the blocks of a file one after the other. */
export interface SpillReader {
  /** The next block, valid until the next call; `undefined` at the end. */
  next(): Promise<Uint8Array | undefined>;
}

/** The temporary folder of a run: made when first needed, gone when the run is over, whichever way. */
export interface Spill {
  /** Whether state may go to the disk. */
  readonly enabled: boolean;
  /** Makes an empty file. */
  create(): Promise<SpillFile>;
}
