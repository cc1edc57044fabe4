import type { ByteSource } from './byte-source.ts';
import type { FileIdentity } from './file-identity.ts';
import type { SourceIdentity } from './file-position.ts';

/** The bytes of a file, URL or stream as they lie there. */
export interface RawSource extends ByteSource {
  /** What tells it from another, or from another state of it; absent, or `undefined`, where nothing does. */
  identity?(): SourceIdentity | undefined;
}

/** Where to go on with a file. */
export interface SourceStart {
  /** What it must be; anything where absent. */
  readonly identity?: FileIdentity | undefined;
  /** Offset of the first byte to read. @default 0 */
  readonly byte?: number;
}

/** The bytes that were taken of a file: those that an earlier run has told of are not told of again. */
export class TakenBytes {
  /** Offset behind the last that was taken, in this run. */
  taken: number;
  readonly #told: number;
  readonly #tell: (bytes: number) => void;

  /** `start` is the offset of the first that is taken, `told` how many were told of before. */
  constructor(tell: (bytes: number) => void, start = 0, told = 0) {
    this.#tell = tell;
    this.taken = start;
    this.#told = told;
  }

  /** Offset behind the last that was ever taken. */
  get most(): number {
    return Math.max(this.taken, this.#told);
  }

  add(bytes: number): void {
    const from = Math.max(this.taken, this.#told);
    this.taken += bytes;
    if (this.taken > from) this.#tell(this.taken - from);
  }
}

/** Tells of the bytes that are taken of a source. */
export class CountedSource implements ByteSource {
  readonly #source: ByteSource;
  readonly #took: (bytes: number) => void;

  constructor(source: ByteSource, took: (bytes: number) => void) {
    this.#source = source;
    this.#took = took;
  }

  async read(): Promise<Uint8Array | undefined> {
    const chunk = await this.#source.read();
    if (chunk !== undefined) this.#took(chunk.length);
    return chunk;
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}
