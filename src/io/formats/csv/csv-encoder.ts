import { isDeepStrictEqual } from 'node:util';
import { didYouMean } from '../../../core/did-you-mean.ts';
import { MillraceError } from '../../../core/errors.ts';
import type { Encoder } from '../../../interfaces/format.ts';
import type { CsvWriteSettings } from './csv-write-options.ts';
import { FieldBytes } from './field-bytes.ts';
import { FieldText } from './field-text.ts';
import { own, type RowWriter, rowWriter } from './row-writer.ts';

/** How the records of a file become rows. */
interface Shape {
  readonly columns: readonly string[];
  readonly write: RowWriter;
}

/** What a later run has to know to go on with a file. */
export interface CsvEncoderState {
  /** `null` where no record has settled them. */
  readonly columns: readonly string[] | null;
  readonly width: number | null;
  readonly headerDue: boolean;
}

/** CSV as RFC 4180 has it. The options or the first record settle the columns. */
export class CsvEncoder<T> implements Encoder<T> {
  readonly #settings: CsvWriteSettings;
  readonly #text: FieldText;
  readonly #bytes: FieldBytes;
  #shape: Shape | undefined;
  /** Fields of a row, where records are arrays. */
  #width: number | undefined;
  #headerDue: boolean;
  #settled: { shape: Shape | undefined; width: number | undefined; headerDue: boolean } | undefined;
  /** The keys of the last record that was looked through: most that follow have the same. */
  #keys: readonly string[] = [];

  /** `present`: the columns of what is before, which are those to write; `undefined` where nothing is. */
  constructor(settings: CsvWriteSettings, header: boolean, present?: readonly string[]) {
    this.#settings = settings;
    this.#text = new FieldText(settings);
    this.#bytes = new FieldBytes(settings, this.#text);
    this.#headerDue = header && settings.header;
    const columns = settings.columns ?? present;
    if (columns === undefined) return;
    this.#shape = { columns, write: rowWriter(columns) };
    this.#width = columns.length;
  }

  encode(records: readonly T[]): Uint8Array {
    this.#settled = { shape: this.#shape, width: this.#width, headerDue: this.#headerDue };
    try {
      for (let index = 0; index < records.length; index++) {
        this.#text.index = index;
        this.#row(records[index], this.#headerDue && index === 0);
      }
    } catch (error) {
      this.#bytes.drop();
      this.undo();
      throw error;
    }
    if (records.length > 0) this.#headerDue = false;
    return this.#bytes.take();
  }

  undo(): void {
    if (this.#settled === undefined) return;
    this.#shape = this.#settled.shape;
    this.#width = this.#settled.width;
    this.#headerDue = this.#settled.headerDue;
  }

  snapshot(): CsvEncoderState {
    const columns = this.#shape === undefined ? null : [...this.#shape.columns];
    return { columns, width: this.#width ?? null, headerDue: this.#headerDue };
  }

  /** Rows go on under the header that is there. */
  restore(state: unknown): void {
    const { columns, width, headerDue } = state as CsvEncoderState;
    const wanted = this.#settings.columns;
    if (wanted !== undefined && columns !== null && !isDeepStrictEqual(columns, [...wanted])) {
      const found = `its columns are ${JSON.stringify(columns)}, and those to write ${JSON.stringify(wanted)}`;
      throw new MillraceError('ERR_CHANGED', `Cannot go on with a CSV file: ${found}`, {
        hint: 'Name the columns that it has, or begin afresh without the checkpoint.',
      });
    }
    const known = columns ?? wanted;
    this.#shape = known === undefined ? undefined : { columns: known, write: rowWriter(known) };
    this.#width = width ?? known?.length;
    this.#headerDue = headerDue;
  }

  /** The header of a file without records, where the columns are known. */
  finish(): Uint8Array {
    if (this.#headerDue && this.#shape !== undefined) this.#header();
    return this.#bytes.take();
  }

  #row(record: unknown, header: boolean): void {
    if (Array.isArray(record)) {
      this.#arrayRow(record, header);
      return;
    }
    if (typeof record !== 'object' || record === null) {
      throw this.#text.refusal(`it is ${record === null ? 'null' : `of type ${typeof record}`}`, {
        hint: 'Make objects of the records before, e.g. map((value) => ({ value })).',
      });
    }
    const shape = this.#shape ?? this.#settle(record);
    if (header) this.#header();
    shape.write(record as Record<string, unknown>, this.#bytes);
    this.#bytes.endRow();
    const { extra, missing } = this.#settings;
    if (extra === 'fail' && !hasKeys(record, this.#keys)) this.#checkKeys(record, shape);
    if (missing === 'empty' || !this.#bytes.takeAbsent()) return;
    throw this.#missing(
      shape.columns.find((name) => own(record as Record<string, unknown>, name) === undefined),
    );
  }

  #checkKeys(record: object, { columns }: Shape): void {
    const keys = Object.keys(record);
    const known = new Set(columns);
    const extra = keys.find((key) => !known.has(key));
    if (extra !== undefined) {
      throw this.#text.refusal(`its key ${JSON.stringify(extra)} is no column`, {
        hint: `${didYouMean(extra, columns)} Name all columns in columns: [...], or say extra: 'ignore'.`,
      });
    }
    this.#keys = keys;
  }

  #missing(column: string | number | undefined): MillraceError {
    return this.#text.refusal(`it lacks the column ${JSON.stringify(column)}`, {
      hint: "Give it a value, null for none, or say missing: 'empty'.",
    });
  }

  #arrayRow(values: readonly unknown[], header: boolean): void {
    this.#width ??= values.length;
    if (values.length !== this.#width || values.length === 0) {
      throw this.#text.refusal(
        `it is an array of ${values.length} fields, not ${this.#width === 0 ? '1 or more' : this.#width}`,
      );
    }
    if (header) this.#header();
    for (let index = 0; index < values.length; index++) this.#bytes.put(values[index]);
    this.#bytes.endRow();
    if (this.#settings.missing === 'empty' || !this.#bytes.takeAbsent()) return;
    const lacking = values.indexOf(undefined);
    throw this.#missing(this.#shape?.columns[lacking] ?? lacking + 1);
  }

  #settle(record: object): Shape {
    const columns = Object.keys(record);
    if (columns.length === 0) {
      throw this.#text.refusal('it has no keys', { hint: 'Name the columns: columns: [...].' });
    }
    this.#shape = { columns, write: rowWriter(columns) };
    this.#width = columns.length;
    return this.#shape;
  }

  #header(): void {
    if (this.#shape === undefined) {
      throw this.#text.refusal('it is an array, which names no columns', {
        hint: 'Name them: columns: [...], or say header: false.',
      });
    }
    for (const name of this.#shape.columns) this.#bytes.put(name);
    this.#bytes.endRow();
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
