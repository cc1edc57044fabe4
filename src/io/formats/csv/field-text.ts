import { type ErrorFields, MillraceError, toError } from '../../../core/errors.ts';
import type { CsvWriteSettings } from './csv-write-options.ts';

const FORMULA = /^[=+\-@\t\r]/;

/** Values as the text of fields, quoted where they need it. */
export class FieldText {
  readonly #delimiter: string;
  readonly #quote: string;
  readonly #quotes: CsvWriteSettings['quotes'];
  readonly #special: RegExp;
  readonly #escapeFormulas: boolean;
  /** Which record of the batch is under way, counted from 0: for errors. */
  index = 0;

  constructor({ delimiter, quote, quotes, escapeFormulas }: CsvWriteSettings) {
    this.#delimiter = delimiter;
    this.#quote = quote;
    this.#quotes = quotes;
    this.#escapeFormulas = escapeFormulas;
    const marks = quote === '' ? [] : [escapeRegExp(quote), '"', '^ ', ' $'];
    // The end of a field and a delimiter of several characters may be a delimiter further left: a| with || behind it.
    const begun = Array.from(
      { length: delimiter.length - 1 },
      (_, at) => `${escapeRegExp(delimiter.slice(0, at + 1))}$`,
    );
    this.#special = new RegExp(['[\\r\\n\\ufeff]', escapeRegExp(delimiter), ...marks, ...begun].join('|'));
  }

  /**
   * The field of a value: `null` and `undefined` are empty, dates ISO 8601, objects JSON.
   *
   * @throws MillraceError `ERR_ENCODE` for what cannot be text.
   */
  of(value: unknown): string {
    if (typeof value === 'string') return this.#string(value);
    if (value === undefined || value === null) return '';
    if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') {
      return this.#plain(`${value}`);
    }
    if (typeof value !== 'symbol' && typeof value !== 'function') return this.of(this.#jsonText(value));
    throw this.refusal(`a field is a ${typeof value}`);
  }

  /** One empty field is quoted, as a line with nothing in it would not be a row. */
  emptyRow(): string {
    if (this.#quote !== '') return this.#quote + this.#quote;
    throw this.refusal('a row of one empty field is no row without quotes');
  }

  #string(text: string): string {
    const formula = this.#escapeFormulas && FORMULA.test(text);
    const safe = formula ? `'${text}` : text;
    const special = this.#special.test(safe);
    if (this.#quote !== '')
      return special || formula || this.#quotes !== 'needed' ? this.#quoted(safe) : safe;
    if (!special) return safe;
    throw this.refusal(
      `a field has ${JSON.stringify(this.#delimiter)} or a line end in it, and nothing is quoted`,
    );
  }

  /** A number may need quotes, too: where the delimiter is a part of it. */
  #plain(text: string): string {
    if (this.#quotes === 'all' && this.#quote !== '') return this.#quoted(text);
    return this.#special.test(text) ? this.#string(text) : text;
  }

  #quoted(text: string): string {
    const quote = this.#quote;
    return quote + text.replaceAll(quote, quote + quote) + quote;
  }

  /** The error for the record under way. */
  refusal(found: string, fields: ErrorFields = {}): MillraceError {
    return new MillraceError(
      'ERR_ENCODE',
      `Cannot encode record ${this.index + 1} of a batch as CSV: ${found}`,
      {
        ...fields,
        details: { index: this.index },
      },
    );
  }

  /** `undefined` where JSON has no text for it. */
  #jsonText(value: unknown): string | undefined {
    try {
      return value instanceof Date ? value.toISOString() : JSON.stringify(value);
    } catch (cause) {
      throw this.refusal(toError(cause).message.split('\n', 1)[0]!, { cause });
    }
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
