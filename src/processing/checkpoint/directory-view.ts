import { join } from 'node:path';
import { keptIn, openKept } from '../../core/store/kept-file.ts';
import { errnoOf, storeError } from '../../core/store/store-error.ts';
import { type StoreFileSystem, wholeFile } from '../../core/store/store-file-system.ts';
import type { CheckpointEntry, CheckpointView, KeptFile } from '../../interfaces/checkpoint.ts';
import { folderPipeline } from './pipeline-folder.ts';

const NAME = /^(\d{12,16})\.checkpoint$/;

/** The name of the file of a checkpoint: in a listing they stand in their order. */
export function fileName(id: number): string {
  return `${String(id).padStart(12, '0')}.checkpoint`;
}

/** The numbers of the checkpoints in a folder, the largest first. */
export async function idsIn(folder: string, fileSystem: StoreFileSystem): Promise<number[]> {
  const names = await fileSystem.readdir(folder);
  const ids = names.flatMap((name) => {
    const id = Number(NAME.exec(name)?.[1] ?? Number.NaN);
    return Number.isSafeInteger(id) && fileName(id) === name ? [id] : [];
  });
  return ids.sort((a, b) => b - a);
}

/** What a name in the folder of the store may be besides a folder that can be looked into. */
const NO_FOLDER: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR']);

/** The pipelines whose folders have checkpoints. */
export async function pipelinesIn(root: string, fileSystem: StoreFileSystem): Promise<readonly string[]> {
  try {
    const found: string[] = [];
    for (const folder of await fileSystem.readdir(root)) {
      const pipeline = folderPipeline(folder);
      if (pipeline === undefined) continue;
      const ids = await idsIn(join(root, folder), fileSystem).catch((error: unknown) => {
        if (NO_FOLDER.has(errnoOf(error))) return [];
        throw error;
      });
      if (ids.length > 0) found.push(pipeline);
    }
    return found.sort();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw storeError(`list the pipelines in ${root}`, error);
  }
}

/** Reads the checkpoints in a folder, which need not be there. */
export class DirectoryView implements CheckpointView {
  readonly label: string;
  readonly #folder: string;
  readonly #fileSystem: StoreFileSystem;

  constructor(label: string, folder: string, fileSystem: StoreFileSystem) {
    this.label = label;
    this.#folder = folder;
    this.#fileSystem = fileSystem;
  }

  async list(): Promise<readonly CheckpointEntry[]> {
    try {
      const entries: CheckpointEntry[] = [];
      for (const id of await idsIn(this.#folder, this.#fileSystem)) {
        const status = await this.#statusOf(id);
        if (status !== undefined) entries.push({ id, time: Math.round(status.mtimeMs), bytes: status.size });
      }
      return entries;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return [];
      throw storeError(`list the checkpoints in ${this.#folder}`, error);
    }
  }

  /** Absent when it has been removed since the folder was looked through. */
  async #statusOf(id: number) {
    try {
      return await this.#fileSystem.stat(join(this.#folder, fileName(id)));
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  files(): Promise<readonly string[]> {
    return keptIn(this.#folder, this.#fileSystem);
  }

  async openFile(name: string): Promise<KeptFile> {
    return openKept(this.#folder, name, this.#fileSystem);
  }

  async read(id: number): Promise<Uint8Array> {
    try {
      return await wholeFile(this.#fileSystem, join(this.#folder, fileName(id)));
    } catch (error) {
      throw storeError(`read checkpoint ${id} in ${this.#folder}`, error);
    }
  }
}
