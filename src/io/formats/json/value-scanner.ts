import { z } from 'zod';
import { type JsonFault, tooDeep, unexpected } from './json-fault.ts';

const BETWEEN = 0;
const SCALAR = 1; // within a number, true, false or null
const STRING = 2; // within a string, at the root or in an object or array
const ESCAPED = 3; // behind a backslash in one
const NESTED = 4; // within an object or array
const BROKEN = 5; // within what is no value, up to a record separator

const RECORD_SEPARATOR = 30;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

/** Where a scan stands: between two values, or within one that is not wanted. */
export const ScanStateSchema = z.strictObject({
  separated: z.boolean(),
  count: z.number().int().min(0),
  within: z
    .strictObject({ state: z.number().int().min(SCALAR).max(BROKEN), closers: z.array(z.number()) })
    .optional(),
});

export type ScanState = z.output<typeof ScanStateSchema>;

/**
 * Finds where values that stand one after another start and end, in bytes that come in pieces; looks at
 * each byte once. What it finds is right when the values are valid JSON; in faulty ones it only follows
 * quotes and brackets, so each has to be parsed to be believed. In a JSON text sequence (RFC 7464), where
 * a record separator stands before each value, one ends the value before it, whatever that is.
 */
export class ValueScanner {
  /** Where the value under way starts, in the coordinates of the caller; -1 when it is not wanted. */
  start = 0;
  fault: JsonFault | undefined;
  #state = BETWEEN;
  #depth = 0;
  /** Whether a record separator has come. */
  #separated = false;
  #count = 0;
  readonly #closers: Uint8Array;
  readonly #single: boolean;

  /** `single` allows for one value and no record separators. */
  constructor(maxDepth: number, single: boolean, from?: ScanState) {
    this.#closers = new Uint8Array(maxDepth);
    this.#single = single;
    if (from === undefined) return;
    this.#separated = from.separated;
    this.#count = from.count;
    if (from.within === undefined) return;
    const { state, closers } = from.within;
    this.#state = state;
    this.#depth = closers.length;
    this.#closers.set(closers.slice(0, maxDepth));
    this.start = -1;
  }

  /** For another scan to go on from: where a value under way is wanted, from its start. */
  snapshot(): ScanState {
    const between = this.#state === BETWEEN;
    const again = !between && this.start !== -1;
    const count = this.#count - (again && this.#single ? 1 : 0);
    const separated = this.#separated;
    if (between || again) return { separated, count };
    const closers = [...this.#closers.subarray(0, this.#depth)];
    return { separated, count, within: { state: this.#state, closers } };
  }

  /** Whether a value has started and not ended. */
  get within(): boolean {
    return this.#state !== BETWEEN;
  }

  /** Whether the value under way may be whole if nothing follows. */
  get mayEnd(): boolean {
    return this.#state === SCALAR;
  }

  /** Adds start and end of each value that ends in `bytes` to `spans`, as indices plus `shift`. */
  scan(bytes: Uint8Array, shift: number, spans: number[]): void {
    let at = 0;
    while (at < bytes.length && this.fault === undefined) {
      if (this.#state === BETWEEN) at = this.#between(bytes, at, shift);
      else {
        at = this.#within(bytes, at);
        if (this.#state === BETWEEN && this.start !== -1) spans.push(this.start, at + shift);
      }
    }
  }

  #between(bytes: Uint8Array, from: number, shift: number): number {
    let at = from;
    let unit: number | undefined = bytes[at];
    while (unit === 32 || unit === 10 || unit === 13 || unit === 9 || this.#isSeparator(unit)) {
      unit = bytes[++at];
    }
    if (unit === undefined) return at;
    if (this.#single && this.#count++ > 0) {
      this.fault = unexpected(bytes, at, 'the end of the file');
      return at;
    }
    this.start = at + shift;
    this.#depth = 0;
    if (unit < 32 || unit === COMMA || unit === COLON || (unit | 32) === CLOSE)
      this.#breaks(bytes, at, 'a value');
    else if (unit === QUOTE) this.#state = STRING;
    else this.#state = (unit | 32) === OPEN ? NESTED : SCALAR;
    return this.#state === STRING ? at + 1 : at;
  }

  /** Goes on at the next record separator, if there are any. */
  #breaks(bytes: Uint8Array, at: number, wanted: string): void {
    if (this.#separated) this.#state = BROKEN;
    else this.fault = unexpected(bytes, at, wanted);
  }

  #isSeparator(unit: number | undefined): boolean {
    if (unit !== RECORD_SEPARATOR || this.#single) return false;
    this.#separated = true;
    return true;
  }

  #within(bytes: Uint8Array, from: number): number {
    if (this.#state === SCALAR) return this.#scalar(bytes, from);
    if (this.#state !== BROKEN) return this.#nested(bytes, from);
    const end = bytes.indexOf(RECORD_SEPARATOR, from);
    if (end === -1) return bytes.length;
    this.#state = BETWEEN;
    return end;
  }

  #scalar(bytes: Uint8Array, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const unit = bytes[at]!;
      if (unit <= 32 || unit === COMMA || (unit | 32) === CLOSE) {
        this.#state = BETWEEN;
        return at;
      }
    }
    return bytes.length;
  }

  /** Objects, arrays and strings. `| 32` makes one of `[` and `{`, and of `]` and `}`. */
  #nested(bytes: Uint8Array, from: number): number {
    const closers = this.#closers;
    let state = this.#state;
    let depth = this.#depth;
    let at = from;
    for (; at < bytes.length && state !== BETWEEN; at++) {
      const unit = bytes[at]!;
      if (unit === RECORD_SEPARATOR && this.#isSeparator(unit)) {
        this.#state = BETWEEN;
        return at;
      }
      if (state === NESTED) {
        if (unit === QUOTE) state = STRING;
        else if ((unit | 32) === OPEN) {
          if (depth === closers.length) {
            this.fault = tooDeep(at, closers.length);
            return at;
          }
          closers[depth++] = unit + 2;
        } else if ((unit | 32) === CLOSE) {
          if (closers[depth - 1] !== unit) {
            this.#breaks(bytes, at, `"${String.fromCharCode(closers[depth - 1]!)}"`);
            return at;
          }
          if (--depth === 0) state = BETWEEN;
        }
      } else if (state === ESCAPED) state = STRING;
      else if (unit === BACKSLASH) state = ESCAPED;
      else if (unit === QUOTE) state = depth === 0 ? BETWEEN : NESTED;
    }
    this.#state = state;
    this.#depth = depth;
    return at;
  }
}
