import { z } from 'zod';
import { didYouMean } from '../../../core/did-you-mean.ts';
import { type ErrorFields, MillraceError } from '../../../core/errors.ts';
import { showValue } from '../../../core/show-value.ts';
import { columnNames } from '../../formats/column-names.ts';
import { type RowValues, rowValues } from './row-values.ts';

/** Which columns of a table are written, and what becomes of records with others. */
export interface RecordColumnOptions {
  /** The columns to write; by default the keys of the first record. What the table has besides gets its default. */
  readonly columns?: readonly string[] | undefined;
  /** What happens to a record with a key that is no column to write. @default 'fail' */
  readonly extra?: 'fail' | 'ignore' | undefined;
  /** What happens to a record that lacks a column, or has `undefined` there. @default 'null' */
  readonly missing?: 'null' | 'fail' | undefined;
}

export const recordColumnFields = {
  columns: columnNames('The columns to write; by default the keys of the first record'),
  extra: z.enum(['fail', 'ignore']).default('fail').describe('What happens to a key that is no column'),
  missing: z.enum(['null', 'fail']).default('null').describe('What happens to a column that is not there'),
} as const;

export interface RecordColumnsSpec {
  /** The columns to write, where they are known; else those of the first record. */
  readonly columns: readonly string[] | undefined;
  readonly extra: 'fail' | 'ignore';
  readonly missing: 'null' | 'fail';
  /** What is written to, for errors: `sqlite orders.db orders`. */
  readonly target: string;
}

/** The values of records, in the order of the columns, which the first record settles where nothing else does. */
export class RecordColumns {
  readonly #spec: RecordColumnsSpec;
  #names: readonly string[] | undefined;
  #take: RowValues | undefined;
  /** The keys of the last record that was looked through: most that follow have the same. */
  #keys: readonly string[] = [];

  constructor(spec: RecordColumnsSpec) {
    this.#spec = spec;
    if (spec.columns !== undefined) this.settle(spec.columns);
  }

  /** The columns, once they are known. */
  get names(): readonly string[] | undefined {
    return this.#names;
  }

  /** Says which they are. */
  settle(names: readonly string[]): void {
    this.#names = names;
    this.#take = rowValues(names);
    this.#keys = [];
  }

  /** Takes back what the first record has settled, as its batch was refused. */
  forget(): void {
    this.#names = undefined;
  }

  /**
   * What a batch says of the columns, where nothing else does: the keys of its first record.
   *
   * @throws MillraceError `ERR_ENCODE` when that has none.
   */
  told(records: readonly unknown[]): readonly string[] {
    this.#checkObject(records[0], 0);
    const names = Object.keys(records[0] as object);
    if (names.length > 0) return names;
    throw this.refusal(0, 'it has no keys', { hint: 'Name the columns: columns: [...].' });
  }

  /**
   * Puts the values of record `index` of a batch into `into`, from `at` on; a missing one is `undefined`.
   *
   * @throws MillraceError `ERR_ENCODE`, with `details.index`, for what is no object, and for a key or a column that must
   *   not be or be missing.
   */
  put(record: unknown, index: number, into: unknown[], at: number): void {
    this.#checkObject(record, index);
    this.#take!(record as Record<string, unknown>, into, at);
    const { extra, missing } = this.#spec;
    if (extra === 'fail' && !hasKeys(record as object, this.#keys)) this.#checkKeys(record as object, index);
    if (missing === 'fail') this.#checkMissing(into, at, index);
  }

  /** The error for a record of a batch that cannot be written. */
  refusal(index: number, found: string, fields: ErrorFields = {}): MillraceError {
    const message = `Cannot write record ${index + 1} of a batch to ${this.#spec.target}: ${found}`;
    return new MillraceError('ERR_ENCODE', message, { ...fields, details: { ...fields.details, index } });
  }

  #checkObject(record: unknown, index: number): void {
    if (typeof record === 'object' && record !== null && !Array.isArray(record)) return;
    throw this.refusal(index, `${showValue(record)} is no object with columns`, {
      hint: 'Make objects of the records before, e.g. map((value) => ({ value })).',
    });
  }

  #checkKeys(record: object, index: number): void {
    const names = this.#names!;
    const keys = Object.keys(record);
    const known = new Set(names);
    const extra = keys.find((key) => !known.has(key));
    if (extra !== undefined) {
      throw this.refusal(index, `its key ${JSON.stringify(extra)} is no column`, {
        hint: `${didYouMean(extra, names)} Name all columns in columns: [...], or say extra: 'ignore'.`,
        details: { column: extra },
      });
    }
    this.#keys = keys;
  }

  #checkMissing(values: readonly unknown[], at: number, index: number): void {
    const names = this.#names!;
    const column = names.find((_, place) => values[at + place] === undefined);
    if (column === undefined) return;
    throw this.refusal(index, `it lacks the column ${JSON.stringify(column)}`, {
      hint: "Give it a value, null for none, or say missing: 'null'.",
      details: { column },
    });
  }
}

/** Whether these and no others are the keys of a record, in this order: far cheaper than to make a list of them. */
function hasKeys(record: object, keys: readonly string[]): boolean {
  let count = 0;
  for (const key in record) {
    if (key !== keys[count]) return false;
    count++;
  }
  return count === keys.length;
}
