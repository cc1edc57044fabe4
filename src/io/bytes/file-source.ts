import { type FileHandle, open } from 'node:fs/promises';
import { changedError } from '../../core/changed-error.ts';
import { isMillraceError } from '../../core/errors.ts';
import { checkIdentity, type FileIdentity, fileIdentity } from './file-identity.ts';
import { ioError } from './io-error.ts';
import type { RawSource, SourceStart } from './raw-source.ts';

/** A part of a file, by the offset of its first byte and the one behind its last. */
export interface FileRange {
  readonly from: number;
  readonly to: number;
}

/** A read of the system costs much whatever it brings: several pieces come by one. */
const READ_BYTES = 512 * 2 ** 10;

const NONE: Uint8Array = new Uint8Array(0);

/** The bytes of a file, or of a part of it, in pieces of `chunkBytes`, one read ahead of what is asked for. */
export class FileSource implements RawSource {
  readonly #path: string;
  readonly #chunkBytes: number;
  /** Whole pieces, as many as come by one read. */
  readonly #readBytes: number;
  readonly #handle: FileHandle;
  readonly #range: FileRange | undefined;
  readonly #owned: boolean;
  #next: number;
  /** What was read and not given out. */
  #block: Uint8Array = NONE;
  #ahead: Promise<Uint8Array | undefined> | undefined;
  #closed: Promise<void> | undefined;

  private constructor(
    path: string,
    chunkBytes: number,
    handle: FileHandle,
    range: FileRange | undefined,
    owned: boolean,
  ) {
    this.#path = path;
    this.#chunkBytes = chunkBytes;
    this.#readBytes = Math.max(1, Math.floor(READ_BYTES / chunkBytes)) * chunkBytes;
    this.#handle = handle;
    this.#range = range;
    this.#owned = owned;
    this.#next = range?.from ?? 0;
  }

  /**
   * Opens a file; with `start` to go on with it there.
   *
   * @throws MillraceError `ERR_CHANGED` when it is not the file that it was, or ends before.
   */
  static async open(path: string, chunkBytes: number, start?: SourceStart): Promise<FileSource> {
    const handle = await open(path, 'r').catch((cause: unknown) => {
      throw ioError('open', path, cause);
    });
    try {
      const { identity, byte = 0 } = start ?? {};
      if (identity !== undefined) checkIdentity(path, handle.fd, identity);
      if (byte === 0) return new FileSource(path, chunkBytes, handle, undefined, true);
      const { size } = await handle.stat();
      if (size < byte) throw endsBefore(path, byte);
      return new FileSource(path, chunkBytes, handle, { from: byte, to: Number.POSITIVE_INFINITY }, true);
    } catch (error) {
      await handle.close();
      throw isMillraceError(error) ? error : ioError('open', path, error);
    }
  }

  /** A part of a file that somebody else has opened, and closes after this. */
  static part(path: string, chunkBytes: number, handle: FileHandle, range: FileRange): FileSource {
    return new FileSource(path, chunkBytes, handle, range, false);
  }

  /** What the file is, while it is open. */
  identity(): FileIdentity | undefined {
    return this.#closed === undefined ? fileIdentity(this.#handle.fd) : undefined;
  }

  async read(): Promise<Uint8Array | undefined> {
    if (this.#block.length === 0) this.#block = (await this.#fetched()) ?? NONE;
    if (this.#block.length === 0 || this.#closed !== undefined) return undefined;
    const piece = this.#block.subarray(0, this.#chunkBytes);
    this.#block = this.#block.subarray(piece.length);
    return piece;
  }

  close(): Promise<void> {
    this.#closed ??= this.#owned ? this.#handle.close() : Promise.resolve();
    return this.#closed;
  }

  /** The next block; the one after it is asked for at once. */
  async #fetched(): Promise<Uint8Array | undefined> {
    const block = await (this.#ahead ?? this.#fetch());
    this.#ahead = undefined;
    if (block !== undefined && this.#closed === undefined) {
      this.#ahead = this.#fetch();
      this.#ahead.catch(ignore);
    }
    return block;
  }

  async #fetch(): Promise<Uint8Array | undefined> {
    const length = Math.min(this.#readBytes, (this.#range?.to ?? Number.POSITIVE_INFINITY) - this.#next);
    if (this.#closed !== undefined || length === 0) return undefined;
    const buffer = Buffer.allocUnsafeSlow(length);
    try {
      const position = this.#range === undefined ? null : this.#next;
      const { bytesRead } = await this.#handle.read(buffer, 0, length, position);
      this.#next += bytesRead;
      return bytesRead === 0 || this.#closed !== undefined ? undefined : buffer.subarray(0, bytesRead);
    } catch (cause) {
      if (this.#closed !== undefined) return undefined;
      throw ioError('read', this.#path, cause);
    }
  }
}

/** The error for what is shorter than the part of it that was read already. */
export function endsBefore(where: string, byte: number): Error {
  const hint = 'Fetch the whole of it, or start afresh without the checkpoint.';
  return changedError(where, `it ends before byte ${byte}, where reading stood`, hint, { changed: 'size' });
}

/** A failed read ahead is thrown by the `read` that asks for it; when none does, it does not matter. */
function ignore(): void {}
