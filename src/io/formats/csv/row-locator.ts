import type { BatchOrigin, Origin } from '../../../interfaces/batch.ts';
import { briefFileOrigin, type FilePlace, fileOrigin } from '../../bytes/file-origin.ts';
import type { Dialect } from './csv-dialect.ts';
import { RowWalk } from './row-walk.ts';

/** A piece of a file as text, beginning with a row, and where it lies. */
export interface CsvPiece extends FilePlace {
  readonly text: string;
  readonly dialect: Dialect;
  /** Offset of the text's first byte in the file, counted from 0. */
  readonly byte: number;
  /** Line that the text begins in, counted from 1. */
  readonly line: number;
}

/**
 * Where the rows of a piece lie. Nothing is worked out before it is asked for; asked in order, the piece
 * is walked once.
 */
export class RowLocator {
  readonly piece: CsvPiece;
  #walk: RowWalk | undefined;
  #at = 0;
  #byte: number;
  #line: number;

  constructor(piece: CsvPiece) {
    this.piece = piece;
    this.#byte = piece.byte;
    this.#line = piece.line;
  }

  /** The rows, as indices in the text. */
  get rows(): RowWalk {
    this.#walk ??= new RowWalk(this.piece.text, this.piece.dialect);
    return this.#walk;
  }

  /** Origin of row `row`, which is record `record` of the file. */
  origin(row: number, record: number): Origin {
    const { text, dialect } = this.piece;
    const start = this.rows.start(row);
    if (start < this.#at) {
      this.#at = 0;
      this.#byte = this.piece.byte;
      this.#line = this.piece.line;
    }
    const passed = text.slice(this.#at, start);
    this.#byte += Buffer.byteLength(passed);
    this.#line += count(passed, dialect.newline);
    this.#at = start;
    return fileOrigin(this.piece, record, this.#line, this.#byte);
  }

  /** The text of row `row` without its line end. */
  raw(row: number): string {
    return this.piece.text.slice(this.rows.start(row), this.rows.end(row));
  }
}

/** Which rows of a piece became the records of a batch. */
export interface RowNumbers {
  /** The first row of data: 1 where row 0 is the header. */
  readonly first: number;
  /** Number of the first record, counted from 1. */
  readonly record: number;
  /** Rows that are no record of the batch, in order: blank ones and failed ones. */
  readonly gaps: readonly number[];
  /** Those among them that do not count as records: the blank ones. */
  readonly blanks: readonly number[];
}

/** Number of the record in row `row`. */
export function recordNumber(row: number, { first, record, blanks }: RowNumbers): number {
  return record + row - first - countBelow(blanks, row);
}

/** Provenance of the records of a piece: it holds the text, and nothing a record. */
export class CsvOrigin implements BatchOrigin {
  readonly source: string;
  readonly #locator: RowLocator;
  readonly #numbers: RowNumbers;

  constructor(locator: RowLocator, numbers: RowNumbers) {
    this.source = locator.piece.source;
    this.#locator = locator;
    this.#numbers = numbers;
  }

  at(index: number): Origin {
    const row = this.#row(index);
    return this.#locator.origin(row, recordNumber(row, this.#numbers));
  }

  brief(index: number): Origin {
    return briefFileOrigin(this.#locator.piece, recordNumber(this.#row(index), this.#numbers));
  }

  raw(index: number): string {
    return this.#locator.raw(this.#row(index));
  }

  #row(index: number): number {
    const { first, gaps } = this.#numbers;
    let row = first + index;
    for (const gap of gaps) {
      if (gap > row) break;
      row++;
    }
    return row;
  }
}

/** How many of the ascending `numbers` are below `limit`. */
function countBelow(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How often `character` stands in `text`. */
export function count(text: string, character: string): number {
  let found = 0;
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) found++;
  return found;
}
