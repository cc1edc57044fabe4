import { isAscii } from 'node:buffer';
import { batch } from '../../../core/batch.ts';
import type { Batch } from '../../../interfaces/batch.ts';
import type { DecodeContext } from '../../../interfaces/format.ts';
import { fileOrigin } from '../../bytes/file-origin.ts';
import { utf8Tail } from '../../bytes/utf8-text.ts';
import type { Dialect } from './csv-dialect.ts';
import { HeldBytes } from './held-bytes.ts';
import { type OriginPart, PiecesOrigin } from './pieces-origin.ts';
import { checkRecordBytes, isTooLong, tooLong } from './record-limit.ts';
import { fieldsOf, type IndexedRows, type RowBuilder, rowBuilder } from './row-builder.ts';
import { type CsvDecoding, type GrowingNumbers, type ReadRow, RowJudge } from './row-judge.ts';
import { CsvOrigin, count, RowLocator } from './row-locator.ts';
import { RETRY_BYTES, type RowsDecoder, type RowsPosition, type RowsStart } from './rows-start.ts';
import { type Marks, type StructuralIndex, WINDOW, withIndex } from './structural-index.ts';
import { WalkedRows } from './walked-row.ts';

/** What a call of `decode` makes. */
interface Making {
  readonly records: unknown[];
  /** The origins of the pieces, and how many records came before each. */
  readonly origins: OriginPart[];
}

/** A window or a long row while its rows are read. */
interface Piece {
  readonly locator: RowLocator;
  readonly numbers: GrowingNumbers;
  /** Records of the batch that come before. */
  readonly before: number;
  /** Rows that were read. */
  rows: number;
}

/**
 * CSV of a standard dialect: the bytes are indexed window by window, and a generated loop slices the
 * fields out of the window's text. Rows with odd quotes, and those too long for a window, are read by
 * papaparse one by one. Fields of 13 characters and more share the text of their window: who keeps
 * records for long keeps up to 128 KiB for each window.
 */
export class IndexedDecoder<T> implements RowsDecoder<T> {
  readonly #context: DecodeContext;
  readonly #settings: CsvDecoding;
  readonly #dialect: Dialect;
  readonly #marks: Marks;
  readonly #judge: RowJudge;
  readonly #walked: WalkedRows;
  readonly #held = new HeldBytes();
  #build: RowBuilder | undefined;
  /** Length of held bytes in which no row ended. */
  #fruitless = 0;
  /** Where the held bytes begin. */
  #byte: number;
  #line: number;
  /** What ends the run, behind records that leave before. */
  #fatal: { readonly error: unknown } | undefined;

  constructor(
    settings: CsvDecoding,
    context: DecodeContext,
    { dialect, byte, line, types, head }: RowsStart,
  ) {
    this.#context = context;
    this.#settings = settings;
    this.#dialect = dialect;
    this.#marks = marksOf(dialect);
    this.#judge = new RowJudge(settings, context, types);
    if (head !== undefined) this.#judge.goOn(head);
    this.#walked = new WalkedRows(dialect);
    this.#byte = byte;
    this.#line = line;
  }

  position(): RowsPosition | undefined {
    if (this.#fatal !== undefined) return undefined;
    const { number: record, head } = this.#judge;
    return { byte: this.#byte, line: this.#line, record, head };
  }

  decode(chunk: Uint8Array): Batch<T> | undefined {
    if (this.#fatal !== undefined) throw this.#fatal.error;
    this.#held.add(chunk);
    const due = this.#worthIndexing(chunk) || this.#held.length > this.#settings.maxRecordBytes;
    if (due) return this.#take(false);
    this.#held.keep(0);
    return undefined;
  }

  flush(chunk: Uint8Array): Batch<T> | undefined {
    if (this.#fatal !== undefined) throw this.#fatal.error;
    this.#held.add(chunk);
    return this.#take(true);
  }

  #worthIndexing(chunk: Uint8Array): boolean {
    if (this.#fruitless >= RETRY_BYTES) return this.#held.length >= 2 * this.#fruitless;
    return chunk.includes(this.#marks.newline);
  }

  #take(last: boolean): Batch<T> | undefined {
    const making: Making = { records: [], origins: [] };
    try {
      this.#read(last, making);
    } catch (error) {
      if (making.origins.length === 0 || last) throw error;
      this.#fatal = { error };
    }
    const { records, origins } = making;
    if (records.length === 0) return undefined;
    return batch(
      records as T[],
      origins.length === 1 ? origins[0]!.origin : new PiecesOrigin(this.#context.source, origins),
    );
  }

  #read(last: boolean, making: Making): void {
    const held = this.#held;
    const passed = withIndex((index) => this.#windows(index, last, making));
    held.keep(passed);
    this.#fruitless = passed === 0 ? held.length : 0;
    const { maxRecordBytes } = this.#settings;
    if (held.length > maxRecordBytes) {
      const bytes = held.slice(0, held.length);
      const decoded = bytes.length - utf8Tail(bytes);
      const rest = bytes.toString('utf8', 0, decoded);
      if (isTooLong(decoded, maxRecordBytes, rest)) {
        const origin = fileOrigin(this.#context, this.#judge.next, this.#line, this.#byte);
        throw tooLong(rest, this.#dialect, origin, maxRecordBytes);
      }
    }
  }

  /** Reads the rows that ended. Returns how many bytes they take. */
  #windows(index: StructuralIndex, last: boolean, making: Making): number {
    const held = this.#held;
    let from = 0;
    while (from < held.length) {
      const length = held.copy(index.bytes, from);
      const whole = from + length === held.length;
      let passed = this.#window(index, length, making);
      if (passed === 0 && (last || !whole)) passed = this.#longRow(from, last, making);
      this.#byte += passed;
      from += passed;
      if (passed === 0 || (whole && !last)) break;
    }
    return from;
  }

  /** Reads the rows that end in the first `length` bytes of the window. */
  #window(index: StructuralIndex, length: number, making: Making): number {
    const { bytes, ends, rows } = index;
    const ascii = isAscii(bytes.subarray(0, length));
    const text = ascii
      ? bytes.toString('latin1', 0, length)
      : bytes.toString('utf8', 0, length - utf8Tail(bytes.subarray(0, length)));
    const piece = this.#begin(text, making);
    if (length > this.#settings.maxRecordBytes) this.#check(piece, piece.locator.rows.endedRows());
    let byte = 0;
    let start = 0;
    try {
      for (;;) {
        const found = index.scan(byte, length, start, this.#marks);
        if (found > 0) {
          this.#indexed({ text, ends, rows, start }, found, piece, making);
          byte = index.end;
          start = rows[2 * found - 1]!;
          this.#line += found + index.quotedLines;
        } else {
          const read = index.stopped < length ? this.#walked.read(text.slice(start), false) : undefined;
          if (read === undefined) break;
          const row = text.slice(start, start + read.length);
          this.#odd({ ...read, row: piece.rows, locator: piece.locator }, piece, making);
          byte += ascii ? row.length : Buffer.byteLength(row);
          start += row.length;
          this.#line += count(row, this.#dialect.newline);
        }
      }
    } finally {
      this.#end(piece, making);
    }
    return byte;
  }

  /** Reads a row that is longer than the window, or has no line end as it is the last. */
  #longRow(from: number, last: boolean, making: Making): number {
    const { newline } = this.#dialect;
    for (let size = 2 * WINDOW; ; size *= 2) {
      const bytes = this.#held.slice(from, size);
      const whole = from + bytes.length === this.#held.length;
      let text = bytes.toString('utf8', 0, last && whole ? bytes.length : bytes.length - utf8Tail(bytes));
      if (last && whole && newline === '\r' && text.endsWith('\n')) text = text.slice(0, -1);
      if (text === '') return bytes.length;
      const read = this.#walked.read(text, last && whole);
      if (read === undefined && whole) return 0;
      if (read === undefined) continue;
      const piece = this.#begin(text, making);
      if (read.length > this.#settings.maxRecordBytes / 3) this.#check(piece, 1);
      this.#odd({ ...read, row: 0, locator: piece.locator }, piece, making);
      const row = text.slice(0, read.length);
      this.#end(piece, making);
      this.#line += count(row, newline);
      return whole && row === text ? bytes.length : Buffer.byteLength(row);
    }
  }

  #begin(text: string, making: Making): Piece {
    const { source, file, converted } = this.#context;
    const place = { source, file, converted, byte: this.#byte, line: this.#line };
    return {
      locator: new RowLocator({ ...place, text, dialect: this.#dialect }),
      numbers: this.#judge.numbers(),
      before: making.records.length,
      rows: 0,
    };
  }

  #check({ locator }: Piece, rows: number): void {
    const { maxRecordBytes, skipEmptyLines } = this.#settings;
    checkRecordBytes({ locator, rows, record: this.#judge.next, skipEmptyLines }, maxRecordBytes);
  }

  #end({ locator, numbers, before, rows }: Piece, { records, origins }: Making): void {
    this.#judge.passed(rows, numbers);
    if (records.length > before) origins.push({ before, origin: new CsvOrigin(locator, numbers) });
  }

  /** Makes records of the `found` rows of the index. */
  #indexed(indexed: IndexedRows, found: number, piece: Piece, making: Making): void {
    const before = piece.rows;
    const { quote } = this.#dialect;
    for (let row = 0; row < found; row++) {
      const { layout } = this.#judge;
      if (layout !== undefined) {
        this.#build ??= rowBuilder(layout, quote);
        row = this.#build(indexed, row, found, making.records);
        if (row === found) break;
      }
      piece.rows = before + row;
      const fields = fieldsOf(indexed, row, quote);
      const blank = fields.length === 1 && fields[0] === '' && (indexed.rows[2 * row]! & 1) === 0;
      this.#odd({ row: piece.rows, fields, bad: false, blank, locator: piece.locator }, piece, making);
    }
    piece.rows = before + found;
  }

  /** Settles a row that is not simply one whole record. */
  #odd(read: ReadRow, piece: Piece, making: Making): void {
    const { numbers } = piece;
    piece.rows = read.row + 1;
    if (this.#judge.layout === undefined) {
      numbers.first = piece.rows;
      if (this.#judge.skips(read) || this.#judge.begin(read)) return;
      numbers.first = read.row;
    }
    const replacement = this.#judge.judge(read, numbers);
    if (replacement !== undefined) making.records.push(replacement.record);
  }
}

export function marksOf({ delimiter, quote, newline }: Dialect): Marks {
  return {
    delimiter: delimiter.charCodeAt(0),
    quote: quote === '' ? 255 : quote.charCodeAt(0),
    newline: newline.charCodeAt(0),
  };
}
