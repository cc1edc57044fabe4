import { isAscii } from 'node:buffer';
import { batch } from '../../../core/batch.ts';
import type { Batch, BatchOrigin } from '../../../interfaces/batch.ts';
import type { DecodeContext, Decoder } from '../../../interfaces/format.ts';
import { isStandardDialect } from './csv-dialect.ts';
import { HeldBytes } from './held-bytes.ts';
import { IndexedDecoder, marksOf } from './indexed-decoder.ts';
import { PapaDecoder } from './papa-decoder.ts';
import type { CsvDecoding } from './row-judge.ts';
import { type RowsDecoder, type RowsStart, RowsStarter } from './rows-start.ts';
import { type Marks, type StructuralIndex, WINDOW, withIndex } from './structural-index.ts';

const CARRIAGE_RETURN = 13;
const NONE: Uint8Array = new Uint8Array(0);

/** Rows that were counted, and the bytes that they take. */
interface Counted {
  readonly records: number;
  readonly bytes: number;
}

/**
 * Counts the records of CSV by the index of the bytes alone. Rows that are not as wide as the first, or have odd
 * quotes, or are longer than a window, are given to a decoder that reads them, with those around them.
 */
export class CountingDecoder implements Decoder<undefined> {
  readonly #context: DecodeContext;
  readonly #settings: CsvDecoding;
  readonly #starter: RowsStarter;
  readonly #held = new HeldBytes();
  /** Where the held bytes begin; `undefined` before the dialect is known. */
  #start: RowsStart | undefined;
  #marks: Marks | undefined;
  #record = 1;
  /** Length of held bytes that have no whole row in them. */
  #fruitless = 0;
  /** Reads everything where the dialect has no index. */
  #reading: RowsDecoder<undefined> | undefined;

  constructor(settings: CsvDecoding, context: DecodeContext) {
    this.#context = context;
    this.#settings = settings;
    this.#starter = new RowsStarter(settings, context);
  }

  decode(chunk: Uint8Array): Batch<undefined> | undefined {
    if (this.#reading !== undefined) return this.#reading.decode(chunk);
    this.#held.add(chunk);
    return this.#take(chunk, false);
  }

  flush(): Batch<undefined> | undefined {
    if (this.#reading !== undefined) return this.#reading.flush(NONE);
    return this.#take(NONE, true);
  }

  #take(chunk: Uint8Array, last: boolean): Batch<undefined> | undefined {
    const held = this.#held;
    if (this.#start === undefined) {
      const found = this.#starter.find(held, chunk, last);
      if (found === undefined) return undefined;
      if (!isStandardDialect(found.dialect)) {
        this.#reading = new PapaDecoder(this.#settings, this.#context, found);
        const rest = held.slice(0, held.length);
        return last ? this.#reading.flush(rest) : this.#reading.decode(rest);
      }
      this.#start = found;
      this.#marks = marksOf(found.dialect);
    }
    if (!last && held.length < 2 * this.#fruitless) {
      held.keep(0);
      return undefined;
    }
    const first = this.#record;
    let sum = 0;
    let from = 0;
    while (from < held.length) {
      const counted =
        this.#width === undefined ? undefined : withIndex((index) => this.#count(index, from, last));
      const { records, bytes } = counted ?? this.#read(from, last);
      sum += records;
      from += bytes;
      if (bytes === 0) break;
    }
    this.#fruitless = from === 0 ? held.length : 0;
    held.keep(from);
    return sum === 0 ? undefined : batch(new Array<undefined>(sum), this.#origin(first));
  }

  /** Fields of the first row. */
  get #width(): number | undefined {
    const { header } = this.#settings;
    if (Array.isArray(header)) return header.length;
    const head = this.#start?.head;
    return typeof head === 'object' ? head.length : head;
  }

  /** Counts the rows of one scan; `undefined` where one of them has to be looked at. */
  #count(index: StructuralIndex, from: number, last: boolean): Counted | undefined {
    const length = this.#held.copy(index.bytes, from);
    const found = index.scan(0, length, 0, this.#marks!);
    if (found === 0) {
      const begun = index.stopped >= length && from + length === this.#held.length && length < WINDOW;
      return begun && !last ? { records: 0, bytes: 0 } : undefined;
    }
    const { rows, end: bytes, quotedLines } = index;
    const width = 2 * this.#width!;
    let blanks = 0;
    for (let row = 0, fields = 0; row < found; row++) {
      const next = rows[2 * row]! & ~1;
      // A line with nothing in it is one field, too.
      if (next - fields !== width || width === 2) {
        const blank = next - fields === 2 && isBlank(index, row, bytes);
        if (blank === true) blanks++;
        else if (blank === undefined || next - fields !== width) return undefined;
      }
      fields = next;
    }
    const start = this.#start!;
    this.#start = { ...start, byte: start.byte + bytes, line: start.line + found + quotedLines };
    this.#record += found - blanks;
    return { records: found - blanks, bytes };
  }

  /** Reads a window of rows, or all that there is where a window is not enough. */
  #read(from: number, last: boolean): Counted {
    const rest = this.#held.length - from;
    const window = this.#readSome(from, Math.min(WINDOW, rest), last && rest <= WINDOW);
    return window.bytes > 0 || rest <= WINDOW ? window : this.#readSome(from, rest, last);
  }

  #readSome(from: number, length: number, last: boolean): Counted {
    const start = this.#start!;
    const { byte, line } = start;
    const context: DecodeContext = {
      ...this.#context,
      failed: (failure) => this.#context.failed(failure),
      from: { byte, line, record: this.#record },
    };
    const decoder = new IndexedDecoder<unknown>(this.#settings, context, start);
    const bytes = this.#held.slice(from, length);
    const records = (last ? decoder.flush(bytes) : decoder.decode(bytes))?.records.length ?? 0;
    if (last) return { records, bytes: length };
    const stands = decoder.position();
    if (stands === undefined) {
      // What is wrong was found behind records that come before it.
      decoder.flush(NONE);
      return { records, bytes: length };
    }
    this.#record = stands.record;
    this.#start = { ...start, byte: stands.byte, line: stands.line, head: stands.head };
    return { records, bytes: stands.byte - byte };
  }

  #origin(first: number): BatchOrigin {
    const { source, file } = this.#context;
    return {
      source,
      at: (index) => ({ source, ...(file === undefined ? {} : { file }), record: first + index }),
    };
  }
}

/** Whether a row of one field is a line with nothing in it; `undefined` where the bytes have to be looked at. */
function isBlank({ bytes, rows }: StructuralIndex, row: number, end: number): boolean | undefined {
  const begin = row === 0 ? 0 : rows[2 * row - 1]!;
  const length = rows[2 * row + 1]! - begin;
  if (length !== 2) return length === 1;
  if (!isAscii(bytes.subarray(0, end))) return undefined;
  return bytes[begin] === CARRIAGE_RETURN;
}
