import { z } from 'zod';
import { type JsonFault, tooDeep, unexpected } from './json-fault.ts';
import { KERNEL_BYTES, KERNEL_LEVELS, type StructureKernel, structureKernel } from './structure-kernel.ts';

const LINE_FEED = 10;
const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

const OUTSIDE = 0;
const STRING = 1;
const ESCAPED = 3;

/** Below so many bytes a loop is quicker than handing them to the kernel. */
const FEW = 256;

/** Where a scan stands within an element. */
export const StructureStateSchema = z.strictObject({
  string: z.number().int().min(OUTSIDE).max(ESCAPED),
  closers: z.array(z.number()),
});

export type StructureState = z.output<typeof StructureStateSchema>;

/**
 * Follows quotes and brackets through an array or object whose bytes come in pieces, from behind its
 * opening bracket. It looks at each byte once, and judges brackets only: what lies between two cuts has
 * to be parsed to be believed.
 */
export class Structure {
  /** Index behind the last element known to be whole, or behind the comma that follows it; -1 if none. */
  cut = -1;
  /** The last cut of each window of the last scan that has one: places to divide the bytes at. */
  cuts: number[] = [];
  /** Whether the scan stopped at the closing bracket. */
  ended = false;
  /** A bracket that closes another than was opened, or is too deep. */
  fault: JsonFault | undefined;
  /** Line feeds in the bytes that the last scan passed. */
  lines = 0;
  #depth = 0;
  #string = OUTSIDE;
  readonly #outside: number;
  readonly #closer: number;
  readonly #closers: Uint8Array;
  readonly #kernel: StructureKernel | null;

  /**
   * `outside` is the depth of the array or object itself, counted from 1; `closer` the bracket that ends it. With
   * `from` it goes on within an element.
   */
  constructor(outside: number, maxDepth: number, closer: number, from?: StructureState) {
    this.#outside = outside;
    this.#closer = closer;
    this.#closers = new Uint8Array(Math.max(0, maxDepth - outside));
    this.#kernel = this.#closers.length > KERNEL_LEVELS ? null : structureKernel();
    if (from === undefined) return;
    const closers = from.closers.slice(0, this.#closers.length);
    this.#string = from.string;
    this.#depth = closers.length;
    this.#closers.set(closers);
  }

  /** For another scan to go on from. */
  snapshot(): StructureState {
    return { string: this.#string, closers: [...this.#closers.subarray(0, this.#depth)] };
  }

  /** Scans `bytes` from index `from`; returns where it stopped: at their end, the closing bracket, or a fault. */
  scan(bytes: Uint8Array, from: number): number {
    const kernel = this.#kernel;
    if (kernel === null || bytes.length - from < FEW) return this.scanBytes(bytes, from, false);
    this.cut = -1;
    this.cuts = [];
    this.lines = 0;
    let at = from;
    while (at < bytes.length && !this.ended && this.fault === undefined) {
      at = this.#scanWith(kernel, bytes, at);
    }
    return at;
  }

  /** The same, one byte at a time; stops at the first cut if `first`. */
  scanBytes(bytes: Uint8Array, from: number, first: boolean): number {
    const closers = this.#closers;
    let depth = this.#depth;
    let string = this.#string;
    let lines = 0;
    let cut = -1;
    let at = from;
    for (; at < bytes.length && !(first && cut !== -1); at++) {
      const unit = bytes[at]!;
      if (unit === LINE_FEED) lines++;
      if (string !== OUTSIDE) {
        if (string === ESCAPED) string = STRING;
        else if (unit === QUOTE) string = OUTSIDE;
        else if (unit === BACKSLASH) string = ESCAPED;
      } else if (unit === QUOTE) string = STRING;
      else if (unit === COMMA) {
        if (depth === 0) cut = at + 1;
      } else if ((unit | 32) === OPEN) {
        if (depth === closers.length) break;
        closers[depth++] = unit + 2;
      } else if ((unit | 32) === CLOSE) {
        if (depth === 0 || closers[depth - 1] !== unit) break;
        if (--depth === 0) cut = at + 1;
      }
    }
    this.#depth = depth;
    this.#string = string;
    this.lines = lines;
    this.cut = cut;
    this.cuts = cut === -1 ? [] : [cut];
    if (at < bytes.length && !(first && cut !== -1)) this.#stopped(bytes, at);
    return at;
  }

  #scanWith(kernel: StructureKernel, bytes: Uint8Array, from: number): number {
    const { text, closers, state } = kernel;
    const length = Math.min(bytes.length - from, KERNEL_BYTES);
    text.set(bytes.subarray(from, from + length));
    closers.set(this.#closers.subarray(0, this.#depth));
    state[0] = this.#depth;
    state[1] = this.#string;
    const at = from + kernel.scan(0, length, this.#closers.length, this.#closer);
    const [depth, string, cut, lines, stop] = state as unknown as [number, number, number, number, number];
    this.#depth = depth;
    this.#string = string;
    this.#closers.set(closers.subarray(0, depth));
    if (cut !== -1) this.cuts.push(from + cut);
    this.cut = this.cuts.at(-1) ?? -1;
    this.lines += lines;
    if (stop !== 0) this.#stopped(bytes, at);
    return at;
  }

  /** Judges the bracket that a scan stopped at. */
  #stopped(bytes: Uint8Array, at: number): void {
    this.ended = this.#depth === 0 && bytes[at] === this.#closer;
    if (!this.ended) this.fault = this.#faultAt(bytes, at);
  }

  #faultAt(bytes: Uint8Array, at: number): JsonFault {
    if ((bytes[at]! | 32) === OPEN) return tooDeep(at, this.#outside + this.#closers.length);
    const closer = this.#depth === 0 ? this.#closer : this.#closers[this.#depth - 1]!;
    return unexpected(bytes, at, `${this.#depth === 0 ? '"," or ' : ''}"${String.fromCharCode(closer)}"`);
  }
}
