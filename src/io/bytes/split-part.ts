import type { Cancel } from '../../interfaces/clock.ts';
import type { Encoder } from '../../interfaces/format.ts';
import type { ByteOutput } from './byte-output.ts';
import type { PartitionKey } from './partitions.ts';
import type { PooledFile } from './pooled-file.ts';
import { textBytes } from './text-bytes.ts';

/** A file that records go to, among others. */
export class SplitPart<T> {
  readonly lane: SplitLane<T>;
  readonly file: PooledFile;
  readonly encoder: Encoder<T>;
  /** A compressor before the file, where there is one; it may be ended and followed by another. */
  compressor: ByteOutput | undefined;
  /** Ends the wait for its time to be over. */
  cancel: Cancel | undefined;
  records = 0;
  /** Before compression. */
  bytes = 0;
  #prefix: string;

  /** `prefix` goes before the first bytes, if there are any. */
  constructor(lane: SplitLane<T>, file: PooledFile, encoder: Encoder<T>, prefix: string) {
    this.lane = lane;
    this.file = file;
    this.encoder = encoder;
    this.#prefix = prefix;
  }

  /** What an encoder gave, as bytes to append, with what goes before the first. */
  bytesOf(encoded: string | Uint8Array): Uint8Array {
    const bytes = typeof encoded === 'string' ? textBytes(encoded) : encoded;
    if (this.#prefix === '' || bytes.length === 0) return bytes;
    const all = Buffer.concat([textBytes(this.#prefix), bytes]);
    this.#prefix = '';
    return all;
  }
}

/** The files of a partition, one after the other; without partitions, there is one lane. */
export class SplitLane<T> {
  readonly texts: readonly string[];
  /** What its records have in common. */
  readonly keys: readonly PartitionKey[];
  /** Files that are being written: records go to the first, and when that is full to the next. */
  readonly parts: SplitPart<T>[] = [];
  /** Files that have been begun. */
  begun = 0;
  /** What the batch under way has for it so far. */
  share: SplitShare<T> | undefined;

  constructor(texts: readonly string[], keys: readonly PartitionKey[]) {
    this.texts = texts;
    this.keys = keys;
  }
}

/** Records of a batch that go to one file. */
export interface SplitShare<T> {
  readonly lane: SplitLane<T>;
  /** Which of the lane's files. */
  readonly at: number;
  readonly records: T[];
  /** Places of the records in the batch. */
  readonly indices: number[];
  /** Records that the file still takes. */
  readonly room: number;
}

/** Divides a batch among lanes, and the records of a lane among files that take `most` each. */
export function sharesOf<T>(
  records: readonly T[],
  laneOf: (record: T, index: number) => SplitLane<T>,
  most: number,
): readonly SplitShare<T>[] {
  const shares: SplitShare<T>[] = [];
  try {
    for (let index = 0; index < records.length; index++) {
      const record = records[index]!;
      const lane = laneOf(record, index);
      let { share } = lane;
      if (share === undefined || share.records.length === share.room) {
        const at = share === undefined ? 0 : share.at + 1;
        share = { lane, at, records: [], indices: [], room: most - (lane.parts[at]?.records ?? 0) };
        lane.share = share;
        shares.push(share);
      }
      share.records.push(record);
      share.indices.push(index);
    }
  } finally {
    for (const { lane } of shares) lane.share = undefined;
  }
  return shares;
}
