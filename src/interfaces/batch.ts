/** Where one record came from. */
export interface Origin {
  /** The label of the reader or the node that made the record, e.g. `csv orders.csv`. */
  readonly source: string;
  /** Path or URL of the file, when the record came from one. */
  readonly file?: string;
  /** Number of the record within its source or file, counted from 1; header rows do not count. */
  readonly record: number;
  /** Line on which the record starts, counted from 1. */
  readonly line?: number;
  /**
   * Offset of the record's first byte in the decompressed file, counted from 0. Absent where the text
   * was converted: from another encoding than UTF-8, or with bytes that are not text replaced.
   */
  readonly byte?: number;
  /** Which of several inputs of this name it is, counted from 1; absent for the first. */
  readonly occurrence?: number;
  /** The name of the reader's node: told in pipelines that give records ids, where two readers may have one label. */
  readonly reader?: string;
}

/**
 * Provenance of a whole batch. It costs one object a batch: what concerns a single record is
 * worked out only when it is asked for, that is, when something went wrong.
 */
export interface BatchOrigin {
  readonly source: string;
  /** The origin of the record at `index` of the batch. */
  at(index: number): Origin;
  /** The same without `line` and `byte`, where these have to be looked for in the text. @default `at` */
  brief?(index: number): Origin;
  /** The text the record at `index` was read from, where there was text. */
  raw?(index: number): string | undefined;
}

/** An array of records with its origin: the unit that travels on an edge. */
export interface Batch<T> {
  readonly kind: 'batch';
  readonly records: readonly T[];
  readonly origin: BatchOrigin;
}
