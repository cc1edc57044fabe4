import type { ByteOutput } from './byte-output.ts';
import type { FilePlace } from './file-place.ts';

/** Who writes what the files of a pool gather. */
export interface Gatherer {
  gathered(file: PooledFile, bytes: number): void;
}

/** One of many files that are written in turns: bytes are gathered here until the pool writes them. */
export class PooledFile implements ByteOutput {
  readonly place: FilePlace;
  /** Where the next byte goes. */
  position: number;
  readonly #pool: Gatherer;
  #gathered: Uint8Array[] = [];
  #bytes = 0;
  #sending: Uint8Array | undefined;

  constructor(place: FilePlace, pool: Gatherer) {
    this.place = place;
    this.position = place.begin;
    this.#pool = pool;
  }

  /** Bytes that have been gathered since the pool took some to write. */
  get bytes(): number {
    return this.#bytes;
  }

  append(bytes: Uint8Array): void {
    this.#gathered.push(bytes);
    this.#bytes += bytes.length;
    this.#pool.gathered(this, bytes.length);
  }

  /** The pool has room or not for all its files, and is asked itself. */
  settle(): undefined {
    return undefined;
  }

  /** The pool publishes and abandons. */
  async publish(): Promise<void> {}

  async abandon(): Promise<void> {}

  /** What is to be written next; kept until it has been, so that it can be tried again. */
  get next(): Uint8Array | undefined {
    if (this.#sending !== undefined || this.#bytes === 0) return this.#sending;
    this.#sending = this.#gathered.length === 1 ? this.#gathered[0]! : Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#bytes = 0;
    return this.#sending;
  }

  wrote(bytes: number): void {
    this.position += bytes;
    const left = this.#sending!.subarray(bytes);
    this.#sending = left.length === 0 ? undefined : left;
  }
}
