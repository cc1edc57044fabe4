import { dirname, join } from 'node:path';
import type { KeptFile } from '../../interfaces/checkpoint.ts';
import { MillraceError } from '../errors.ts';
import { readInto, writeAll } from '../positioned-file.ts';
import { errnoOf, storeError } from './store-error.ts';
import { type StoreFileSystem, type StoreHandle, syncFolder } from './store-file-system.ts';

const ENDING = '.kept';
const NAME = /^[A-Za-z0-9-]{1,64}$/;

/** The names of the kept files in a folder, which need not be there. */
export async function keptIn(folder: string, fileSystem: StoreFileSystem): Promise<readonly string[]> {
  try {
    const names = await fileSystem.readdir(folder);
    return names.flatMap((name) => (name.endsWith(ENDING) ? [name.slice(0, -ENDING.length)] : []));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw storeError(`list ${folder}`, error);
  }
}

/** Where a kept file is. */
export function keptPath(folder: string, name: string): string {
  return join(folder, `${checkedName(name)}${ENDING}`);
}

/**
 * The name of a file to be kept.
 *
 * @throws MillraceError `ERR_CHECKPOINT` when it is none.
 */
export function checkedName(name: string): string {
  if (NAME.test(name)) return name;
  throw new MillraceError(
    'ERR_CHECKPOINT',
    `Cannot keep a file beside checkpoints: ${JSON.stringify(name)} is no name for it`,
    { hint: 'Take letters, digits and hyphens, 64 at the most.' },
  );
}

/** Makes a file, which must not be there. */
export async function createKept(
  folder: string,
  name: string,
  fileSystem: StoreFileSystem,
): Promise<KeptFile> {
  const path = keptPath(folder, name);
  try {
    const handle = await fileSystem.open(path, 'wx+', 0o600);
    return new DirectoryFile({ name, path, handle, fileSystem }, 0, true);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw storeError(`make ${path}`, error);
    throw new MillraceError('ERR_CHECKPOINT', `Cannot make ${path}: it is there already`, {
      hint: 'Take another name, or remove it before.',
    });
  }
}

/** Opens a file that is there, to read it. */
export async function openKept(folder: string, name: string, fileSystem: StoreFileSystem): Promise<KeptFile> {
  const path = keptPath(folder, name);
  try {
    const handle = await fileSystem.open(path, 'r');
    const { size } = await handle.stat();
    return new DirectoryFile({ name, path, handle, fileSystem }, size, false);
  } catch (error) {
    throw storeError(`open ${path}`, error);
  }
}

/** Removes a file, if it is there. */
export async function removeKept(folder: string, name: string, fileSystem: StoreFileSystem): Promise<void> {
  const path = keptPath(folder, name);
  await fileSystem.unlink(path).catch((error: unknown) => {
    if (errnoOf(error) !== 'ENOENT') throw storeError(`remove ${path}`, error);
  });
}

interface OpenFile {
  readonly name: string;
  readonly path: string;
  readonly handle: StoreHandle;
  readonly fileSystem: StoreFileSystem;
}

class DirectoryFile implements KeptFile {
  readonly name: string;
  readonly #file: OpenFile;
  readonly #writable: boolean;
  #bytes: number;
  /** How many of the bytes are safe; the name is, once any sync has been. */
  #safe = -1;
  #broken: unknown;
  #closed = false;

  constructor(file: OpenFile, bytes: number, writable: boolean) {
    this.name = file.name;
    this.#file = file;
    this.#bytes = bytes;
    this.#writable = writable;
    if (!writable) this.#safe = bytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  async append(bytes: Uint8Array): Promise<void> {
    const { path, handle } = this.#file;
    if (!this.#writable) {
      throw new MillraceError('ERR_CHECKPOINT', `Cannot append to ${path}: it was opened to be read`);
    }
    try {
      this.#check();
      // What a call that failed has written is written over.
      await writeAll(handle, bytes, this.#bytes);
      this.#bytes += bytes.length;
    } catch (error) {
      throw storeError(`write to ${path}`, error);
    }
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    const { path, handle } = this.#file;
    const wanted = Math.min(into.length, this.#bytes - position);
    try {
      return await readInto(handle, into, wanted, position);
    } catch (error) {
      throw storeError(`read from ${path}`, error);
    }
  }

  /** A sync that fails is not tried again: the system reports lost bytes once. */
  async sync(): Promise<void> {
    const { path, handle, fileSystem } = this.#file;
    const bytes = this.#bytes;
    try {
      this.#check();
      if (bytes === this.#safe) return;
      await handle.sync().catch((error: unknown) => {
        this.#broken = error;
        throw error;
      });
      if (this.#safe < 0) await syncFolder(fileSystem, dirname(path));
      this.#safe = bytes;
    } catch (error) {
      throw storeError(`bring ${path} to the disk`, error);
    }
  }

  #check(): void {
    if (this.#broken !== undefined) throw this.#broken;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#file.handle.close();
  }
}
