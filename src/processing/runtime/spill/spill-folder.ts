import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MillraceError } from '../../../core/errors.ts';
import type { Spill, SpillFile } from '../../../interfaces/memory.ts';
import { folderPrefix, sweepDead } from './folder-owner.ts';
import { keepTrackOf, released } from './live-folders.ts';
import { spillError } from './spill-error.ts';
import { BlockFile } from './spill-file.ts';

/** What temporary files need of an open file: a slice of Node's `FileHandle`. */
export interface SpillHandle {
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesWritten: number }>;
  read(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  close(): Promise<void>;
}

/** What temporary files need of the file system; tests put failing ones in its place. */
export interface SpillFileSystem {
  mkdtemp(prefix: string): Promise<string>;
  open(path: string, flags: string, mode: number): Promise<SpillHandle>;
  rm(path: string, options: { readonly recursive: true; readonly force: true }): Promise<void>;
}

const nodeSpillFileSystem: SpillFileSystem = Object.freeze({ mkdtemp, open, rm });

/** The temporary folder of a run, for its owner's eyes only. */
export class SpillFolder implements Spill {
  readonly enabled: boolean;
  readonly #parent: string;
  readonly #fileSystem: SpillFileSystem;
  readonly #files = new Set<BlockFile>();
  #folder: Promise<string> | undefined;
  /** What killed processes have left is removed meanwhile: it may take long. */
  #swept: Promise<void> | undefined;
  #made = 0;
  #written = 0;
  #closed = false;

  /** `parent` is where the folder is made; `false` forbids it. */
  constructor(parent: string | false = tmpdir(), fileSystem: SpillFileSystem = nodeSpillFileSystem) {
    this.enabled = parent !== false;
    this.#parent = parent === false ? '' : parent;
    this.#fileSystem = fileSystem;
  }

  /** Bytes written to the disk so far, compressed. */
  get written(): number {
    return this.#written;
  }

  async create(): Promise<SpillFile> {
    if (!this.enabled) throw new TypeError('Spilling is off: look at enabled first');
    this.#folder ??= this.#make();
    const folder = await this.#folder;
    if (this.#closed) throw new MillraceError('ERR_ABORTED', 'Cannot spill: the run is over');
    const path = join(folder, String(++this.#made));
    const file = new BlockFile(path, this.#fileSystem, {
      written: (bytes) => {
        this.#written += bytes;
      },
      removed: () => this.#files.delete(file),
    });
    this.#files.add(file);
    return file;
  }

  async #make(): Promise<string> {
    try {
      const folder = await this.#fileSystem.mkdtemp(join(this.#parent, folderPrefix()));
      keepTrackOf(folder);
      this.#swept = sweepDead(this.#parent);
      return folder;
    } catch (error) {
      throw spillError('make a temporary folder in', this.#parent, error);
    }
  }

  /** Removes the folder with all that is in it, once nothing is at work on it any more. */
  async close(): Promise<void> {
    this.#closed = true;
    const folder = await this.#folder?.catch(() => undefined);
    if (folder === undefined) return;
    await Promise.allSettled([...this.#files].map((file) => file.remove()));
    await this.#fileSystem.rm(folder, { recursive: true, force: true });
    released(folder);
    await this.#swept;
  }
}
