import { formatOrigin } from '../../../core/batch.ts';
import { MillraceError } from '../../../core/errors.ts';
import { type RecordBuilder, recordBuilder } from '../../../core/record-builder.ts';
import { showValue } from '../../../core/show-value.ts';
import { toDate } from '../../../core/typed-date.ts';
import { UNCONVERTIBLE } from '../../../core/unconvertible.ts';
import type { Origin } from '../../../interfaces/batch.ts';
import { BIG_INTEGERS, UnsafeInteger, unsafeInteger } from '../../formats/columnar/big-integers.ts';
import type { Row } from './row-pages.ts';
import type { ColumnMeaning, SqliteReadSettings } from './sqlite-read-options.ts';

/** What is wrong with a row: which column, and what it should be. */
export interface BadRow {
  readonly column: string;
  /** Absent for an integer that no number can say. */
  readonly meaning?: ColumnMeaning;
  readonly value: unknown;
}

/** Makes records of rows. */
export class RowRecords {
  readonly #names: readonly string[];
  readonly #build: RecordBuilder;
  readonly #integer: ((value: bigint) => unknown) | undefined;
  readonly #meanings: readonly (readonly [place: number, meaning: ColumnMeaning])[];

  constructor(names: readonly string[], { bigints, types }: SqliteReadSettings) {
    this.#names = names;
    // The last of several columns with one name counts, as in an object.
    this.#build = recordBuilder(
      names.flatMap((name, from) => (names.lastIndexOf(name) === from ? [{ name, from }] : [])),
    );
    this.#integer = bigints === 'bigint' ? undefined : BIG_INTEGERS[bigints];
    this.#meanings = names.flatMap((name, place) => {
      const meaning = Object.hasOwn(types, name) ? types[name] : undefined;
      return meaning === undefined ? [] : [[place, meaning] as const];
    });
  }

  /** The record of a row, and what is wrong with it, if anything: that value is as SQLite has it. */
  make(row: Row): { readonly record: Record<string, unknown>; readonly bad?: BadRow | undefined } {
    const values: unknown[] = row;
    const meant = this.#meanings.length === 0 ? undefined : this.#meant(values);
    const unsafe = this.#integer === undefined ? undefined : this.#integers(values);
    const bad = meant ?? unsafe;
    const record = this.#build(values);
    return bad === undefined ? { record } : { record, bad };
  }

  #integers(values: unknown[]): BadRow | undefined {
    let bad: BadRow | undefined;
    for (let place = 0; place < this.#names.length; place++) {
      const value = values[place];
      if (typeof value !== 'bigint') continue;
      try {
        values[place] = this.#integer!(value);
      } catch (error) {
        if (!(error instanceof UnsafeInteger)) throw error;
        bad ??= { column: this.#names[place]!, value };
      }
    }
    return bad;
  }

  #meant(values: unknown[]): BadRow | undefined {
    let bad: BadRow | undefined;
    for (const [place, meaning] of this.#meanings) {
      const value = values[place];
      if (value === null) continue;
      const meant = MEANINGS[meaning](value);
      if (meant === UNCONVERTIBLE) bad ??= { column: this.#names[place]!, meaning, value };
      else values[place] = meant;
    }
    return bad;
  }
}

/** The error for a bad row. */
export function badRow({ column, meaning, value }: BadRow, origin: Origin): MillraceError {
  if (meaning === undefined) return unsafeInteger(column, origin);
  const where = `column "${column}" of ${formatOrigin(origin)}`;
  return new MillraceError(
    'ERR_COLUMN_TYPE',
    `Cannot make a ${meaning} of ${where}: it is ${showValue(value)}`,
    {
      origin,
      hint: 'Give the reader an onError, or take the column out of types, and convert it behind the reader.',
      details: { column, type: meaning },
    },
  );
}

const MEANINGS: Readonly<Record<ColumnMeaning, (value: unknown) => unknown>> = {
  boolean(value) {
    const number = typeof value === 'bigint' ? Number(value) : value;
    return number === 1 ? true : number === 0 ? false : UNCONVERTIBLE;
  },
  date: (value) => (typeof value === 'string' ? toDate(value) : UNCONVERTIBLE),
  json(value) {
    if (typeof value !== 'string') return UNCONVERTIBLE;
    try {
      return JSON.parse(value);
    } catch {
      return UNCONVERTIBLE;
    }
  },
};
