import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MillraceError } from '../../../core/errors.ts';
import type { PositionedFile } from '../../../core/positioned-file.ts';
import type { NodeFiles } from '../../../interfaces/checkpoint.ts';
import type { KeptSpill, Spill, SpillFile } from '../../../interfaces/memory.ts';
import { folderPrefix, sweepDead } from './folder-owner.ts';
import { KeptFilesSpill } from './kept-files-spill.ts';
import { keepTrackOf, released } from './live-folders.ts';
import { spillError } from './spill-error.ts';
import { BlockFile, type SpillPlace } from './spill-file.ts';

/** What temporary files need of the file system; tests put failing ones in its place. */
export interface SpillFileSystem {
  mkdtemp(prefix: string): Promise<string>;
  open(path: string, flags: string, mode: number): Promise<PositionedFile & { close(): Promise<void> }>;
  rm(path: string, options: { readonly recursive: true; readonly force: true }): Promise<void>;
}

const nodeSpillFileSystem: SpillFileSystem = Object.freeze({ mkdtemp, open, rm });

/** The temporary folder of a run, for its owner's eyes only. */
export class SpillFolder implements Spill {
  readonly enabled: boolean;
  readonly outlives = false;
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
    const file = new BlockFile(this.#place(path), {
      written: (bytes) => {
        this.#written += bytes;
      },
      removed: () => this.#files.delete(file),
    });
    this.#files.add(file);
    return file;
  }

  /** For reading and writing, and nobody but the owner. */
  #place(path: string): SpillPlace {
    let opened: { close(): Promise<void> } | undefined;
    return {
      label: dirname(path),
      open: async () => {
        const handle = await this.#fileSystem.open(path, 'wx+', 0o600);
        opened = handle;
        return handle;
      },
      remove: async () => {
        await opened?.close();
        if (opened !== undefined) await this.#fileSystem.rm(path, { recursive: true, force: true });
      },
    };
  }

  /** What a node spills to: in a run with checkpoints the files beside those, which count as if they were its own. */
  of(files: NodeFiles | undefined): Spill {
    if (files === undefined) return this;
    return new KeptFilesSpill(this.enabled, files, (bytes) => {
      this.#written += bytes;
    });
  }

  reopen(_kept: KeptSpill): never {
    throw new TypeError('Temporary files do not outlive their run');
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
