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

/** What is in a file that outlives its run, as plain data: pieces of files beside the checkpoints, in their order. */
export type KeptSpill = readonly { readonly name: string; readonly bytes: number }[];

/** A file of blocks in the temporary folder of a run. Written once from the beginning to the end, then read. */
export interface SpillFile {
  /** Bytes on the disk, compressed. */
  readonly bytes: number;
  /** Takes a block; it may be overwritten afterwards. Resolves when the next may come. */
  write(block: Uint8Array): Promise<void>;
  /** The blocks in their order, the next when the one before is done with. What `next` gave is invalid afterwards. */
  read(): SpillReader;
  /**
   * Says what is in it so far, once that has been written, for a later run to `reopen`. Blocks may be written
   * afterwards. Only in runs with checkpoints, as files of others do not outlive them.
   */
  keep(): Promise<KeptSpill>;
  /** Frees the disk space, or, where checkpoints may have the file, says that later ones need not. */
  remove(): Promise<void>;
}

/** Reads the blocks of a file one after the other. */
export interface SpillReader {
  /** The next block, valid until the next call; `undefined` at the end. */
  next(): Promise<Uint8Array | undefined>;
}

/**
 * The temporary folder of a run: made when first needed, gone when the run is over, whichever way. In runs with
 * checkpoints, files beside those, which outlive the run.
 */
export interface Spill {
  /** Whether state may go to the disk. */
  readonly enabled: boolean;
  /** Whether files can be kept for a later run, as in runs with checkpoints. */
  readonly outlives: boolean;
  /** Makes an empty file. */
  create(): Promise<SpillFile>;
  /** A file that has what an earlier run has kept, and takes blocks behind that. */
  reopen(kept: KeptSpill): SpillFile;
}
