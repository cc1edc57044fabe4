/** Makes a value of the text of an element. */
type Element = (text: string) => unknown;

/**
 * The array that a text of PostgreSQL says: `{1,2}`, `{{a,"b c"},{NULL,d}}`, also with bounds: `[0:1]={1,2}`.
 *
 * @throws Error for a text that is none.
 */
export function parseArray(text: string, element: Element): unknown[] {
  const parser = new ArrayParser(text, element);
  return parser.parse();
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Arrays within arrays: PostgreSQL has at most six dimensions. */
const MOST_DEPTH = 6;

class ArrayParser {
  readonly #text: string;
  readonly #element: Element;
  #at: number;

  constructor(text: string, element: Element) {
    this.#text = text;
    this.#element = element;
    this.#at = text.startsWith('[') ? text.indexOf('=') + 1 : 0;
  }

  parse(): unknown[] {
    const values = this.#array(1);
    if (this.#at !== this.#text.length) throw this.#unreadable();
    return values;
  }

  #array(depth: number): unknown[] {
    if (this.#code() !== OPEN || depth > MOST_DEPTH) throw this.#unreadable();
    this.#at++;
    const values: unknown[] = [];
    if (this.#code() === CLOSE) {
      this.#at++;
      return values;
    }
    while (true) {
      values.push(this.#value(depth));
      const code = this.#code();
      this.#at++;
      if (code === CLOSE) return values;
      if (code !== COMMA) throw this.#unreadable();
    }
  }

  #value(depth: number): unknown {
    const code = this.#code();
    if (code === OPEN) return this.#array(depth + 1);
    if (code === QUOTE) return this.#element(this.#quoted());
    const start = this.#at;
    while (this.#code() !== COMMA && this.#code() !== CLOSE) {
      if (this.#at >= this.#text.length) throw this.#unreadable();
      this.#at++;
    }
    const plain = this.#text.slice(start, this.#at);
    return plain === 'NULL' ? null : this.#element(plain);
  }

  #quoted(): string {
    this.#at++;
    let value = '';
    let start = this.#at;
    while (true) {
      const code = this.#code();
      if (code === QUOTE) {
        value += this.#text.slice(start, this.#at++);
        return value;
      }
      if (Number.isNaN(code)) throw this.#unreadable();
      if (code === BACKSLASH) {
        value += this.#text.slice(start, this.#at++);
        start = this.#at;
      }
      this.#at++;
    }
  }

  #code(): number {
    return this.#text.charCodeAt(this.#at);
  }

  #unreadable(): Error {
    return new Error(`an array cannot be read at character ${this.#at + 1}`);
  }
}
