import { MillraceError } from '../../../core/errors.ts';
import { showValue } from '../../../core/show-value.ts';
import { type ColumnKind, columnValue, kindOf } from './column-kinds.ts';

export interface ColumnBufferOptions {
  /** The columns and what they hold; by default those of the first records. */
  readonly columns?: Readonly<Record<string, ColumnKind>> | undefined;
  /** What happens to a record with a key that is no column. */
  readonly extra: 'fail' | 'ignore';
}

/** Columns by their names, in their order. */
type Kinds = readonly (readonly [string, ColumnKind])[];

/** A column and its values so far. */
export interface BufferedColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly values: unknown[];
}

/** Records as columns, until they are taken. */
export class ColumnBuffer {
  readonly #extra: 'fail' | 'ignore';
  #kinds: Kinds | undefined;
  #known: ReadonlySet<string> = new Set();
  #columns: BufferedColumn[] = [];
  #rows = 0;
  #before: { readonly kinds: Kinds | undefined; readonly rows: number } = { kinds: undefined, rows: 0 };

  constructor({ columns, extra }: ColumnBufferOptions) {
    this.#extra = extra;
    if (columns !== undefined) this.#begin(Object.entries(columns));
  }

  get rows(): number {
    return this.#rows;
  }

  /** The columns with their kinds; nothing as long as no record said which there are. */
  get kinds(): Kinds | undefined {
    return this.#kinds;
  }

  /**
   * Takes all of the records or, when it throws, none.
   *
   * @throws MillraceError `ERR_ENCODE` that names the record and the column.
   */
  push(records: readonly unknown[]): void {
    const kinds = this.#kinds ?? kindsOf(records);
    const known = this.#kinds === undefined ? new Set(kinds.map(([name]) => name)) : this.#known;
    for (const [index, record] of records.entries()) this.#check(record, index, known);
    const added = kinds.map(([name, kind]) =>
      records.map((record, index) => cell(record, index, name, kind)),
    );
    this.#before = { kinds: this.#kinds, rows: this.#rows };
    if (this.#kinds === undefined && records.length > 0) this.#begin(kinds);
    for (const [at, { values }] of this.#columns.entries()) {
      for (const value of added[at]!) values.push(value);
    }
    this.#rows += records.length;
  }

  /** Lets go of what the last `push` took; nothing was taken out since. */
  undo(): void {
    const { kinds, rows } = this.#before;
    if (kinds === undefined) this.#begin([]);
    this.#kinds = kinds;
    for (const { values } of this.#columns) values.length = rows;
    this.#rows = rows;
  }

  /** Gives out the columns, and begins anew with none of their values. */
  take(): readonly BufferedColumn[] {
    const taken = this.#columns;
    this.#begin(this.#kinds ?? []);
    return taken;
  }

  #begin(kinds: Kinds): void {
    this.#kinds = kinds;
    this.#known = new Set(kinds.map(([name]) => name));
    this.#columns = kinds.map(([name, kind]) => ({ name, kind, values: [] }));
    this.#rows = 0;
  }

  #check(record: unknown, index: number, known: ReadonlySet<string>): void {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      throw refusal(
        index,
        `${showValue(record)} is no object with columns`,
        'Make objects of the records before.',
      );
    }
    if (this.#extra === 'ignore') return;
    const extra = Object.keys(record).find((key) => !known.has(key));
    if (extra === undefined) return;
    throw refusal(index, `"${extra}" is no column`, 'Name it in columns, or say extra: "ignore".');
  }
}

/** What the first records say: columns in the order of their keys, each of the kind of its first value. */
function kindsOf(records: readonly unknown[]): Kinds {
  const found = new Map<string, ColumnKind | undefined>();
  for (const record of records) {
    if (typeof record !== 'object' || record === null) continue;
    for (const [key, value] of Object.entries(record)) {
      if (found.get(key) === undefined) found.set(key, kindOf(value));
    }
  }
  return [...found].map(([name, kind]) => [name, kind ?? 'string']);
}

function cell(record: unknown, index: number, name: string, kind: ColumnKind): unknown {
  const value = Object.hasOwn(record as object, name) ? Reflect.get(record as object, name) : null;
  const written = columnValue(kind, value);
  if (written !== undefined) return written;
  const found = `column "${name}" holds ${kind}, and ${showValue(value)} is none`;
  throw refusal(index, found, `Convert it before, or say what the column holds: columns: { ${name}: … }.`);
}

function refusal(index: number, found: string, hint: string): MillraceError {
  const message = `Cannot encode record ${index + 1} of the batch: ${found}`;
  return new MillraceError('ERR_ENCODE', message, { hint, details: { index } });
}
