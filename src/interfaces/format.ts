import type { Batch } from './batch.ts';
import type { DecodeFailure, Replacement } from './failure.ts';

/** Where a decoder stands, as plain data: one for the same bytes goes on from there. */
export interface DecoderPosition {
  /** Offset of the first byte that has to come again; in converted text, the offset in that. */
  readonly byte: number;
  /** Line that it is in, counted from 1. */
  readonly line: number;
  /** Number of the next record, counted from 1. */
  readonly record: number;
  /** What else has to be known to go on; absent at the beginning. */
  readonly state?: unknown;
}

/** What a decoder needs to know about the bytes it gets. */
export interface DecodeContext {
  /** Label of the reader, for origins. */
  readonly source: string;
  /** Path or URL of the file, where there is one. */
  readonly file?: string;
  /** Bytes of the file before the first that the decoder gets, e.g. a byte order mark. @default 0 */
  readonly offset?: number;
  /** What an earlier decoder's `position` was: `offset` is its byte then. Absent at the beginning. */
  readonly from?: DecoderPosition | undefined;
  /**
   * Whether the bytes that came so far are not those of the file, as its text was converted: offsets
   * in them are no `byte` of an origin. May become true later. @default false
   */
  readonly converted?: boolean;
  /** See {@link ReadContext.failed}. */
  failed(failure: DecodeFailure): Replacement | undefined;
}

/** Turns bytes into records, piece by piece; belongs to one file. */
export interface Decoder<T> {
  /** Takes any piece of the file, cut anywhere; returns the records that ended in it, if any. */
  decode(chunk: Uint8Array): Batch<T> | undefined;
  /** The end of the file: returns what is left, or throws when the file was cut short. */
  flush(): Batch<T> | undefined;
  /**
   * Where it stands: all that it returned, and gave to `failed`, is before that, and nothing else. Asked for between
   * two calls of `decode`. `undefined` when the next call throws; decoders without it cannot go on from anywhere.
   */
  position?(): DecoderPosition | undefined;
}

/** Turns records into text or bytes; belongs to one file. */
export interface Encoder<T> {
  /** The whole batch as one piece. When it throws, the encoder is as it was before. */
  encode(records: readonly T[]): string | Uint8Array;
  /**
   * Forgets the last `encode`, whose piece goes nowhere: called where the records of a batch go to
   * several files, and another one has refused its share. Only encoders that remember need it.
   */
  undo?(): void;
  /**
   * What it remembers, as plain data: a new encoder that is given it by `restore` goes on with the same file. Only
   * encoders that remember need both.
   */
  snapshot?(): unknown;
  /** Throws `ERR_CHANGED` where it cannot go on with that, e.g. as the options are others by now. */
  restore?(state: unknown): void;
  /** What closes the file, e.g. `]`. */
  finish(): string | Uint8Array;
}

/** What an encoder may want to know about where it begins. */
export interface EncodeContext {
  /** Whether there is something before what it will write: a header row would come twice. */
  readonly appending: boolean;
  /** Path or URL of the file, for messages. */
  readonly path: string;
}

/** Bytes to records and back; used by files and by brokers alike. */
export interface Format<T> {
  readonly name: string;
  decoder(context: DecodeContext): Decoder<T>;
  encoder(): Encoder<T>;
}
