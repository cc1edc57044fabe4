import { type FileHandle, open } from 'node:fs/promises';
import type { AsyncBuffer } from 'hyparquet';
import { isMillraceError, MillraceError } from '../../../core/errors.ts';
import { checkIdentity, type FileIdentity, fileIdentity } from '../../bytes/file-identity.ts';
import type { InputsMark } from '../../bytes/inputs.ts';
import { ioError } from '../../bytes/io-error.ts';

/** What is known of a file that is gone on with. */
export interface ParquetFrom {
  /** What it must be; anything where absent. */
  readonly identity?: FileIdentity | undefined;
  readonly taken: number;
}

/** A Parquet file that is open: parts of it, by the offsets of their first byte and the one behind their last. */
export class ParquetFile implements AsyncBuffer {
  readonly byteLength: number;
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #took: (bytes: number) => void;
  /** Bytes that were not told of yet: what is read twice counts once. */
  #left: number;

  private constructor(
    path: string,
    handle: FileHandle,
    bytes: number,
    took: (bytes: number) => void,
    told: number,
  ) {
    this.#path = path;
    this.#handle = handle;
    this.byteLength = bytes;
    this.#left = Math.max(0, bytes - told);
    this.#took = took;
  }

  /**
   * `took` is told of the bytes that were read, as many in all as the file has. With `from` it must be what it was, and
   * what was told of then is not told of again.
   *
   * @throws MillraceError `ERR_CHANGED`.
   */
  static async open(path: string, took: (bytes: number) => void, from?: ParquetFrom): Promise<ParquetFile> {
    const handle = await open(path, 'r').catch((cause: unknown) => {
      throw ioError('open', path, cause);
    });
    try {
      if (from?.identity !== undefined) checkIdentity(path, handle.fd, from.identity);
      const { size } = await handle.stat();
      return new ParquetFile(path, handle, size, took, from?.taken ?? 0);
    } catch (cause) {
      await handle.close();
      throw isMillraceError(cause) ? cause : ioError('open', path, cause);
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

  mark(): InputsMark | undefined {
    const identity = fileIdentity(this.#handle.fd);
    return identity && { identity, taken: this.byteLength - this.#left, plain: false };
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
