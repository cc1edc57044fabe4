import type { ColumnType } from '../../../core/column-types.ts';
import type { Batch } from '../../../interfaces/batch.ts';
import type { DecodeContext } from '../../../interfaces/format.ts';
import { fileOrigin } from '../../bytes/file-origin.ts';
import { utf8Tail } from '../../bytes/utf8-text.ts';
import { assumedDialect, type Dialect, settleDialect } from './csv-dialect.ts';
import type { CsvReadSettings } from './csv-read-options.ts';
import type { HeldBytes } from './held-bytes.ts';
import { isTooLong, tooLong } from './record-limit.ts';
import type { CsvHead } from './row-judge.ts';

/** Where the rows of a file begin, and how they are written. */
export interface RowsStart {
  readonly dialect: Dialect;
  /** Offset of the first row in the file, counted from 0. */
  readonly byte: number;
  /** Line of the first row, counted from 1. */
  readonly line: number;
  /** The types of the columns, where they were inferred. */
  readonly types?: readonly ColumnType[] | undefined;
  /** What the first row was, where reading goes on behind it. */
  readonly head?: CsvHead | undefined;
}

/** Where the next row of a file begins, and what its first row was. */
export interface RowsPosition {
  readonly byte: number;
  readonly line: number;
  readonly record: number;
  readonly head?: CsvHead | undefined;
}

/** Reads the rows of a file from where they start. */
export interface RowsDecoder<T> {
  decode(chunk: Uint8Array): Batch<T> | undefined;
  /** Takes the end of the file. */
  flush(chunk: Uint8Array): Batch<T> | undefined;
  /** `undefined` when the next call throws. */
  position(): RowsPosition | undefined;
}

/** Below this, held bytes are looked at again whenever a line end comes; above it, when they have doubled. */
export const RETRY_BYTES = 65_536;

/** Skips lines and settles the dialect, from the beginning of a file. */
export class RowsStarter {
  readonly #settings: CsvReadSettings;
  readonly #context: DecodeContext;
  #skip: number;
  #fruitless = 0;
  #byte: number;
  #line = 1;

  constructor(settings: CsvReadSettings, context: DecodeContext) {
    this.#settings = settings;
    this.#context = context;
    this.#skip = settings.skipLines;
    this.#byte = context.offset ?? 0;
  }

  /**
   * Where the rows start, once the file has come so far. Then `held` begins with the first row; before,
   * with what was not skipped.
   */
  find(held: HeldBytes, chunk: Uint8Array, last: boolean): RowsStart | undefined {
    const { maxRecordBytes } = this.#settings;
    if (!last && held.length <= maxRecordBytes && !this.#worthLooking(held.length, chunk)) {
      held.keep(0);
      return undefined;
    }
    const bytes = held.slice(0, held.length);
    const decoded = last ? bytes.length : bytes.length - utf8Tail(bytes);
    const text = bytes.toString('utf8', 0, decoded);
    const skipped = this.#skipLines(text, last);
    const rest = text.slice(skipped);
    const passed = Buffer.byteLength(text.slice(0, skipped));
    this.#byte += passed;
    held.keep(passed);
    const dialect = this.#skip === 0 ? settleDialect(rest, this.#settings, last) : undefined;
    if (dialect !== undefined) return { dialect, byte: this.#byte, line: this.#line };
    this.#fruitless = held.length;
    if (!isTooLong(decoded - passed, maxRecordBytes, rest)) return undefined;
    const record = this.#settings.header === true ? 0 : 1;
    const origin = fileOrigin(this.#context, record, this.#line, this.#byte);
    throw tooLong(rest, assumedDialect(this.#settings), origin, maxRecordBytes);
  }

  #worthLooking(length: number, chunk: Uint8Array): boolean {
    if (this.#fruitless >= RETRY_BYTES) return length >= 2 * this.#fruitless;
    return length >= RETRY_BYTES || chunk.includes(10) || chunk.includes(13);
  }

  /** Length of the lines to skip that ended. */
  #skipLines(text: string, last: boolean): number {
    let skipped = 0;
    const lineEnd = last ? /\r\n|\n|\r/g : /\r\n|\n|\r(?!$)/g;
    for (; this.#skip > 0; this.#skip--) {
      lineEnd.lastIndex = skipped;
      const match = lineEnd.exec(text);
      if (match === null && !last) break;
      skipped = match === null ? text.length : lineEnd.lastIndex;
      this.#line++;
    }
    return skipped;
  }
}
