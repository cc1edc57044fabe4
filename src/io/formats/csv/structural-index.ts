import { WASM } from './structural-index-bytes.ts';

/** Bytes of text that are indexed at a time. Longer text makes slower strings: they leave the young heap. */
export const WINDOW = 65_536;

/** Where things lie in the memory of the kernel: see structural-index.wat. */
const TEXT = 128;
const ENDS = 262_400;
const ROWS = 524_800;

/** The slice of `WebAssembly` that is used; processes may run without it. */
interface Wasm {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
  ) => { readonly exports: { readonly memory: { readonly buffer: ArrayBuffer }; readonly scan: Scan } };
}

type Scan = (
  from: number,
  to: number,
  index: number,
  delimiter: number,
  quote: number,
  newline: number,
) => number;

/** The bytes that mean something. */
export interface Marks {
  readonly delimiter: number;
  /** 255, which is no byte of UTF-8, when nothing is quoted. */
  readonly quote: number;
  readonly newline: number;
}

/**
 * Finds the fields and rows in a window of UTF-8 bytes, with SIMD instructions. Positions are indices in
 * the text of the window.
 */
export class StructuralIndex {
  /** The window: put the bytes here. */
  readonly bytes: Buffer;
  /** Where the fields end. */
  readonly ends: Int32Array;
  /** For each row: twice the number of fields up to its end, plus 1 if it has quotes; the index behind it. */
  readonly rows: Int32Array;
  readonly #state: Int32Array;
  readonly #scan: Scan;

  constructor({ Module, Instance }: Wasm) {
    module ??= new Module(Buffer.from(WASM, 'base64'));
    const { memory, scan } = new Instance(module).exports;
    const { buffer } = memory;
    this.bytes = Buffer.from(buffer, TEXT, WINDOW);
    this.ends = new Int32Array(buffer, ENDS, (ROWS - ENDS) / 4);
    this.rows = new Int32Array(buffer, ROWS, (ROWS - ENDS) / 2);
    this.#state = new Int32Array(buffer, 0, 3);
    this.#scan = scan;
  }

  /**
   * Indexes the bytes from `from`, where a row begins, to `to`; `at` is the place of `from` in the text.
   * Returns the number of rows that ended. When it is 0 and `stopped` is below `to`, the row there has
   * odd quotes or too many fields for the index.
   */
  scan(from: number, to: number, at: number, { delimiter, quote, newline }: Marks): number {
    return this.#scan(from, to, at, delimiter, quote, newline);
  }

  /** The byte behind the last row that ended. */
  get end(): number {
    return this.#state[0]!;
  }

  /** Line ends within quotes before `end`. */
  get quotedLines(): number {
    return this.#state[1]!;
  }

  /** The byte at which the scan stopped, or one behind it. */
  get stopped(): number {
    return this.#state[2]!;
  }
}

const wasm: Wasm | undefined = Reflect.get(globalThis, 'WebAssembly');
const idle: StructuralIndex[] = [];
let module: object | undefined;
let usable: boolean | undefined;

/** Whether this process can run the kernel. */
export function canIndex(): boolean {
  usable ??= tried();
  return usable;
}

/**
 * Lends an index for one synchronous call of `use`. Decoding does not wait, so one is enough for all
 * decoders, unless a callback in the middle of one starts another.
 */
export function withIndex<R>(use: (index: StructuralIndex) => R): R {
  const index = idle.pop() ?? new StructuralIndex(wasm!);
  try {
    return use(index);
  } finally {
    idle.push(index);
  }
}

/** Makes the first index: there may be no WebAssembly, or none with SIMD. */
function tried(): boolean {
  if (wasm === undefined) return false;
  try {
    idle.push(new StructuralIndex(wasm));
    return true;
  } catch {
    return false;
  }
}
