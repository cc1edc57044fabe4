import { MillraceError } from '../core/errors.ts';
import type { KeptFile } from '../interfaces/checkpoint.ts';

/** A file beside checkpoints in memory. */
export class MemoryFile implements KeptFile {
  readonly name: string;
  readonly #writable: boolean;
  #content: Buffer;

  constructor(name: string, content: Buffer = Buffer.alloc(0), writable = true) {
    this.name = name;
    this.#content = content;
    this.#writable = writable;
  }

  /** The same as whoever opens it again sees it. */
  reopened(): KeptFile {
    return new MemoryFile(this.name, this.#content, false);
  }

  get bytes(): number {
    return this.#content.length;
  }

  async append(bytes: Uint8Array): Promise<void> {
    if (!this.#writable) {
      throw new MillraceError('ERR_CHECKPOINT', `Cannot append to ${this.name}: it was opened to be read`);
    }
    this.#content = Buffer.concat([this.#content, bytes]);
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    return this.#content.copy(into, 0, position);
  }

  async sync(): Promise<void> {}

  async close(): Promise<void> {}
}
