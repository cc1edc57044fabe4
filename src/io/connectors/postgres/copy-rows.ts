import { RecordColumns, type RecordColumnsSpec } from '../sql/record-columns.ts';
import { type CellKind, cellText, UnwritableValue } from './cell-text.ts';
import { CopyBytes } from './copy-bytes.ts';
import { isUsual } from './date-text.ts';

/** Records as rows in the text format of COPY. */
export class CopyRows {
  readonly records: RecordColumns;
  readonly #bytes = new CopyBytes();
  #kinds: readonly CellKind[] = [];
  #values: unknown[] = [];
  /** Rows since they were last taken. */
  rows = 0;

  constructor(spec: RecordColumnsSpec) {
    this.records = new RecordColumns(spec);
  }

  /** How many bytes wait to be taken. */
  get length(): number {
    return this.#bytes.length;
  }

  /** Says what the columns, which are known by now, take. */
  settle(kinds: readonly CellKind[]): void {
    this.#kinds = kinds;
    this.#values = new Array(kinds.length);
  }

  /**
   * Takes all records of a batch or, when it throws, none.
   *
   * @throws MillraceError `ERR_ENCODE` that names the record, with `details.index` and `details.column`.
   */
  put(records: readonly unknown[]): void {
    const { length } = this.#bytes;
    try {
      for (let index = 0; index < records.length; index++) this.#row(records[index], index);
    } catch (error) {
      this.#bytes.cut(length);
      throw error;
    }
    this.rows += records.length;
  }

  #row(record: unknown, index: number): void {
    const values = this.#values;
    this.records.put(record, index, values, 0);
    for (let column = 0; column < values.length; column++) this.#cell(values[column], column, index);
    this.#bytes.endRow();
  }

  #cell(value: unknown, column: number, index: number): void {
    const bytes = this.#bytes;
    if (value === null || value === undefined) {
      bytes.null();
      return;
    }
    const kind = this.#kinds[column]!;
    if (kind.form !== 'json') {
      if (typeof value === 'number') {
        bytes.number(value);
        return;
      }
      if (typeof value === 'string') {
        if (bytes.text(value)) return;
        throw this.#refusal('text with NUL, or with half a character, is none in PostgreSQL', column, index);
      }
      if (value instanceof Date && isUsual(value)) {
        bytes.date(value.getTime());
        return;
      }
    }
    if (bytes.text(this.#text(value, kind, column, index))) return;
    throw this.#refusal('there is text with NUL, or with half a character, in it', column, index);
  }

  #text(value: unknown, kind: CellKind, column: number, index: number): string {
    try {
      return cellText(value, kind);
    } catch (error) {
      if (error instanceof UnwritableValue) throw this.#refusal(error.message, column, index);
      throw error;
    }
  }

  #refusal(found: string, column: number, index: number): Error {
    const name = this.records.names![column]!;
    return this.records.refusal(index, `${found} (column "${name}")`, {
      hint: 'Make a plain value of it before, with map.',
      details: { column: name },
    });
  }

  /** Gives out the rows. */
  take(): Buffer {
    this.rows = 0;
    return this.#bytes.take();
  }
}
