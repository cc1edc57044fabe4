import { WASM } from './json-structure-bytes.ts';

/** Where things lie in the memory of the kernel: see json-structure.wat. */
const CLOSERS = 64;
const TEXT = 65_536;

/** Bytes that the kernel takes at once: about as many make a text that still fits into the young heap. */
export const KERNEL_BYTES = 64 * 2 ** 10;
/** Levels that it can follow. */
export const KERNEL_LEVELS = TEXT - CLOSERS;

type Scan = (from: number, to: number, maxDepth: number, closer: number) => number;

/** The slice of `WebAssembly` that is used; processes may run without it. */
interface Wasm {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
  ) => { readonly exports: { readonly memory: { readonly buffer: ArrayBuffer }; readonly scan: Scan } };
}

export interface StructureKernel {
  readonly text: Uint8Array;
  readonly closers: Uint8Array;
  /** Depth, string state, cut, line feeds, why it stopped. */
  readonly state: Int32Array;
  readonly scan: Scan;
}

let kernel: StructureKernel | null | undefined;

/** The one kernel of the process: a scan does not wait. `null` where there is no WebAssembly with SIMD. */
export function structureKernel(): StructureKernel | null {
  if (kernel === undefined) kernel = made(Reflect.get(globalThis, 'WebAssembly'));
  return kernel;
}

function made(wasm: Wasm | undefined): StructureKernel | null {
  if (wasm === undefined) return null;
  try {
    const module = new wasm.Module(Buffer.from(WASM, 'base64'));
    const { memory, scan } = new wasm.Instance(module).exports;
    return {
      text: new Uint8Array(memory.buffer, TEXT, KERNEL_BYTES),
      closers: new Uint8Array(memory.buffer, CLOSERS, KERNEL_LEVELS),
      state: new Int32Array(memory.buffer, 0, 5),
      scan,
    };
  } catch {
    return null;
  }
}
