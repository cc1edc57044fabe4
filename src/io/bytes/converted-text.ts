import { endsBefore } from './file-source.ts';
import type { TextGuard } from './text-guard.ts';

const NONE: Uint8Array = new Uint8Array(0);

/**
 * The text that a guard passes on, from an offset in it: where it was converted, it is made once more from the
 * beginning of the file, as nothing else leads to the same place of it.
 */
export class ConvertedText {
  readonly #guard: TextGuard;
  readonly #name: string;
  readonly #byte: number;
  #passed = 0;

  /** Without `byte` all of it. */
  constructor(guard: TextGuard, name: string, byte = 0) {
    this.#guard = guard;
    this.#name = name;
    this.#byte = byte;
  }

  push(chunk: Uint8Array): Uint8Array {
    return this.#behind(this.#guard.push(chunk));
  }

  /** @throws MillraceError `ERR_CHANGED` when there is not so much text. */
  flush(): Uint8Array {
    const rest = this.#behind(this.#guard.flush());
    if (this.#left > 0 && this.#guard.fault === undefined) throw endsBefore(this.#name, this.#byte);
    return rest;
  }

  get #left(): number {
    return Math.max(0, this.#byte - this.#guard.skipped - this.#passed);
  }

  #behind(bytes: Uint8Array): Uint8Array {
    if (this.#byte === 0) return bytes;
    const drop = Math.min(this.#left, bytes.length);
    this.#passed += bytes.length;
    return drop === 0 ? bytes : drop === bytes.length ? NONE : bytes.subarray(drop);
  }
}
