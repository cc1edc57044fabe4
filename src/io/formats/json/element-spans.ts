import { type JsonFault, tooDeep, unexpected } from './json-fault.ts';
import { Structure } from './structure.ts';

/** The bracket that ends an array. */
export const ARRAY_END = 93;
/** The bracket that ends an object. */
export const OBJECT_END = 125;

/** What may come next in an array or object: an element or the end, an element, or a comma or the end. */
export type Expected = 'first' | 'element' | 'comma';

/** The array or object whose elements or members are the records. */
export interface Container {
  /** The bracket that ends it. */
  readonly closer: number;
  /** Its depth, counted from 1. */
  readonly depth: number;
  readonly maxDepth: number;
  readonly maxRecordBytes: number;
}

export interface ElementSpans {
  /** Start and end of each element that is whole, or too long. */
  readonly spans: readonly number[];
  /** The colon of each member, when none is too long. */
  readonly colons: readonly number[];
  /** What ends the reading behind them. */
  readonly fault: JsonFault | undefined;
  /** What may come behind them. */
  readonly expected: Expected;
  /** Whether the last is too long, and its end is not there. */
  readonly endless: boolean;
}

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

/**
 * Finds the elements, or members, in a piece that begins between two. What lies between them is judged
 * as RFC 8259 does; in them only quotes and brackets are followed, as `Structure` does, so each has to be
 * parsed to be believed. One that is too long ends where `Structure` sees it end, whatever is in it: it
 * may come in pieces that are not kept.
 */
export function elementSpans(bytes: Uint8Array, container: Container, expected: Expected): ElementSpans {
  const walk = new ElementWalk(bytes, container, expected);
  walk.run();
  return walk;
}

/** The index of the first byte from `from` on that is no white space, or the end. */
export function pastSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  for (; at < bytes.length; at++) {
    const unit = bytes[at]!;
    if (unit !== 32 && unit !== 10 && unit !== 13 && unit !== 9) break;
  }
  return at;
}

class ElementWalk implements ElementSpans {
  readonly spans: number[] = [];
  readonly colons: number[] = [];
  fault: JsonFault | undefined;
  expected: Expected;
  endless = false;
  readonly #bytes: Uint8Array;
  readonly #container: Container;
  readonly #closers: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array, container: Container, expected: Expected) {
    this.#bytes = bytes;
    this.#container = container;
    this.expected = expected;
    this.#closers = new Uint8Array(Math.max(0, container.maxDepth - container.depth));
  }

  run(): void {
    const { closer } = this.#container;
    for (let unit = this.#next(); unit !== undefined && this.fault === undefined; unit = this.#next()) {
      if (this.expected === 'comma') {
        if (unit === closer) return;
        if (unit === COMMA) this.expected = 'element';
        else this.fault = unexpected(this.#bytes, this.#at, `"," or "${String.fromCharCode(closer)}"`);
        this.#at++;
      } else {
        if (unit === closer && this.expected === 'first') return;
        if (!this.#element(unit)) return;
      }
    }
  }

  /** The next byte that is no white space. */
  #next(): number | undefined {
    this.#at = pastSpace(this.#bytes, this.#at);
    return this.#bytes[this.#at];
  }

  /** Whether the element ended. */
  #element(first: number): boolean {
    const start = this.#at;
    const { closer, maxRecordBytes } = this.#container;
    const whole = closer === OBJECT_END ? this.#member(first) : this.#value(first);
    if (this.#at - start > maxRecordBytes) this.#toEndOf(start);
    else if (this.fault !== undefined || !whole) return false;
    this.spans.push(start, this.#at);
    this.expected = 'comma';
    return true;
  }

  #toEndOf(start: number): void {
    const { depth, maxDepth, closer } = this.#container;
    const structure = new Structure(depth, maxDepth, closer);
    this.#at = structure.scanBytes(this.#bytes, start, true);
    if (structure.cut !== -1 && this.#bytes[this.#at - 1] === COMMA) this.#at--;
    this.fault = structure.fault;
    this.endless = structure.cut === -1 && !structure.ended;
  }

  #member(first: number): boolean {
    if (first !== QUOTE) {
      this.fault = unexpected(this.#bytes, this.#at, 'a key in quotes');
      return false;
    }
    if (!this.#string()) return false;
    const unit = this.#next();
    if (unit === undefined) return false;
    if (unit !== COLON) {
      this.fault = unexpected(this.#bytes, this.#at, '":"');
      return false;
    }
    this.colons.push(this.#at++);
    const value = this.#next();
    return value !== undefined && this.#value(value);
  }

  /** Whether the value ended, at a fault or not. */
  #value(first: number): boolean {
    if (first === QUOTE) return this.#string();
    if ((first | 32) === OPEN) return this.#nested();
    if (first === COMMA || (first | 32) === CLOSE) {
      this.fault = unexpected(this.#bytes, this.#at, 'a value');
      return false;
    }
    return this.#scalar();
  }

  /** A number, or a word, or what stands in the place of one; whether it ended. */
  #scalar(): boolean {
    for (; this.#at < this.#bytes.length; this.#at++) {
      const unit = this.#bytes[this.#at]!;
      if (unit <= 32 || unit === COMMA || (unit | 32) === CLOSE) return true;
      if (unit === QUOTE || (unit | 32) === OPEN) {
        this.fault = unexpected(
          this.#bytes,
          this.#at,
          `"," or "${String.fromCharCode(this.#container.closer)}"`,
        );
        return false;
      }
    }
    return false;
  }

  /** From the opening quote to behind the closing one, if it is there. */
  #string(): boolean {
    const bytes = this.#bytes;
    let at = this.#at + 1;
    for (; at < bytes.length && bytes[at] !== QUOTE; at++) {
      if (bytes[at] === BACKSLASH) at++;
    }
    this.#at = Math.min(at + 1, bytes.length);
    return at < bytes.length;
  }

  /** `| 32` makes one of `[` and `{`, and of `]` and `}`: half the comparisons a byte. */
  #nested(): boolean {
    const bytes = this.#bytes;
    const closers = this.#closers;
    let depth = 0;
    for (; this.#at < bytes.length; this.#at++) {
      const unit = bytes[this.#at]!;
      if (unit === QUOTE) {
        if (!this.#string()) return false;
        this.#at--;
      } else if ((unit | 32) === OPEN) {
        if (depth === closers.length) {
          this.fault = tooDeep(this.#at, this.#container.maxDepth);
          return false;
        }
        closers[depth++] = unit + 2;
      } else if ((unit | 32) === CLOSE) {
        if (closers[depth - 1] !== unit) {
          this.fault = unexpected(bytes, this.#at, `"${String.fromCharCode(closers[depth - 1]!)}"`);
          return false;
        }
        if (--depth === 0) {
          this.#at++;
          return true;
        }
      }
    }
    return false;
  }
}
