import type { Origin } from './batch.ts';

/** A piece of input that a decoder could not turn into a record. Getters may work its fields out when asked. */
export interface DecodeFailure {
  readonly error: Error;
  readonly origin: Origin;
  /** The text of the bad record, cut at the decoder's limit. */
  readonly raw?: string;
  /** What could be read of the record all the same, e.g. the fields of a ragged row. */
  readonly partial?: unknown;
}

/** A policy's answer to a failure: a record to put in its place. `undefined` drops the record. */
export interface Replacement {
  readonly record: unknown;
}

/** A record that failed for good, with its error and its origin. */
export interface DeadLetter<T = unknown> {
  /** The record as the failing node received it; `null` where a decoder could not build one. */
  readonly record: T;
  /** The text the record was read from, where it came from a file. */
  readonly raw?: string;
  /** What it failed with; `details` are what the code promises, e.g. the `rules` that were broken of `ERR_ASSERT`. */
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly cause?: string;
    readonly details?: Readonly<Record<string, unknown>>;
  };
  /** Name of the node that gave up on the record. */
  readonly node: string;
  /** How often the record was tried, at least 1. */
  readonly attempts: number;
  /** When it failed for good, ISO 8601. */
  readonly time: string;
  readonly origin: Origin;
}
