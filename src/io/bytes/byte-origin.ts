import type { BatchOrigin, Origin } from '../../interfaces/batch.ts';
import { briefFileOrigin, type FilePlace, fileOrigin } from './file-origin.ts';

/** A piece of a UTF-8 file, and where it lies in it. */
export interface BytePiece extends FilePlace {
  readonly bytes: Uint8Array;
  /** Offset of the first byte in the file, counted from 0. */
  readonly byte: number;
  /** Line that the bytes begin in, counted from 1. */
  readonly line: number;
  /** Number of the piece's first record, counted from 1. */
  readonly record: number;
}

const NONE: readonly number[] = [];

/** Where the records start and end in the bytes: `[start0, end0, start1, end1, …]`. */
export type Spans = readonly number[];

/**
 * Provenance of records that lie in a piece of bytes. It keeps the bytes and nothing a record, unless
 * their places are known anyway; lines are counted when they are asked for, in one walk over the bytes
 * when asked in order.
 */
export class ByteOrigin implements BatchOrigin {
  readonly source: string;
  readonly #piece: BytePiece;
  #spans: Spans | (() => Spans);
  readonly #dropped: readonly number[];
  #at = 0;
  #line: number;

  /**
   * `spans` may be a function that finds them, called at most once. `dropped` holds the places of
   * those that are not in the batch, ascending, counted from 0; it may grow until the batch is made.
   */
  constructor(piece: BytePiece, spans: Spans | (() => Spans), dropped: readonly number[] = NONE) {
    this.source = piece.source;
    this.#piece = piece;
    this.#spans = spans;
    this.#dropped = dropped;
    this.#line = piece.line;
  }

  at(index: number): Origin {
    return this.atPlace(this.#place(index));
  }

  brief(index: number): Origin {
    return briefFileOrigin(this.#piece, this.#piece.record + this.#place(index));
  }

  raw(index: number): string | undefined {
    return this.rawAtPlace(this.#place(index));
  }

  /** The origin of the record at `place` among the spans, in the batch or not. */
  atPlace(place: number): Origin {
    const { byte, record } = this.#piece;
    const start = this.#edge(place * 2);
    return fileOrigin(this.#piece, record + place, this.#lineOf(start), byte + start);
  }

  rawAtPlace(place: number): string {
    return utf8(this.#piece.bytes, this.#edge(place * 2), this.#edge(place * 2 + 1));
  }

  #edge(at: number): number {
    if (typeof this.#spans === 'function') this.#spans = this.#spans();
    return this.#spans[at]!;
  }

  #place(index: number): number {
    let place = index;
    for (const dropped of this.#dropped) {
      if (dropped > place) break;
      place++;
    }
    return place;
  }

  #lineOf(start: number): number {
    if (start < this.#at) {
      this.#at = 0;
      this.#line = this.#piece.line;
    }
    this.#line += lineFeeds(this.#piece.bytes, this.#at, start);
    this.#at = start;
    return this.#line;
  }
}

/** Number of line feeds between two indices. A plain loop: `indexOf` costs more than a short line is long. */
export function lineFeeds(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let at = Math.max(0, from); at < to; at++) {
    if (bytes[at] === 10) count++;
  }
  return count;
}

/** The text between two indices. */
export function utf8(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8');
}
