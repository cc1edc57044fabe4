import type { Dialect } from './csv-dialect.ts';

/**
 * Finds where the rows of a text start and end, without building their fields. It divides the text as
 * papaparse does, quirks included: quotes open at the start of a field only; blanks may stand between a
 * closing quote and what follows; a quote followed by anything else belongs to the text.
 */
export class RowWalk {
  readonly #text: string;
  readonly #dialect: Dialect;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #quotedEnds: boolean[] = [];
  #at = 0;
  #nextQuote: number;
  #open = false;
  #ended = 0;

  constructor(text: string, dialect: Dialect) {
    this.#text = text;
    this.#dialect = dialect;
    this.#nextQuote = dialect.quote === '' ? -1 : text.indexOf(dialect.quote);
  }

  /** Where row `index` starts; the end of the text when there are fewer rows. */
  start(index: number): number {
    this.#reach(index);
    return this.#starts[index] ?? this.#text.length;
  }

  /** Where row `index` ends, its line end not included. */
  end(index: number): number {
    this.#reach(index);
    return this.#ends[index] ?? this.#text.length;
  }

  /** Whether the last field of row `index` is quoted. */
  quotedEnd(index: number): boolean {
    this.#reach(index);
    return this.#quotedEnds[index] ?? false;
  }

  /** Where the row after the first starts; -1 when the first does not end in the text. */
  secondStart(): number {
    this.#reach(0);
    return this.#ended > 0 ? this.#at : -1;
  }

  /** How many rows have a line end: all, or all but the last. */
  endedRows(): number {
    while (this.#step());
    return this.#ended;
  }

  /** Whether the text ends within quotes. */
  endsQuoted(): boolean {
    while (this.#step());
    return this.#open;
  }

  #reach(index: number): void {
    while (this.#starts.length <= index && this.#step());
  }

  #step(): boolean {
    const text = this.#text;
    const { newline } = this.#dialect;
    this.#at = afterComments(text, this.#at, this.#dialect);
    const start = this.#at;
    if (start >= text.length) return false;
    if (this.#nextQuote !== -1 && this.#nextQuote < start) {
      this.#nextQuote = text.indexOf(this.#dialect.quote, start);
    }
    const end = text.indexOf(newline, start);
    if (this.#nextQuote === -1 || (end !== -1 && this.#nextQuote > end)) this.#add(start, end, false);
    else this.#walkFields(start);
    return true;
  }

  #add(start: number, end: number, quotedEnd: boolean): void {
    const text = this.#text;
    let stop = end === -1 ? text.length : end;
    if (end !== -1) this.#ended++;
    this.#at = end === -1 ? text.length : end + 1;
    if (this.#dialect.newline === '\n' && stop > start && text[stop - 1] === '\r') stop--;
    this.#starts.push(start);
    this.#ends.push(stop);
    this.#quotedEnds.push(quotedEnd);
  }

  /** Adds the row that starts at `start`, field by field. */
  #walkFields(start: number): void {
    const text = this.#text;
    const { delimiter, quote, newline } = this.#dialect;
    let field = start;
    for (;;) {
      const quoted = text[field] === quote;
      let stop: number;
      if (quoted) stop = this.#closing(field);
      else {
        const next = text.indexOf(delimiter, field);
        const end = text.indexOf(newline, field);
        stop = next === -1 || (end !== -1 && end < next) ? end : next;
      }
      if (stop === -1 || !text.startsWith(delimiter, stop)) {
        this.#add(start, stop, quoted);
        return;
      }
      field = stop + delimiter.length;
    }
  }

  /** Where the delimiter or line end lies that follows the quoted field; -1 when the text ends before. */
  #closing(field: number): number {
    const text = this.#text;
    const { quote, escape: escaping } = this.#dialect;
    for (let at = text.indexOf(quote, field + 1); ; at = text.indexOf(quote, at + 1)) {
      if (at === -1) {
        this.#open = true;
        return -1;
      }
      const after = at + 1;
      if (after === text.length) return -1;
      if (escaping === undefined && text[after] === quote) {
        at++;
        continue;
      }
      if (escaping !== undefined && text[at - 1] === escaping) continue;
      const stop = afterBlanks(text, after, this.#dialect);
      if (stop !== -1) return stop;
      // A second quote behind one that does not close is not looked at.
      at++;
    }
  }
}

/** Where the next row starts, from `at` on. A comment that does not end in the text is not skipped. */
export function afterComments(text: string, at: number, { comment, newline }: Dialect): number {
  let start = at;
  while (comment !== undefined && text.startsWith(comment, start)) {
    const end = text.indexOf(newline, start);
    if (end === -1) break;
    start = end + 1;
  }
  return start;
}

/** Where the delimiter or line end lies that comes after blanks only; -1 when something else does. */
function afterBlanks(text: string, from: number, { delimiter, newline }: Dialect): number {
  for (let at = from; at < text.length; at++) {
    if (text.startsWith(delimiter, at) || text[at] === newline) return at;
    if (text[at]!.trim() !== '') return -1;
  }
  return -1;
}
