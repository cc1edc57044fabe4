import { dirname } from 'node:path';
import { isMillraceError, MillraceError, toError } from '../../core/errors.ts';
import { FileCompletion } from './file-completion.ts';
import { headOf } from './file-head.ts';
import type { FileWriteSettings } from './file-options.ts';
import { endsLine, type FilePlace, noFolder, notAFile, openPlace, statusOf } from './file-place.ts';
import type { FileSystem } from './file-system.ts';
import { ioError } from './io-error.ts';
import { MadeFolders } from './made-folders.ts';
import { OpenFiles } from './open-files.ts';
import type { PlaceState } from './place-state.ts';
import { largest, PooledFile } from './pooled-file.ts';

/** Bytes that all files together gather before the largest are written. */
const MOST_GATHERED = 16 * 2 ** 20;

/** Files that are synced at the same time. */
const SYNCS = 8;

export interface FilePoolSpec {
  readonly settings: FileWriteSettings;
  readonly fileSystem: FileSystem;
  readonly wrote: (bytes: number) => void;
  /** Begins the temporary names of a run with checkpoints: what these hold stays whatever fails. */
  readonly mark?: string;
}

export interface CreatedFile {
  readonly file: PooledFile;
  /** Whether its last line lacks a line feed, where it was there before. */
  readonly unended: boolean;
  /** The first bytes of what was there before. */
  readonly head: Uint8Array;
}

/**
 * Many files with few open at a time. Bytes are gathered in memory, all files together up to a bound;
 * then those with the most are written in the background while the next are gathered. Writes go to
 * positions and bytes are kept until they have been written: a failed write can be tried again.
 */
export class FilePool {
  readonly #spec: FilePoolSpec;
  readonly #folders: MadeFolders;
  readonly #most: number;
  readonly #open: OpenFiles;
  readonly #completion: FileCompletion;
  readonly #files = new Set<PooledFile>();
  /** Complete files of a run with checkpoints: one of these gives them their names. */
  readonly #unnamed = new Set<PooledFile>();
  #gathered = 0;
  /** What is being written, until it has been. */
  #sending: PooledFile[] = [];
  /** Complete, but for what is to be written and the name. */
  #finished: PooledFile[] = [];
  #flushing: Promise<void> | undefined;
  #failure: Error | undefined;
  #reported = false;

  constructor(spec: FilePoolSpec) {
    this.#spec = spec;
    this.#folders = new MadeFolders(spec.fileSystem);
    const { maxOpenFiles } = spec.settings;
    this.#open = new OpenFiles(maxOpenFiles);
    this.#completion = new FileCompletion({
      fileSystem: spec.fileSystem,
      open: this.#open,
      syncs: Math.min(SYNCS, maxOpenFiles),
      checkpointed: spec.mark !== undefined,
    });
    this.#most = Math.max(MOST_GATHERED, spec.settings.bufferBytes);
  }

  /** Makes the folder that all files are beneath, or makes sure that it is there, as `mkdir` says. */
  async begin(base: string): Promise<void> {
    const { fileSystem, settings } = this.#spec;
    if (settings.mkdir) return this.#folders.make(base);
    const found = await statusOf(base, fileSystem);
    if (found === undefined) throw noFolder(base, base);
  }

  /**
   * Opens a file, under a temporary name or to append to it.
   *
   * @throws MillraceError `ERR_NOT_A_FILE`, `ERR_NOT_FOUND`, `ERR_PERMISSION`, `ERR_SPACE`, `ERR_IO`.
   */
  async create(path: string): Promise<CreatedFile> {
    const { fileSystem, settings, mark } = this.#spec;
    // A file that is being written must not be the one that is closed to make room.
    await this.#flushing;
    await this.#folders.make(dirname(path));
    const found = await statusOf(path, fileSystem);
    if (found !== undefined && !found.isFile()) {
      throw notAFile(path, found.isDirectory() ? 'a folder' : 'no regular file');
    }
    await this.#open.makeRoom().catch((cause: unknown) => {
      this.#completion.broken = toError(cause);
      throw cause;
    });
    const opened = await openPlace({ path, settings, fileSystem, ...(mark && { mark }) }, found);
    if (mark !== undefined) this.#folders.unsynced.add(dirname(opened.place.path));
    const unended = opened.place.begin > 0 && !(await endsLine(opened));
    const head = await headOf(opened);
    const file = new PooledFile(opened.place, this);
    this.#files.add(file);
    this.#open.add(file, opened.handle);
    return { file, unended, head };
  }

  gathered(_file: PooledFile, bytes: number): void {
    this.#gathered += bytes;
    if (this.#full && this.#flushing === undefined && this.#failure === undefined) void this.#flush();
  }

  /** As of a {@link ByteOutput}, for all files. */
  settle(): Promise<void> | undefined {
    const free = !this.#full && this.#failure === undefined && this.#finished.length < SYNCS;
    return free ? undefined : this.#settle();
  }

  /** The file is complete: it is published in the background. */
  finish(file: PooledFile): void {
    this.#finished.push(file);
    if (this.#flushing === undefined && this.#failure === undefined) void this.#flush();
  }

  /** Takes back a file that nothing was written to. */
  async drop(file: PooledFile): Promise<void> {
    await this.#flushing;
    const handle = this.#open.take(file);
    this.#forget(file);
    await file.place.discard(handle);
  }

  /** A file that a checkpoint has, to go on with behind that; `complete` where it only lacks its name. */
  adopt(place: FilePlace, prepared: PlaceState, complete: boolean): PooledFile {
    const file = new PooledFile(place, this, prepared.length);
    file.prepared = prepared;
    file.known = true;
    this.#files.add(file);
    file.completeAt = complete ? Number.NEGATIVE_INFINITY : undefined;
    if (complete) this.#unnamed.add(file);
    return file;
  }

  /** Complete files without their names yet. */
  get unnamed(): readonly PooledFile[] {
    return [...this.#unnamed];
  }

  /** Writes all, and makes it last through a power cut. */
  async prepare(checkpoint: number): Promise<void> {
    await this.#drain();
    await this.#completion.syncAll([...this.#files].filter((file) => !file.lasts));
    await this.#completion.syncFolders(this.#folders.unsynced);
    for (const file of this.#files) file.known = true;
    for (const file of this.#unnamed) file.completeAt ??= checkpoint;
  }

  /** Gives the files their names that were complete at that checkpoint; to be tried again when it rejects. */
  async commit(checkpoint: number): Promise<void> {
    const files = this.unnamed.filter(({ completeAt = Infinity }) => completeAt <= checkpoint);
    await this.#completion.nameAll(files);
    // Not before their names last: until then, each further checkpoint has them.
    for (const file of files) this.#forget(file);
  }

  /** Writes all and gives all files their names; when it rejects, all is abandoned, or left to a later run. */
  async publish(): Promise<void> {
    try {
      await this.#drain();
      const files = [...this.#files];
      await this.#completion.syncAll(files);
      await this.#completion.nameAll(files);
    } catch (error) {
      await (this.#spec.mark === undefined ? this.abandon() : this.suspend());
      throw error;
    }
  }

  /** Lets go of what is open, and leaves what a checkpoint may have. Never rejects. */
  async suspend(): Promise<void> {
    await this.#cease();
    for (const file of [...this.#files]) if (!file.known) await this.drop(file);
    await this.#open.closeAll();
  }

  /** Takes back what has not been finished. Never rejects. */
  async abandon(): Promise<void> {
    await this.#cease();
    for (const file of this.#files) if (file.named) await file.place.withdraw();
    for (const file of [...this.#files]) await this.drop(file);
    await this.#folders.remove();
  }

  async #cease(): Promise<void> {
    this.#completion.broken ??= new MillraceError(
      'ERR_INTERNAL',
      'Cannot write to a pool of files: it is closed',
    );
    await this.#flushing;
  }

  async #drain(): Promise<void> {
    await this.#flushing;
    for (const file of this.#files) this.#sending.push(file);
    await this.#flush();
    if (this.#failure === undefined) return;
    this.#reported = true;
    throw this.#failure;
  }

  #makeRoom(file: PooledFile): Promise<void> {
    return this.#completion.lastly('write', file, () => this.#open.makeRoom());
  }

  get #full(): boolean {
    return this.#gathered >= this.#most;
  }

  async #settle(): Promise<void> {
    await this.#flushing;
    if (this.#failure !== undefined && this.#reported) await this.#flush();
    if (this.#failure !== undefined) {
      this.#reported = true;
      throw this.#failure;
    }
    if (this.#full) void this.#flush();
  }

  /** Never rejects: the failure is kept for the next call of `settle`, the bytes for another try. */
  #flush(): Promise<void> {
    this.#flushing = this.#work().then(
      () => {
        this.#failure = undefined;
        this.#reported = false;
        this.#flushing = undefined;
      },
      (cause: unknown) => {
        this.#failure = toError(cause);
        this.#flushing = undefined;
      },
    );
    return this.#flushing;
  }

  async #work(): Promise<void> {
    if (this.#full && this.#sending.length === 0) this.#sending = largest(this.#files, this.#gathered / 2);
    for (;;) {
      if (this.#completion.broken !== undefined) throw this.#completion.broken;
      const file = this.#sending[0];
      if (file !== undefined) {
        await this.#send(file);
        this.#sending.shift();
      } else {
        const finished = this.#finished[0];
        if (finished === undefined) return;
        await this.#send(finished);
        await this.#complete(finished);
        this.#finished.shift();
      }
    }
  }

  async #send(file: PooledFile): Promise<void> {
    try {
      for (;;) {
        const gathered = file.bytes;
        const bytes = file.next;
        this.#gathered -= gathered - file.bytes;
        if (bytes === undefined) return;
        const handle = await this.#open.handleOf(file, () => this.#makeRoom(file));
        const { bytesWritten } = await handle.write(bytes, 0, bytes.length, file.position);
        if (bytesWritten === 0) throw new Error('the file took no bytes');
        file.wrote(bytesWritten);
        this.#spec.wrote(bytesWritten);
      }
    } catch (cause) {
      throw isMillraceError(cause) ? cause : ioError('write', file.place.path, cause);
    }
  }

  async #complete(file: PooledFile): Promise<void> {
    await this.#completion.syncAndClose(file);
    if (this.#spec.mark !== undefined) {
      this.#unnamed.add(file);
      return;
    }
    try {
      await this.#completion.nameAll([file]);
    } finally {
      if (file.named) this.#forget(file);
    }
  }

  #forget(file: PooledFile): void {
    this.#files.delete(file);
    this.#unnamed.delete(file);
  }
}
