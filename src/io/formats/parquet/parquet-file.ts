import { type FileHandle, open } from 'node:fs/promises';
import type { AsyncBuffer } from 'hyparquet';
import { MillraceError } from '../../../core/errors.ts';
import { ioError } from '../../bytes/io-error.ts';

/** A Parquet file that is open: parts of it, by the offsets of their first byte and the one behind their last. */
export class ParquetFile implements AsyncBuffer {
  readonly byteLength: number;
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #took: (bytes: number) => void;
  /** Bytes that were not told of yet: what is read twice counts once. */
  #left: number;

  private constructor(path: string, handle: FileHandle, bytes: number, took: (bytes: number) => void) {
    this.#path = path;
    this.#handle = handle;
    this.byteLength = bytes;
    this.#left = bytes;
    this.#took = took;
  }

  /** `took` is told of the bytes that were read, as many in all as the file has. */
  static async open(path: string, took: (bytes: number) => void): Promise<ParquetFile> {
    const handle = await open(path, 'r').catch((cause: unknown) => {
      throw ioError('open', path, cause);
    });
    try {
      const { size } = await handle.stat();
      return new ParquetFile(path, handle, size, took);
    } catch (cause) {
      await handle.close();
      throw ioError('open', path, cause);
    }
  }

  async slice(start: number, end: number = this.byteLength): Promise<ArrayBuffer> {
    if (!(start >= 0 && start <= end && end <= this.byteLength)) {
      throw new MillraceError(
        'ERR_TRUNCATED',
        `Cannot read ${this.#path}: it refers to bytes it does not have`,
        {
          hint: 'The file is cut off or damaged: fetch it again.',
        },
      );
    }
    const bytes = new ArrayBuffer(end - start);
    let at = 0;
    while (at < bytes.byteLength) {
      const read = await this.#read(new Uint8Array(bytes, at), start + at);
      if (read === 0) {
        throw new MillraceError('ERR_TRUNCATED', `Cannot read ${this.#path}: it became shorter meanwhile`, {
          hint: 'Read a copy that nobody writes to.',
        });
      }
      at += read;
    }
    this.#count(bytes.byteLength);
    return bytes;
  }

  /** Nothing more is wanted of it: columns that nobody asked for count as taken, too. */
  end(): void {
    this.#count(this.#left);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  #count(bytes: number): void {
    const fresh = Math.min(bytes, this.#left);
    this.#left -= fresh;
    if (fresh > 0) this.#took(fresh);
  }

  async #read(into: Uint8Array, position: number): Promise<number> {
    try {
      const { bytesRead } = await this.#handle.read(into, 0, into.length, position);
      return bytesRead;
    } catch (cause) {
      throw ioError('read', this.#path, cause);
    }
  }
}
