import type { ByteOutput } from './byte-output.ts';
import type { FilePlace } from './file-place.ts';
import type { PlaceState } from './place-state.ts';

/** Who writes what the files of a pool gather. */
export interface Gatherer {
  gathered(file: PooledFile, bytes: number): void;
}

/** One of many files that are written in turns: bytes are gathered here until the pool writes them. */
export class PooledFile implements ByteOutput {
  readonly place: FilePlace;
  /** Where the next byte goes. */
  position: number;
  /** What of it lasts. */
  prepared: PlaceState | undefined;
  /** Whether a checkpoint may have it. */
  known = false;
  /** The checkpoint that has it as complete, and gives it its name when it is complete itself. */
  completeAt: number | undefined;
  /** Whether it has its final name. */
  named = false;
  readonly #pool: Gatherer;
  #gathered: Uint8Array[] = [];
  #bytes = 0;
  #sending: Uint8Array | undefined;

  constructor(place: FilePlace, pool: Gatherer, position = place.begin) {
    this.place = place;
    this.position = position;
    this.#pool = pool;
  }

  /** Bytes that have been gathered since the pool took some to write. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether all of it would outlive a power cut. */
  get lasts(): boolean {
    return this.prepared?.length === this.position;
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

/** Files with so many bytes of what was gathered: few large writes rather than many small ones. */
export function largest(all: Iterable<PooledFile>, wanted: number): PooledFile[] {
  const files = [...all].filter(({ bytes }) => bytes > 0).sort((a, b) => b.bytes - a.bytes);
  let bytes = 0;
  const count = files.findIndex((file) => {
    bytes += file.bytes;
    return bytes >= wanted;
  });
  return files.slice(0, count + 1);
}
