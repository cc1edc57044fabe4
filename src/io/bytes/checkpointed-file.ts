import { dirname } from 'node:path';
import { MillraceError } from '../../core/errors.ts';
import type { WriteContext } from '../../interfaces/writer.ts';
import type { FileWriteSettings } from './file-options.ts';
import type { FileOutput } from './file-output.ts';
import { type FilePlace, type OpenPlace, syncFolder } from './file-place.ts';
import type { FileSystem, OutputHandle } from './file-system.ts';
import { ioError } from './io-error.ts';
import { outputOf } from './open-output.ts';
import { type PlaceState, placeState, tailOf, unsynced } from './place-state.ts';

export interface CheckpointedFileSpec {
  readonly opened: OpenPlace;
  readonly settings: FileWriteSettings;
  readonly fileSystem: FileSystem;
  readonly context: WriteContext;
  /** Where the first byte goes. */
  readonly position: number;
  /** Whether a checkpoint has the file. */
  readonly known: boolean;
  /** Folders with new names in them. */
  readonly unsynced: readonly string[];
}

/**
 * A file of a run with checkpoints: what was prepared stays under its temporary name, whatever fails later, until the
 * file is complete or given up for good.
 */
export class CheckpointedFile {
  readonly output: FileOutput;
  readonly #place: FilePlace;
  readonly #handle: OutputHandle;
  readonly #fileSystem: FileSystem;
  readonly #unsynced: Set<string>;
  #known: boolean;
  #prepared: PlaceState | undefined;
  #broken: Error | undefined;

  constructor({ opened, settings, fileSystem, context, position, known, unsynced }: CheckpointedFileSpec) {
    const { place, handle } = opened;
    this.#place = place;
    this.#handle = handle;
    this.#fileSystem = fileSystem;
    this.#known = known;
    this.#unsynced = new Set(unsynced);
    const ending = { publish: () => this.#complete(), abandon: () => handle.close().catch(ignore) };
    this.output = outputOf({ path: place.path, settings, context }, handle, position, ending);
  }

  /** Why nothing more may be written, if so. */
  get broken(): Error | undefined {
    return this.#broken;
  }

  /** From now on, all fails with this. */
  break(error: Error): Error {
    this.#broken ??= error;
    return this.#broken;
  }

  /** Writes all, makes it last, and says what it is. Files to which nothing was added are not synced again. */
  async prepare(): Promise<PlaceState> {
    if (this.#broken !== undefined) throw this.#broken;
    const length = await this.output.drain();
    if (this.#prepared?.length !== length) {
      await this.#sync();
      const tail = await tailOf(this.#handle, length).catch((cause: unknown) => {
        throw ioError('read back', this.#place.path, cause);
      });
      this.#prepared = placeState(this.#place.facts, length, tail);
    }
    for (const folder of this.#unsynced) {
      await syncFolder(folder, this.#fileSystem).catch((cause: unknown) => {
        throw ioError('bring to the disk', folder, cause);
      });
      this.#unsynced.delete(folder);
    }
    this.#known = true;
    return this.#prepared;
  }

  async publish(): Promise<void> {
    if (this.#broken !== undefined) {
      await this.suspend();
      throw this.#broken;
    }
    await this.output.publish();
  }

  /** Closes the file and leaves it, unless no checkpoint can have it. */
  suspend(): Promise<void> {
    return this.#known ? this.output.abandon() : this.abandon();
  }

  async abandon(): Promise<void> {
    await this.output.abandon();
    await this.#place.discard(undefined);
  }

  /** After a failure nobody knows which bytes are lost, and the next call would not tell: it is not tried again. */
  async #sync(): Promise<void> {
    try {
      await this.#handle.sync();
    } catch (cause) {
      throw this.break(unsynced(this.#place.path, cause));
    }
  }

  /** What fails here leaves the file to a later run. */
  async #complete(): Promise<void> {
    const { path, inPlace } = this.#place;
    try {
      await this.#handle.sync();
    } catch (cause) {
      await this.#handle.close().catch(ignore);
      throw unsynced(path, cause);
    }
    try {
      await this.#handle.close();
      await this.#place.publish();
      if (!inPlace) await syncFolder(dirname(path), this.#fileSystem);
    } catch (cause) {
      throw cause instanceof MillraceError ? cause : ioError('complete', path, cause);
    }
  }
}

function ignore(): undefined {}
