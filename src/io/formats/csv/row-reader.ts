import { batch } from '../../../core/batch.ts';
import { UNCONVERTIBLE } from '../../../core/unconvertible.ts';
import type { Batch } from '../../../interfaces/batch.ts';
import type { ReadRow, RowJudge } from './row-judge.ts';
import { CsvOrigin, type RowLocator } from './row-locator.ts';

/** The rows of a piece of text, as papaparse gives them. */
export interface Rows {
  readonly data: string[][];
  /** `row`: the row that the error is in; rows that did not end yet may be named too. */
  readonly errors: readonly { readonly row?: number }[];
  readonly locator: RowLocator;
}

/** Makes records of the rows that papaparse read; the first row may name the fields. */
export class RowReader<T> {
  /** What ends the run, behind records that leave before. */
  fatal: { readonly error: unknown } | undefined;
  readonly #judge: RowJudge;

  constructor(judge: RowJudge) {
    this.#judge = judge;
  }

  read(rows: Rows): Batch<T> | undefined {
    const { data, locator } = rows;
    dropCarriageReturns(rows);
    const bad = badRows(rows);
    const numbers = this.#judge.numbers();
    numbers.first = this.#start(rows, bad);
    if (this.#judge.layout === undefined) return undefined;
    const { width, make } = this.#judge.layout;
    const records: T[] = [];
    const sure = bad === undefined && width > 1;
    for (let row = numbers.first; row < data.length; row++) {
      const fields = data[row]!;
      if (fields.length === width && (sure || (bad?.has(row) !== true && !isBlank(fields, row, locator)))) {
        const record = make(fields);
        if (record !== UNCONVERTIBLE) {
          records.push(record as T);
          continue;
        }
      }
      try {
        const replacement = this.#judge.judge(readRow(rows, row, bad), numbers);
        if (replacement !== undefined) records.push(replacement.record as T);
      } catch (error) {
        if (records.length === 0) throw error;
        this.fatal = { error };
        break;
      }
    }
    this.#judge.passed(data.length, numbers);
    return records.length === 0 ? undefined : batch(records, new CsvOrigin(locator, numbers));
  }

  /** The first row of data; takes the header before it. */
  #start(rows: Rows, bad: ReadonlySet<number> | undefined): number {
    if (this.#judge.layout !== undefined) return 0;
    for (let row = 0; row < rows.data.length; row++) {
      const read = readRow(rows, row, bad);
      if (!this.#judge.skips(read)) return this.#judge.begin(read) ? row + 1 : row;
    }
    return rows.data.length;
  }
}

/** All rows, each on its own. */
export function readRows(rows: Rows): ReadRow[] {
  dropCarriageReturns(rows);
  const bad = badRows(rows);
  return rows.data.map((_, row) => readRow(rows, row, bad));
}

function readRow({ data, locator }: Rows, row: number, bad: ReadonlySet<number> | undefined): ReadRow {
  const fields = data[row]!;
  return { row, fields, bad: bad?.has(row) === true, blank: isBlank(fields, row, locator), locator };
}

function isBlank(fields: readonly string[], row: number, locator: RowLocator): boolean {
  if (fields.length !== 1 || fields[0] !== '') return false;
  const { text, dialect } = locator.piece;
  if (dialect.quote === '' || !text.includes(dialect.quote)) return true;
  return locator.rows.start(row) === locator.rows.end(row);
}

/** papaparse names an unfinished row when a chunk ends within its quotes: that is no error yet. */
function badRows({ data, errors }: Rows): ReadonlySet<number> | undefined {
  let bad: Set<number> | undefined;
  for (const { row } of errors) {
    if (row === undefined || row >= data.length) continue;
    bad ??= new Set();
    bad.add(row);
  }
  return bad;
}

/**
 * Takes the carriage return of CR LF from the last fields. In a quoted one it can only belong to the
 * text, which costs a walk; so that is looked at where some quote follows a carriage return at all, or
 * none does where it should.
 */
function dropCarriageReturns({ data, errors, locator }: Rows): void {
  const { text, dialect } = locator.piece;
  const { newline, quote } = dialect;
  if (newline !== '\n' || !text.includes('\r')) return;
  const unsure = quote !== '' && (errors.length > 0 || text.includes(`\r${quote}`));
  for (let row = 0; row < data.length; row++) {
    dropCarriageReturn(data[row]!, () => unsure && locator.rows.quotedEnd(row));
  }
}

/** Takes the carriage return of CR LF from the last field, unless that is quoted. */
export function dropCarriageReturn(fields: string[], quoted: () => boolean): void {
  const last = fields.length - 1;
  const value = fields[last]!;
  if (value.charCodeAt(value.length - 1) === 13 && !quoted()) fields[last] = value.slice(0, -1);
}
