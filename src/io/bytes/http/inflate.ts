import { Transform, type TransformCallback } from 'node:stream';
import { createInflate, createInflateRaw } from 'node:zlib';

/** Undoes the coding `deflate`: some servers mean by it what zlib wraps, as they should, others what it does not. */
export class Inflate extends Transform {
  #inner: Transform | undefined;

  override _transform(piece: Uint8Array, _: BufferEncoding, taken: TransformCallback): void {
    this.#inner ??= this.#begin(piece[0]!);
    this.#inner.write(piece, taken);
  }

  override _flush(done: TransformCallback): void {
    if (this.#inner === undefined) done(new Error('unexpected end of file'));
    else this.#inner.once('end', done).end();
  }

  override _read(size: number): void {
    this.#inner?.resume();
    super._read(size);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#inner?.destroy();
    done(error);
  }

  /** What zlib wraps begins with its method, 8, in the lower half of the first byte; nothing else that servers send does. */
  #begin(first: number): Transform {
    const inner = (first & 0x0f) === 8 ? createInflate() : createInflateRaw();
    inner.on('data', (piece: Uint8Array) => {
      if (!this.push(piece)) inner.pause();
    });
    inner.on('error', (error) => this.destroy(error));
    return inner;
  }
}
