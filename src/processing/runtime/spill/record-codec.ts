import { RecordReader } from './record-reader.ts';
import { RecordWriter } from './record-writer.ts';
import { Shapes } from './shapes.ts';

/** What a codec has to know to read what another one wrote, as plain data. */
export type RecordShapes = readonly (readonly string[])[];

/**
 * Records as bytes, and back, as structured clones: plain objects and arrays, text, numbers, `Date`,
 * `Map`, typed arrays and so on come back equal; objects of classes come back plain. What one codec
 * wrote only the same one can read, or one that has taken over its `shapes`, for it remembers the keys of objects, and
 * writes them once. Ten times as fast as `v8.serialize` on flat records.
 */
export class RecordCodec {
  readonly #shapes = new Shapes();
  readonly #writer = new RecordWriter(this.#shapes);
  readonly #reader = new RecordReader(this.#shapes);

  /** The keys of the objects that it has written so far. */
  get shapes(): RecordShapes {
    return this.#shapes.keys;
  }

  /** Takes over the shapes of another one; before it has written anything. */
  restore(shapes: RecordShapes): void {
    this.#shapes.restore(shapes);
  }

  /** What `encode` wrote last; overwritten by the next call. */
  get bytes(): Buffer {
    return this.#writer.bytes;
  }

  /**
   * Writes a value to the beginning of `bytes`; returns how many it took.
   *
   * @throws MillraceError `ERR_ENCODE` for what cannot be cloned, such as functions.
   */
  encode(value: unknown): number {
    return this.#writer.write(value);
  }

  /** The value that lies in `bytes` from `start` to `end`. */
  decode(bytes: Buffer, start: number, end: number): unknown {
    return this.#reader.read(bytes, start, end);
  }
}
