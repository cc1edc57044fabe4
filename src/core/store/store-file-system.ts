import { link, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type PositionedFile, readInto, writeAll } from '../positioned-file.ts';
import { errnoOf } from './store-error.ts';

/** What the directory store needs of an open file: a slice of Node's `FileHandle`. */
export interface StoreHandle extends PositionedFile {
  stat(): Promise<{ readonly size: number }>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** What the directory store needs of the file system; tests put a disk that fails in its place. */
export interface StoreFileSystem {
  open(path: string, flags: string, mode?: number): Promise<StoreHandle>;
  stat(path: string): Promise<{ readonly size: number; readonly mtimeMs: number }>;
  readdir(path: string): Promise<readonly string[]>;
  mkdir(path: string, options: { readonly recursive: true }): Promise<unknown>;
  rename(from: string, to: string): Promise<void>;
  link(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
}

export const nodeStoreFileSystem: StoreFileSystem = Object.freeze({
  open,
  stat,
  readdir,
  mkdir,
  rename,
  link,
  unlink,
});

/** Writes a new file, for its owner's eyes only; when it resolves, the bytes are on the disk, though perhaps not the name. */
export async function putFile(
  fileSystem: StoreFileSystem,
  path: string,
  chunks: Iterable<Uint8Array>,
): Promise<void> {
  const handle = await fileSystem.open(path, 'wx', 0o600);
  let done = false;
  try {
    let position = 0;
    for (const chunk of chunks) {
      await writeAll(handle, chunk, position);
      position += chunk.length;
    }
    await handle.sync();
    done = true;
  } finally {
    const closing = handle.close();
    // What failed first is what counts.
    await (done ? closing : closing.catch(() => undefined));
  }
}

/** All bytes of a file, which is the same from the beginning to the end though its name may get another. */
export async function wholeFile(fileSystem: StoreFileSystem, path: string): Promise<Uint8Array> {
  const handle = await fileSystem.open(path, 'r');
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.allocUnsafeSlow(size);
    return bytes.subarray(0, await readInto(handle, bytes, size, 0));
  } finally {
    await handle.close().catch(() => undefined);
  }
}

/** Makes the names in a folder safe from a loss of power, where the system can: Windows cannot. */
export async function syncFolder(fileSystem: StoreFileSystem, folder: string): Promise<void> {
  try {
    const handle = await fileSystem.open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EISDIR', 'EINVAL', 'ENOTSUP'].includes(errnoOf(error))) throw error;
  }
}

/**
 * Makes a folder that a loss of power does not take. The names of all above it are made safe, though they may have been
 * there: whoever made them may have been killed before it could, and to sync what is safe costs next to nothing.
 */
export async function makeFolder(fileSystem: StoreFileSystem, folder: string): Promise<void> {
  await fileSystem.mkdir(folder, { recursive: true });
  for (let at = folder; at !== dirname(at); at = dirname(at)) await syncFolder(fileSystem, dirname(at));
}

/** Removes a file if that is possible. Never rejects. */
export async function discard(fileSystem: StoreFileSystem, path: string): Promise<void> {
  await fileSystem.unlink(path).catch(() => undefined);
}
