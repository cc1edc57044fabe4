import { z } from 'zod';
import { ARRAY_END } from './element-spans.ts';
import { type JsonFault, tooDeep, unexpected } from './json-fault.ts';
import { type ContainerPath, formatPath } from './json-path.ts';

const VALUE = 0; // a value
const FIRST_VALUE = 1; // a value or the end of an array
const FIRST_KEY = 2; // a key or the end of an object
const KEY = 3; // a key, after a comma
const COLON = 4;
const AFTER = 5; // a comma or the end of an object or array
const STRING = 6; // within a string
const ESCAPE = 7; // after a backslash
const HEX = 8; // within the four digits of \u
const SCALAR = 9; // within a number, true, false or null
const DONE = 10; // nothing but white space

const RECORD_SEPARATOR = 30;
const QUOTE = 34;
const COMMA = 44;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

const SCALARS = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;
const ESCAPES: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrtu'));
/** Bytes of a key or a number that are looked at; a longer number is refused. */
const TOKEN_LIMIT = 64 * 2 ** 10;

export interface EnvelopeSettings {
  readonly path?: ContainerPath;
  readonly maxDepth: number;
  /** Whether one document may follow another, with or without white space or a record separator between. */
  readonly many?: boolean;
  /** Called with the index of each value that starts. */
  readonly onValue?: (at: number) => void;
}

/** Where a check stands. */
export const EnvelopeStateSchema = z.strictObject({
  state: z.number().int().min(VALUE).max(DONE),
  entered: z.boolean(),
  open: z.array(z.number()),
  matched: z.number().int().min(0),
  found: z.boolean(),
  isKey: z.boolean(),
  token: z.string(),
  digits: z.number(),
});

export type EnvelopeState = z.output<typeof EnvelopeStateSchema>;

/**
 * Checks documents as strictly as RFC 8259 demands, and keeps nothing of them. With a path it stops in
 * the array or object there, whose elements are read by somebody else: what lies around it is checked.
 */
export class Envelope {
  /** Whether the scan stopped behind the bracket that opens the wanted array or object. */
  entered = false;
  fault: JsonFault | undefined;
  /** Line that the scan is in; what is read by somebody else has to be added. */
  line = 1;
  readonly #path: ContainerPath | undefined;
  readonly #maxDepth: number;
  readonly #many: boolean;
  readonly #onValue: ((at: number) => void) | undefined;
  #state = VALUE;
  #open: number[] = [];
  #matched = 0;
  #found: boolean;
  #isKey = false;
  #token = '';
  #digits = 0;

  constructor({ path, maxDepth, many, onValue }: EnvelopeSettings, from?: EnvelopeState) {
    this.#path = path;
    this.#maxDepth = maxDepth;
    this.#many = many ?? false;
    this.#onValue = onValue;
    this.#found = path === undefined;
    if (from === undefined) return;
    this.entered = from.entered;
    this.#state = from.state;
    this.#open = [...from.open];
    this.#matched = from.matched;
    this.#found = from.found;
    this.#isKey = from.isKey;
    this.#token = from.token;
    this.#digits = from.digits;
  }

  /** For another check to go on from; the line is not in it. */
  snapshot(): EnvelopeState {
    return {
      state: this.#state,
      entered: this.entered,
      open: [...this.#open],
      matched: this.#matched,
      found: this.#found,
      isKey: this.#isKey,
      token: this.#token,
      digits: this.#digits,
    };
  }

  /** Whether the document is over. */
  get done(): boolean {
    return this.#state === DONE;
  }

  /** Whether nothing but white space has come. */
  get untouched(): boolean {
    return this.#state === VALUE && this.#open.length === 0 && !this.entered;
  }

  /** Bytes of the number or word under way, which is judged at its end. */
  get pending(): number {
    return this.#state === SCALAR ? this.#token.length : 0;
  }

  /** Depth of the wanted array or object, counted from 1. */
  get depth(): number {
    return this.#open.length + 1;
  }

  /** Goes on behind the wanted array or object. */
  leave(): void {
    this.entered = false;
    this.#state = this.#open.length === 0 ? DONE : AFTER;
  }

  /** Looks at `bytes` from `from`; returns where it stopped: at its end, in the array or object, or at a fault. */
  scan(bytes: Uint8Array, from: number): number {
    let at = from;
    while (at < bytes.length && !this.entered && this.fault === undefined) {
      const unit = bytes[at]!;
      if (this.#state >= STRING && this.#state <= HEX) this.#inString(bytes, at, unit);
      else if (this.#state === SCALAR) {
        if (!this.#inScalar(bytes, at, unit)) continue;
      } else if (unit === 10) this.line++;
      else if (!(unit === 32 || unit === 13 || unit === 9)) this.#structure(bytes, at, unit);
      at++;
    }
    return at;
  }

  /** The end of the bytes: a number or word at the root is over. */
  finish(): void {
    if (this.#state === SCALAR && this.#open.length === 0) this.#endScalar(0);
  }

  #structure(bytes: Uint8Array, at: number, unit: number): void {
    if (this.#many && this.#open.length === 0) {
      if (unit === RECORD_SEPARATOR) return;
      if (this.#state === DONE) this.#state = VALUE;
    }
    const state = this.#state;
    if (state === VALUE || (state === FIRST_VALUE && unit !== CLOSE_ARRAY)) this.#value(bytes, at, unit);
    else if (state === KEY || (state === FIRST_KEY && unit !== CLOSE_OBJECT)) this.#key(bytes, at, unit);
    else if (state === COLON) {
      if (unit !== 58) this.fault = unexpected(bytes, at, '":"');
      this.#state = VALUE;
    } else if (state === DONE) {
      this.fault = { ...unexpected(bytes, at, 'the end of the file'), hint: SECOND };
    } else if (state === AFTER && unit === COMMA) {
      this.#state = this.#open.at(-1) === OPEN_OBJECT ? KEY : VALUE;
    } else this.#close(bytes, at, unit);
  }

  #value(bytes: Uint8Array, at: number, unit: number): void {
    const path = this.#path;
    const onPath = !this.#found && this.#open.length === this.#matched;
    const there = onPath && this.#matched === path!.names.length;
    this.#onValue?.(at);
    const opens = unit === OPEN_ARRAY || unit === OPEN_OBJECT;
    if (opens && this.#open.length === this.#maxDepth) this.fault = tooDeep(at, this.#maxDepth);
    else if (there && unit + 2 === path!.closer) {
      this.#found = true;
      this.entered = true;
    } else if (opens) {
      if (onPath && (unit === OPEN_ARRAY || there)) {
        this.fault = this.#notThere(at, unit === OPEN_ARRAY ? 'an array' : 'an object');
      }
      this.#open.push(unit);
      this.#state = unit === OPEN_ARRAY ? FIRST_VALUE : FIRST_KEY;
    } else if (unit === QUOTE || unit === 45 || (unit >= 48 && unit <= 57) || (unit >= 97 && unit <= 122)) {
      if (onPath) this.fault = this.#notThere(at, unit === QUOTE ? 'a string' : 'no object or array');
      this.#token = unit === QUOTE ? '' : String.fromCharCode(unit);
      this.#isKey = false;
      this.#state = unit === QUOTE ? STRING : SCALAR;
    } else this.fault = unexpected(bytes, at, 'a value');
  }

  #key(bytes: Uint8Array, at: number, unit: number): void {
    if (unit !== QUOTE) this.fault = unexpected(bytes, at, 'a key in quotes');
    this.#token = '';
    this.#isKey = true;
    this.#state = STRING;
  }

  #close(bytes: Uint8Array, at: number, unit: number): void {
    const opened = this.#open.at(-1)!;
    if (unit !== opened + 2) {
      this.fault = unexpected(bytes, at, `"," or "${String.fromCharCode(opened + 2)}"`);
    } else if (!this.#found && this.#open.length - 1 === this.#matched) {
      const { names } = this.#path!;
      const name = JSON.stringify(names[this.#matched]);
      this.fault = { at, code: 'ERR_JSON_PATH', found: `${formatPath(names, this.#matched)} has no ${name}` };
    }
    this.#open.pop();
    this.#state = this.#open.length === 0 ? DONE : AFTER;
  }

  #inString(bytes: Uint8Array, at: number, unit: number): void {
    if (this.#isKey && !this.#found && unit !== QUOTE && this.#token.length < TOKEN_LIMIT)
      this.#token += String.fromCharCode(unit);
    if (unit < 32) this.fault = unexpected(bytes, at, 'a character of a string');
    else if (this.#state === STRING) {
      if (unit === 92) this.#state = ESCAPE;
      else if (unit === QUOTE) this.#endString();
    } else if (this.#state === ESCAPE) {
      if (this.#isKey && !this.#found && unit === QUOTE) this.#token += '"';
      if (!ESCAPES.has(unit)) this.fault = unexpected(bytes, at, 'an escape');
      this.#digits = 4;
      this.#state = unit === 117 ? HEX : STRING;
    } else {
      if (!isHex(unit)) this.fault = unexpected(bytes, at, 'a hexadecimal digit');
      if (--this.#digits === 0) this.#state = STRING;
    }
  }

  #endString(): void {
    if (this.#isKey) this.#state = COLON;
    else this.#state = this.#open.length === 0 ? DONE : AFTER;
    if (!this.#isKey || this.#found || this.#open.length - 1 !== this.#matched) return;
    if (this.#token.length >= TOKEN_LIMIT) return;
    if (keyOf(this.#token) === this.#path!.names[this.#matched]) this.#matched++;
  }

  /** Whether the character belongs to the number or word. */
  #inScalar(bytes: Uint8Array, at: number, unit: number): boolean {
    if (unit > 32 && unit !== COMMA && unit !== CLOSE_ARRAY && unit !== CLOSE_OBJECT) {
      this.#token += String.fromCharCode(unit);
      if (this.#token.length > TOKEN_LIMIT) this.fault = unexpected(bytes, at, 'the end of a number');
      return true;
    }
    this.#endScalar(at);
    return false;
  }

  #endScalar(at: number): void {
    if (!SCALARS.test(this.#token)) {
      const found = `${this.#token.slice(0, 40)} is no JSON value`;
      this.fault = { at: at - this.#token.length, code: 'ERR_JSON_SYNTAX', found };
    }
    this.#state = this.#open.length === 0 ? DONE : AFTER;
  }

  #notThere(at: number, found: string): JsonFault {
    const { names, closer } = this.#path!;
    const where = formatPath(names, this.#matched);
    const there = this.#matched === names.length;
    const wanted = there && closer === ARRAY_END ? 'an array' : 'an object';
    const hint = there ? hintFor(where, found) : undefined;
    return {
      at,
      code: 'ERR_JSON_PATH',
      found: `${where} is ${found}, not ${wanted}`,
      ...(hint === undefined ? {} : { hint }),
    };
  }
}

const SECOND =
  'If the file holds one document a line, use ndjson.read; for documents one after another, say mode: "values".';

function hintFor(where: string, found: string): string | undefined {
  if (found === 'an array') return `Its elements are "${where}[*]".`;
  if (found !== 'an object') return undefined;
  return where === '$'
    ? 'Name the array in it, e.g. path: "$.items[*]", or say "$.*" for its members; if the file holds one document a line, use ndjson.read.'
    : `Its members are "${where}.*".`;
}

/** The key that a string between quotes means; its bytes were gathered one a character. */
function keyOf(token: string): unknown {
  return JSON.parse(`"${Buffer.from(token, 'latin1').toString('utf8')}"`);
}

function isHex(unit: number): boolean {
  return (unit >= 48 && unit <= 57) || ((unit | 32) >= 97 && (unit | 32) <= 102);
}
