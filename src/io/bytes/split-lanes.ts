import type { FileWriteSettings } from './file-options.ts';
import { type PartitionKey, Partitions } from './partitions.ts';
import type { PathTemplate } from './path-template.ts';
import { SplitLane } from './split-part.ts';

/** The partitions of a writer; one alone where it has none. */
export class SplitLanes<T> {
  readonly all: SplitLane<T>[] = [];
  /** Where a record of a batch goes. */
  readonly laneOf: (record: T, index: number) => SplitLane<T>;
  readonly #partitions: Partitions<SplitLane<T>> | undefined;

  constructor(template: PathTemplate, settings: FileWriteSettings) {
    const { partitionBy, nullPartition, maxPartitions } = settings;
    if (partitionBy === undefined) {
      const only = this.#add([], []);
      this.laneOf = () => only;
      return;
    }
    const valuesOf = typeof partitionBy === 'function' ? partitionBy : undefined;
    const make = (texts: readonly string[], keys: readonly PartitionKey[]) => this.#add(texts, keys);
    const partitions = new Partitions({ template, valuesOf, nullPartition, maxPartitions, make });
    this.#partitions = partitions;
    this.laneOf = (record, index) => partitions.of(record, index);
  }

  /** The partition that a checkpoint has with these keys. */
  restore(keys: readonly PartitionKey[]): SplitLane<T> {
    return this.#partitions?.restore(keys) ?? this.all[0]!;
  }

  #add(texts: readonly string[], keys: readonly PartitionKey[]): SplitLane<T> {
    const lane = new SplitLane<T>(texts, keys);
    this.all.push(lane);
    return lane;
  }
}
