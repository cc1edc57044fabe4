import type { ByteSource } from './byte-source.ts';
import { endsBefore } from './file-source.ts';

/** A source without its first bytes: they are read, and thrown away. */
export class SkippedSource implements ByteSource {
  readonly #source: ByteSource;
  readonly #name: string;
  readonly #byte: number;
  #left: number;
  #closed = false;

  /** The first `bytes` are left out; `byte` is the offset in the input that they lead to. */
  constructor(source: ByteSource, bytes: number, name: string, byte: number) {
    this.#source = source;
    this.#left = bytes;
    this.#name = name;
    this.#byte = byte;
  }

  /** @throws MillraceError `ERR_CHANGED` when there are not so many bytes. */
  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const chunk = await this.#source.read();
      if (chunk === undefined && this.#left > 0 && !this.#closed) throw endsBefore(this.#name, this.#byte);
      if (chunk === undefined || this.#left === 0) return chunk;
      const rest = chunk.subarray(Math.min(this.#left, chunk.length));
      this.#left -= chunk.length - rest.length;
      if (rest.length > 0) return rest;
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.#source.close();
  }
}
