import type Papa from 'papaparse';
import type { Dialect } from './csv-dialect.ts';
import { type Parsed, papaParser } from './papa-decoder.ts';
import { dropCarriageReturn } from './row-reader.ts';
import { RowWalk } from './row-walk.ts';

/** A row that was read on its own. */
export interface WalkedRow {
  readonly fields: string[];
  /** Whether its quotes are not as they should be. */
  readonly bad: boolean;
  /** Whether it is a line with nothing in it. */
  readonly blank: boolean;
  /** Length of its text, with the line end. */
  readonly length: number;
}

/** Reads single rows as papaparse does in the middle of a file: those that the index does not cover. */
export class WalkedRows {
  readonly #dialect: Dialect;
  #parser: Papa.Parser | undefined;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** The row that `text` begins with; `undefined` when it does not end in it and more is to come. */
  read(text: string, last: boolean): WalkedRow | undefined {
    const walk = new RowWalk(text, this.#dialect);
    const next = walk.secondStart();
    if (next === -1 && !last) return undefined;
    const length = next === -1 ? text.length : next;
    this.#parser ??= papaParser(this.#dialect);
    const { data, errors }: Parsed = this.#parser.parse(text.slice(0, length), 0, false);
    const fields = data[0]!;
    if (this.#dialect.newline === '\n') dropCarriageReturn(fields, () => walk.quotedEnd(0));
    const blank = fields.length === 1 && fields[0] === '' && walk.start(0) === walk.end(0);
    return { fields, bad: errors.some(({ row }) => row === 0), blank, length };
  }
}
