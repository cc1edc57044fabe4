import Papa from 'papaparse';
import type { Batch } from '../../../interfaces/batch.ts';
import type { DecodeContext } from '../../../interfaces/format.ts';
import { fileOrigin } from '../../bytes/file-origin.ts';
import { Utf8Text, utf8Tail } from '../../bytes/utf8-text.ts';
import type { Dialect } from './csv-dialect.ts';
import { checkRecordBytes, isTooLong, tooLong } from './record-limit.ts';
import { type CsvDecoding, RowJudge } from './row-judge.ts';
import { count, RowLocator } from './row-locator.ts';
import { RowReader, type Rows } from './row-reader.ts';
import { afterComments } from './row-walk.ts';
import { RETRY_BYTES, type RowsDecoder, type RowsPosition, type RowsStart } from './rows-start.ts';

/** What papaparse makes of a piece of text; `cursor` is where the last whole row ends. */
export interface Parsed extends Pick<Rows, 'data' | 'errors'> {
  readonly meta: { readonly cursor: number };
}

/**
 * Any CSV, by papaparse. The text after the last whole row is kept for the next chunk; a long row that does
 * not end is parsed again only when it has doubled, so that the work stays linear in the file.
 */
export class PapaDecoder<T> implements RowsDecoder<T> {
  readonly #context: DecodeContext;
  readonly #settings: CsvDecoding;
  readonly #dialect: Dialect;
  readonly #parser: Papa.Parser;
  readonly #judge: RowJudge;
  readonly #rows: RowReader<T>;
  readonly #utf8 = new Utf8Text();
  #rest = '';
  /** Length of a rest in which no row ended. */
  #fruitless = 0;
  /** Where in the file the bytes end that were fed, and those that are text by now. */
  #fed: number;
  #decoded: number;
  /** Where the rest begins. */
  #byte: number;
  #line: number;

  constructor(settings: CsvDecoding, context: DecodeContext, start: RowsStart) {
    this.#context = context;
    this.#settings = settings;
    this.#dialect = start.dialect;
    this.#parser = papaParser(start.dialect);
    this.#judge = new RowJudge(settings, context, start.types);
    if (start.head !== undefined) this.#judge.goOn(start.head);
    this.#rows = new RowReader(this.#judge);
    this.#fed = start.byte;
    this.#decoded = start.byte;
    this.#byte = start.byte;
    this.#line = start.line;
  }

  position(): RowsPosition | undefined {
    if (this.#rows.fatal !== undefined) return undefined;
    const { number: record, head } = this.#judge;
    return { byte: this.#byte, line: this.#line, record, head };
  }

  decode(chunk: Uint8Array): Batch<T> | undefined {
    if (this.#rows.fatal !== undefined) throw this.#rows.fatal.error;
    const text = this.#utf8.decode(chunk);
    this.#fed += chunk.length;
    this.#decoded = chunk.length < 4 ? this.#decoded + Buffer.byteLength(text) : this.#fed - utf8Tail(chunk);
    return this.#take(text, false);
  }

  flush(chunk: Uint8Array): Batch<T> | undefined {
    if (this.#rows.fatal !== undefined) throw this.#rows.fatal.error;
    const text = this.#utf8.decode(chunk) + this.#utf8.flush();
    this.#fed += chunk.length;
    this.#decoded = this.#fed;
    return this.#take(text, true);
  }

  #take(piece: string, last: boolean): Batch<T> | undefined {
    this.#rest = this.#rest === '' ? piece : this.#rest + piece;
    const made = last || this.#tooLong() || this.#worthParsing(piece) ? this.#parse(last) : undefined;
    if (last && this.#rows.fatal !== undefined) throw this.#rows.fatal.error;
    if (!this.#tooLong() || this.#rows.fatal !== undefined) return made;
    const origin = fileOrigin(this.#context, this.#judge.next, this.#line, this.#byte);
    const error = tooLong(this.#rest, this.#dialect, origin, this.#settings.maxRecordBytes);
    if (made === undefined || last) throw error;
    this.#rows.fatal = { error };
    return made;
  }

  #tooLong(): boolean {
    return isTooLong(this.#decoded - this.#byte, this.#settings.maxRecordBytes, this.#rest);
  }

  #worthParsing(piece: string): boolean {
    const length = this.#rest.length;
    if (this.#fruitless >= RETRY_BYTES) return length >= 2 * this.#fruitless;
    return piece.includes(this.#dialect.newline);
  }

  #parse(last: boolean): Batch<T> | undefined {
    const dialect = this.#dialect;
    if (last && dialect.newline === '\r' && this.#rest.endsWith('\n')) this.#rest = this.#rest.slice(0, -1);
    const text = this.#rest;
    const { data, errors, meta }: Parsed = this.#parser.parse(text, 0, !last);
    if (last && text.endsWith(dialect.newline) && isEmptyRow(data.at(-1))) data.pop();
    const { source, file, converted } = this.#context;
    const where = { source, file, converted, byte: this.#byte, line: this.#line };
    const locator = new RowLocator({ ...where, text, dialect });
    if (this.#tooLong()) {
      const { maxRecordBytes, skipEmptyLines } = this.#settings;
      const checked = { locator, rows: data.length, record: this.#judge.next, skipEmptyLines };
      checkRecordBytes(checked, maxRecordBytes);
    }
    const end = last ? text.length : afterComments(text, meta.cursor, dialect);
    this.#fruitless = end === 0 ? text.length : 0;
    if (end > 0) {
      this.#line += this.#lines(text, end, data.length);
      this.#advance(end);
    }
    return data.length === 0 ? undefined : this.#rows.read({ data, errors, locator });
  }

  /** Line ends in the first `end` characters: as many as rows, where nothing is quoted or left out. */
  #lines(text: string, end: number, rows: number): number {
    const { quote, comment, newline } = this.#dialect;
    if (comment === undefined && (quote === '' || !text.includes(quote))) return rows;
    return count(text.slice(0, end), newline);
  }

  #advance(end: number): void {
    this.#rest = this.#rest.slice(end);
    this.#byte = this.#decoded - Buffer.byteLength(this.#rest);
  }
}

/** A parser of whole pieces of text in this dialect. */
export function papaParser({ delimiter, newline, comment, quote, escape: escaping }: Dialect): Papa.Parser {
  return new Papa.Parser({
    delimiter,
    newline,
    comments: comment ?? false,
    ...(quote === '' ? { fastMode: true } : { quoteChar: quote }),
    ...(escaping === undefined ? {} : { escapeChar: escaping }),
  });
}

function isEmptyRow(fields: readonly string[] | undefined): boolean {
  return fields?.length === 1 && fields[0] === '';
}
