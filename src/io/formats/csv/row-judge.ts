import { formatOrigin } from '../../../core/batch.ts';
import { type ColumnType, typeHint } from '../../../core/column-types.ts';
import { type ErrorCode, type ErrorFields, MillraceError } from '../../../core/errors.ts';
import { showValue } from '../../../core/show-value.ts';
import { UNCONVERTIBLE } from '../../../core/unconvertible.ts';
import type { Replacement } from '../../../interfaces/failure.ts';
import type { DecodeContext } from '../../../interfaces/format.ts';
import { arrayLayout, type Layout, namedLayout, narrowedLayout, unconvertible } from './csv-layout.ts';
import type { CsvReadSettings } from './csv-read-options.ts';
import { type RowLocator, recordNumber } from './row-locator.ts';

/** How a file is to be read. */
export interface CsvDecoding extends CsvReadSettings {
  /** The only keys of the records, in this order; those that they would not have are `undefined`. */
  readonly selected?: readonly string[] | undefined;
}

/** The names of a file's first row, or the number of its fields where records are arrays. */
export type CsvHead = readonly string[] | number;

/** A row that was read field by field. */
export interface ReadRow {
  /** Its number in the piece. */
  readonly row: number;
  readonly fields: string[];
  /** Whether its quotes are not as they should be. */
  readonly bad: boolean;
  /** Whether it is a line with nothing in it; `""` is a row with one empty field. */
  readonly blank: boolean;
  readonly locator: RowLocator;
}

/** How the rows of a piece are numbered; `gaps` and `blanks` grow while it is read. */
export interface GrowingNumbers {
  first: number;
  readonly record: number;
  readonly gaps: number[];
  readonly blanks: number[];
}

/**
 * Knows the layout of one file, and says what becomes of a row that is not simply one whole record.
 */
export class RowJudge {
  readonly #settings: CsvDecoding;
  readonly #context: DecodeContext;
  readonly #where: string;
  readonly #inferred: readonly ColumnType[] | undefined;
  /** Whether odd quotes make a row bad. */
  readonly #strict: boolean;
  #layout: Layout | undefined;
  /** The names in the first row, or its width where it has none: what the layout came from. */
  #head: CsvHead | undefined;
  #record: number;

  /** `inferred`: the types of the columns, where they were found out. */
  constructor(settings: CsvDecoding, context: DecodeContext, inferred?: readonly ColumnType[]) {
    this.#settings = settings;
    this.#context = context;
    this.#where = context.file ?? context.source;
    this.#inferred = inferred;
    this.#strict = settings.quotes === 'strict';
    this.#record = context.from?.record ?? 1;
    if (Array.isArray(settings.header)) this.#layout = this.#named(settings.header);
  }

  /** What `begin` found in the first row, for {@link goOn}; `undefined` before it, and where it is not needed. */
  get head(): CsvHead | undefined {
    return this.#head;
  }

  /** Takes the layout from what an earlier judge found in the first row. */
  goOn(head: CsvHead): void {
    this.#head = head;
    this.#layout =
      typeof head === 'number' ? arrayLayout(head, this.#settings, this.#where) : this.#named(head);
  }

  /** `undefined` until the first row was there. */
  get layout(): Layout | undefined {
    return this.#layout;
  }

  /** Number of the record in the next row: 0 for the header. */
  get next(): number {
    return this.#layout === undefined && this.#settings.header === true ? 0 : this.#record;
  }

  /** Number of the next record, counted from 1. */
  get number(): number {
    return this.#record;
  }

  /** The numbers of a piece that begins now. */
  numbers(): GrowingNumbers {
    return { first: 0, record: this.#record, gaps: [], blanks: [] };
  }

  /** A piece of `rows` rows is over. */
  passed(rows: number, { first, blanks }: GrowingNumbers): void {
    this.#record += rows - first - blanks.length;
  }

  /** Whether the row is to be passed over as if it were not there. */
  skips({ blank }: ReadRow): boolean {
    return blank && this.#settings.skipEmptyLines;
  }

  /**
   * Takes the layout from the first row. Whether it is the header; if not, it is data.
   *
   * @throws MillraceError `ERR_CSV_HEADER` for a header that cannot be used.
   */
  begin({ fields, row, bad, locator }: ReadRow): boolean {
    if (this.#settings.header === false) {
      this.goOn(fields.length);
      return false;
    }
    if (bad && this.#strict) {
      throw this.#error('ERR_CSV_HEADER', row, 0, 'the quotes of the header do not close', locator, {
        hint: QUOTES_HINT,
      });
    }
    this.goOn(fields);
    return true;
  }

  #named(header: readonly string[]): Layout {
    const layout = namedLayout(header, this.#settings, this.#where, this.#inferred);
    const { selected } = this.#settings;
    return selected === undefined ? layout : narrowedLayout(layout, selected);
  }

  /** What to put in the place of a row, if anything: it may be a whole record after all. */
  judge(read: ReadRow, numbers: GrowingNumbers): Replacement | undefined {
    const replacement = this.#judge(read, numbers);
    if (replacement === undefined) numbers.gaps.push(read.row);
    return replacement;
  }

  #judge(read: ReadRow, numbers: GrowingNumbers): Replacement | undefined {
    const { fields, row, bad } = read;
    const { ragged, maxColumns } = this.#settings;
    if (this.skips(read)) {
      numbers.blanks.push(row);
      return undefined;
    }
    const { width, make } = this.#layout!;
    const record = recordNumber(row, numbers);
    if (bad && this.#strict) {
      return this.#fail(read, record, 'ERR_CSV_QUOTES', 'the quotes of a field do not close', {
        hint: QUOTES_HINT,
      });
    }
    if (fields.length > maxColumns) {
      const found = `the row has ${fields.length} fields, more than ${maxColumns}`;
      return this.#fail(read, record, 'ERR_LIMIT', found, {
        hint: 'Raise maxColumns, if such rows are meant.',
        details: { maxColumns },
      });
    }
    const fits = fields.length < width ? ragged === 'pad' : fields.length > width && ragged === 'cut';
    if (fields.length === width || fits || ragged === 'fit') {
      while (fields.length < width) fields.push('');
      fields.length = width;
      const made = make(fields);
      if (made !== UNCONVERTIBLE) return { record: made };
      const { column, text, type } = unconvertible(this.#layout!, fields)!;
      const found = `column ${JSON.stringify(column)} is ${showValue(text)}, which is no ${type}`;
      return this.#fail(read, record, 'ERR_CSV_TYPE', found, {
        hint: typeHint(text, type),
        details: { column, type },
      });
    }
    const found = `the row has ${count(fields.length)}, the first has ${width}`;
    return this.#fail(read, record, 'ERR_CSV_RAGGED', found, {
      hint: "Say ragged: 'pad', 'cut' or 'fit', or set onError to skip or dead-letter such rows.",
      details: { fields: fields.length, expected: width },
    });
  }

  /** Finding the place walks the rows before it: only when somebody looks. */
  #fail(
    { row, fields, locator }: ReadRow,
    record: number,
    code: ErrorCode,
    found: string,
    extra: ErrorFields,
  ): Replacement | undefined {
    const error = () => this.#error(code, row, record, found, locator, extra);
    return this.#context.failed({
      get error() {
        return error();
      },
      get origin() {
        return locator.origin(row, record);
      },
      get raw() {
        return locator.raw(row);
      },
      partial: fields,
    });
  }

  #error(
    code: ErrorCode,
    row: number,
    record: number,
    found: string,
    locator: RowLocator,
    fields: ErrorFields,
  ): MillraceError {
    const origin = locator.origin(row, record);
    return new MillraceError(code, `Cannot read ${formatOrigin(origin)}: ${found}`, { ...fields, origin });
  }
}

const QUOTES_HINT =
  "Quotes within a quoted field are doubled; say quote: '' when the file does not quote, or set onError to skip such rows.";

function count(fields: number): string {
  return fields === 1 ? '1 field' : `${fields} fields`;
}
