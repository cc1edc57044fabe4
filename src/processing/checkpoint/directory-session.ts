import { join } from 'node:path';
import { MillraceError } from '../../core/errors.ts';
import { createKept, removeKept } from '../../core/store/kept-file.ts';
import type { Machine } from '../../core/store/machine.ts';
import { storeError } from '../../core/store/store-error.ts';
import {
  discard,
  makeFolder,
  putFile,
  type StoreFileSystem,
  syncFolder,
} from '../../core/store/store-file-system.ts';
import type { CheckpointEntry, CheckpointSession, KeptFile } from '../../interfaces/checkpoint.ts';
import { DirectoryView, fileName, idsIn } from './directory-view.ts';
import { LOCK, StoreLock } from './store-lock.ts';

/** What a checkpoint is called until it is whole. */
const PARTIAL = '.partial';

export interface DirectorySpec {
  readonly label: string;
  readonly pipeline: string;
  readonly folder: string;
  readonly keep: number;
  readonly takeOver: boolean;
  readonly fileSystem: StoreFileSystem;
  readonly machine: Machine;
}

/** Makes the folder, takes its lock, and removes what others who are gone have left half done. */
export async function openDirectory(spec: DirectorySpec): Promise<CheckpointSession> {
  const { folder, fileSystem } = spec;
  const what = `the checkpoints of "${spec.pipeline}" in ${folder}`;
  let lock: StoreLock | undefined;
  try {
    await makeFolder(fileSystem, folder);
    lock = await StoreLock.acquire({ ...spec, what });
    await sweep(folder, fileSystem);
    // One that was renamed just before its writer was killed must not go once somebody has gone on from it.
    await syncFolder(fileSystem, folder);
    return new DirectorySession(spec, lock, (await idsIn(folder, fileSystem))[0] ?? 0);
  } catch (error) {
    await lock?.release().catch(() => undefined);
    throw storeError(`open ${what}`, error);
  }
}

/** Checkpoints that were never finished, and all that belongs to locks but is not the lock. */
async function sweep(folder: string, fileSystem: StoreFileSystem): Promise<void> {
  for (const name of await fileSystem.readdir(folder)) {
    if (name.endsWith(PARTIAL) || name.startsWith(`${LOCK}.`)) await discard(fileSystem, join(folder, name));
  }
}

class DirectorySession implements CheckpointSession {
  readonly label: string;
  readonly #spec: DirectorySpec;
  readonly #view: DirectoryView;
  readonly #lock: StoreLock;
  #newest: number;
  #attempts = 0;
  /** What is being done: one thing at a time. */
  #pending: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(spec: DirectorySpec, lock: StoreLock, newest: number) {
    this.label = spec.label;
    this.#spec = spec;
    this.#lock = lock;
    this.#newest = newest;
    this.#view = new DirectoryView(spec.label, spec.folder, spec.fileSystem);
  }

  list(): Promise<readonly CheckpointEntry[]> {
    return this.#inTurn('list', () => this.#view.list());
  }

  read(id: number): Promise<Uint8Array> {
    return this.#inTurn('read', () => this.#view.read(id));
  }

  write(id: number, chunks: Iterable<Uint8Array>): Promise<void> {
    return this.#inTurn('write', () => this.#write(id, chunks));
  }

  remove(id: number): Promise<void> {
    return this.#inTurn('remove', () => this.#remove(id));
  }

  createFile(name: string): Promise<KeptFile> {
    const { folder, fileSystem } = this.#spec;
    return this.#inTurn('make a file beside', () => createKept(folder, name, fileSystem));
  }

  openFile(name: string): Promise<KeptFile> {
    return this.#inTurn('open a file beside', () => this.#view.openFile(name));
  }

  files(): Promise<readonly string[]> {
    return this.#inTurn('list the files beside', () => this.#view.files());
  }

  removeFile(name: string): Promise<void> {
    const { folder, fileSystem } = this.#spec;
    return this.#inTurn('remove a file beside', async () => {
      await this.#checkLock(`remove ${name}`);
      await removeKept(folder, name, fileSystem);
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#pending.then(() => this.#release());
    return this.#closing;
  }

  /** May be tried again when it fails. */
  async #release(): Promise<void> {
    try {
      await this.#lock.release();
    } catch (error) {
      this.#closing = undefined;
      throw storeError(`give back the lock in ${this.#spec.folder}`, error);
    }
  }

  #inTurn<T>(doing: string, task: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) {
      return Promise.reject(
        new MillraceError('ERR_CHECKPOINT', `Cannot ${doing} checkpoints in ${this.label}: they are closed`, {
          hint: 'Open the store again.',
        }),
      );
    }
    const doneBefore = this.#pending;
    const done = doneBefore.then(task);
    this.#pending = done.catch(() => undefined);
    return done;
  }

  async #write(id: number, chunks: Iterable<Uint8Array>): Promise<void> {
    this.#checkId(id);
    const { folder, fileSystem } = this.#spec;
    const path = join(folder, fileName(id));
    const partial = `${path}.${++this.#attempts}${PARTIAL}`;
    let renaming = false;
    try {
      await putFile(fileSystem, partial, chunks);
      await this.#checkLock(`write checkpoint ${id}`);
      renaming = true;
      await fileSystem.rename(partial, path);
      await syncFolder(fileSystem, folder);
    } catch (error) {
      await discard(fileSystem, partial);
      // Under its name it may outlive a loss of power or not: better not.
      if (renaming) await discard(fileSystem, path);
      throw storeError(`write checkpoint ${id} in ${folder}`, error);
    }
    this.#newest = id;
    await this.#prune();
  }

  #checkId(id: number): void {
    if (Number.isSafeInteger(id) && id > this.#newest) return;
    throw new MillraceError(
      'ERR_CHECKPOINT',
      `Cannot write checkpoint ${id} in ${this.label}: the newest is ${this.#newest}, and ids are whole numbers that increase`,
      { hint: 'Take an id that is larger than the first of list().' },
    );
  }

  async #checkLock(doing: string): Promise<void> {
    if (await this.#lock.held()) return;
    throw new MillraceError(
      'ERR_LOCKED',
      `Cannot ${doing} in ${this.label}: the lock was taken over by somebody else, or removed`,
      { hint: 'Stop this run: another one may be using the checkpoints.' },
    );
  }

  /** What stays for an error is tried again after the next checkpoint. */
  async #prune(): Promise<void> {
    const { folder, fileSystem, keep } = this.#spec;
    const ids = await idsIn(folder, fileSystem).catch(() => []);
    for (const id of ids.slice(keep)) await discard(fileSystem, join(folder, fileName(id)));
  }

  async #remove(id: number): Promise<void> {
    const { folder, fileSystem } = this.#spec;
    try {
      await this.#checkLock(`remove checkpoint ${id}`);
      if (!(await idsIn(folder, fileSystem)).includes(id)) return;
      await fileSystem.unlink(join(folder, fileName(id)));
      await syncFolder(fileSystem, folder);
    } catch (error) {
      throw storeError(`remove checkpoint ${id} in ${folder}`, error);
    }
  }
}
