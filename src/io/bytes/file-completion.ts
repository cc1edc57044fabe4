import { dirname } from 'node:path';
import { isMillraceError } from '../../core/errors.ts';
import { syncFolder } from './file-place.ts';
import type { FileSystem } from './file-system.ts';
import { ioError } from './io-error.ts';
import type { OpenFiles } from './open-files.ts';
import { placeState, tailOf, unsynced } from './place-state.ts';
import type { PooledFile } from './pooled-file.ts';

export interface FileCompletionSpec {
  readonly fileSystem: FileSystem;
  readonly open: OpenFiles;
  /** Files that are synced at the same time. */
  readonly syncs: number;
  /** Whether checkpoints hold the files: then only a sync or a close that has failed cannot be tried again. */
  readonly checkpointed: boolean;
}

/**
 * The last steps of files: synced, closed, named. What must not be tried again breaks it: nobody knows what a file
 * holds whose sync or close has failed.
 */
export class FileCompletion {
  /** What cannot be tried again: another try might lose bytes. */
  broken: Error | undefined;
  readonly #spec: FileCompletionSpec;

  constructor(spec: FileCompletionSpec) {
    this.#spec = spec;
  }

  /** Those that are open come first: so no more are open than before. */
  async syncAll(files: readonly PooledFile[]): Promise<void> {
    const { open, syncs } = this.#spec;
    const left = [...files].sort((a, b) => Number(open.has(b)) - Number(open.has(a))).values();
    const one = async () => {
      for (const file of left) await this.syncAndClose(file);
    };
    const all = await Promise.allSettled(Array.from({ length: syncs }, one));
    const failed = all.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async syncAndClose(file: PooledFile): Promise<void> {
    const { open, checkpointed } = this.#spec;
    if (!file.lasts) {
      const handle = open.take(file) ?? (await this.#step(file, () => file.place.reopen()));
      open.add(file, handle);
      await this.#sync(file, () => handle.sync());
      if (checkpointed) {
        const tail = await this.#step(file, () => tailOf(handle, file.position));
        file.prepared = placeState(file.place.facts, file.position, tail);
      }
    }
    await this.lastly('complete', file, async () => open.take(file)?.close());
  }

  /** Gives a file its name, unless it has it. */
  async #rename(file: PooledFile): Promise<void> {
    if (!file.named) await this.#step(file, () => file.place.publish());
    file.named = true;
  }

  /** Gives all their names, and makes these last. */
  async nameAll(files: readonly PooledFile[]): Promise<void> {
    for (const file of files) await this.#rename(file);
    const named = files.filter(({ place }) => !place.inPlace);
    await this.syncFolders(new Set(named.map(({ place }) => dirname(place.path))));
  }

  /** Makes the names in folders last, and takes these folders out. */
  async syncFolders(folders: Set<string>): Promise<void> {
    for (const folder of folders) {
      await syncFolder(folder, this.#spec.fileSystem).catch((cause: unknown) => {
        throw this.#failed(ioError('complete', folder, cause));
      });
      folders.delete(folder);
    }
  }

  async lastly<T>(doing: string, file: PooledFile, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      this.broken = isMillraceError(cause) ? cause : ioError(doing, file.place.path, cause);
      throw this.broken;
    }
  }

  /** Without checkpoints, nothing of it is tried again. */
  async #step<T>(file: PooledFile, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw this.#failed(isMillraceError(cause) ? cause : ioError('complete', file.place.path, cause));
    }
  }

  #sync(file: PooledFile, work: () => Promise<void>): Promise<void> {
    return this.lastly('complete', file, () =>
      work().catch((cause: unknown) => {
        throw this.#spec.checkpointed ? unsynced(file.place.path, cause) : cause;
      }),
    );
  }

  #failed(error: Error): Error {
    if (!this.#spec.checkpointed) this.broken = error;
    return error;
  }
}
