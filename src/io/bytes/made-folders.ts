import { dirname } from 'node:path';
import type { FileSystem } from './file-system.ts';
import { ioError } from './io-error.ts';

/** Folders that were made for files, and are to go again when these do. */
export class MadeFolders {
  readonly #fileSystem: FileSystem;
  readonly #known = new Set<string>();
  /** Inner ones first, when reversed. */
  readonly #made: string[] = [];
  /** Folders with new folders in them that may not last through a power cut yet. */
  readonly unsynced = new Set<string>();

  constructor(fileSystem: FileSystem) {
    this.#fileSystem = fileSystem;
  }

  /** @throws MillraceError `ERR_NOT_A_FILE`, `ERR_PERMISSION`, `ERR_SPACE`, `ERR_IO`. */
  async make(folder: string): Promise<void> {
    if (this.#known.has(folder)) return;
    const first = await this.#fileSystem.mkdir(folder, { recursive: true }).catch((cause: unknown) => {
      throw ioError('make the folder', folder, cause);
    });
    this.#known.add(folder);
    if (first === undefined) return;
    const made = foldersMade(folder, first);
    this.#made.push(...made);
    for (const one of made) this.unsynced.add(dirname(one));
  }

  /** Removes those that are empty. Never rejects. */
  async remove(): Promise<void> {
    for (const folder of this.#made.splice(0).reverse()) {
      await this.#fileSystem.rmdir(folder).catch(() => undefined);
    }
  }
}

/** The folders from the first that was made to the last, outer ones first; none where none was. */
export function foldersMade(folder: string, first: string | undefined): readonly string[] {
  if (first === undefined) return [];
  const made = [folder];
  while (made[0] !== first && made[0] !== dirname(made[0]!)) made.unshift(dirname(made[0]!));
  return made;
}
