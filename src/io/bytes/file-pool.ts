import { dirname } from 'node:path';
import { isMillraceError, MillraceError, toError } from '../../core/errors.ts';
import { headOf } from './file-head.ts';
import type { FileWriteSettings } from './file-options.ts';
import { endsLine, noFolder, notAFile, openPlace, statusOf, syncFolder } from './file-place.ts';
import type { FileSystem, OutputHandle } from './file-system.ts';
import { ioError } from './io-error.ts';
import { MadeFolders } from './made-folders.ts';
import { PooledFile } from './pooled-file.ts';

/** Bytes that all files together gather before the largest are written. */
const MOST_GATHERED = 16 * 2 ** 20;

/** Files that are synced at the same time. */
const SYNCS = 8;

export interface FilePoolSpec {
  readonly settings: FileWriteSettings;
  readonly fileSystem: FileSystem;
  readonly wrote: (bytes: number) => void;
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
  /** Least recently used first. */
  readonly #open = new Map<PooledFile, OutputHandle>();
  readonly #files = new Set<PooledFile>();
  readonly #published: PooledFile[] = [];
  #gathered = 0;
  /** What is being written, until it has been. */
  #sending: PooledFile[] = [];
  /** Complete, but for what is to be written and the name. */
  #finished: PooledFile[] = [];
  #flushing: Promise<void> | undefined;
  #failure: Error | undefined;
  #reported = false;
  /** What cannot be tried again: another try might lose bytes. */
  #broken: Error | undefined;

  constructor(spec: FilePoolSpec) {
    this.#spec = spec;
    this.#folders = new MadeFolders(spec.fileSystem);
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
    const { fileSystem, settings } = this.#spec;
    // A file that is being written must not be the one that is closed to make room.
    await this.#flushing;
    await this.#folders.make(dirname(path));
    const found = await statusOf(path, fileSystem);
    if (found !== undefined && !found.isFile()) {
      throw notAFile(path, found.isDirectory() ? 'a folder' : 'no regular file');
    }
    await this.#closeOldest();
    const opened = await openPlace({ path, settings, fileSystem }, found);
    const unended = opened.place.begin > 0 && !(await endsLine(opened));
    const head = await headOf(opened);
    const file = new PooledFile(opened.place, this);
    this.#files.add(file);
    this.#open.set(file, opened.handle);
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
    const handle = this.#open.get(file);
    this.#forget(file);
    await file.place.discard(handle);
  }

  /** Writes all and gives all files their names; when it rejects, all is abandoned. */
  async publish(): Promise<void> {
    try {
      await this.#flushing;
      for (const file of this.#files) this.#sending.push(file);
      await this.#flush();
      if (this.#failure !== undefined) throw this.#failure;
      // Those that are open come first: so no more are open than before.
      const files = [...this.#files].sort((a, b) => Number(this.#open.has(b)) - Number(this.#open.has(a)));
      await this.#syncAll(files);
      for (const file of files) {
        await this.#rename(file);
        this.#published.push(file);
      }
      const folders = new Set(files.map(({ place }) => dirname(place.path)));
      for (const folder of folders) await this.#syncFolder(folder);
    } catch (error) {
      await this.abandon();
      throw error;
    }
  }

  /** Takes back what has not been finished. Never rejects. */
  async abandon(): Promise<void> {
    this.#broken ??= new MillraceError('ERR_INTERNAL', 'Cannot write to a pool of files: it was abandoned');
    await this.#flushing;
    for (const file of this.#published) await file.place.withdraw();
    for (const file of [...this.#files]) await this.drop(file);
    await this.#folders.remove();
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
    if (this.#full && this.#sending.length === 0) this.#sending = this.#largest();
    for (;;) {
      if (this.#broken !== undefined) throw this.#broken;
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

  /** Files with half of what was gathered: few large writes rather than many small ones. */
  #largest(): PooledFile[] {
    const files = [...this.#files].filter(({ bytes }) => bytes > 0).sort((a, b) => b.bytes - a.bytes);
    let bytes = 0;
    const count = files.findIndex((file) => {
      bytes += file.bytes;
      return bytes >= this.#gathered / 2;
    });
    return files.slice(0, count + 1);
  }

  async #send(file: PooledFile): Promise<void> {
    try {
      for (;;) {
        const gathered = file.bytes;
        const bytes = file.next;
        this.#gathered -= gathered - file.bytes;
        if (bytes === undefined) return;
        const handle = await this.#handleOf(file);
        const { bytesWritten } = await handle.write(bytes, 0, bytes.length, file.position);
        if (bytesWritten === 0) throw new Error('the file took no bytes');
        file.wrote(bytesWritten);
        this.#spec.wrote(bytesWritten);
      }
    } catch (cause) {
      throw isMillraceError(cause) ? cause : ioError('write', file.place.path, cause);
    }
  }

  async #handleOf(file: PooledFile): Promise<OutputHandle> {
    const known = this.#open.get(file);
    if (known === undefined) await this.#closeOldest();
    const handle = known ?? (await file.place.reopen());
    this.#open.delete(file);
    this.#open.set(file, handle);
    return handle;
  }

  async #closeOldest(): Promise<void> {
    const oldest = this.#open.entries().next().value;
    if (oldest === undefined || this.#open.size < this.#spec.settings.maxOpenFiles) return;
    const [file, handle] = oldest;
    this.#open.delete(file);
    await this.#lastly('write', file, () => handle.close());
  }

  async #complete(file: PooledFile): Promise<void> {
    await this.#syncAndClose(file);
    await this.#rename(file);
    this.#forget(file);
    await this.#syncFolder(dirname(file.place.path));
  }

  async #syncAll(files: readonly PooledFile[]): Promise<void> {
    const left = files.values();
    const one = async () => {
      for (const file of left) await this.#syncAndClose(file);
    };
    const all = await Promise.allSettled(
      Array.from({ length: Math.min(SYNCS, this.#spec.settings.maxOpenFiles) }, one),
    );
    const failed = all.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  #syncAndClose(file: PooledFile): Promise<void> {
    return this.#lastly('complete', file, async () => {
      const handle = this.#open.get(file) ?? (await file.place.reopen());
      this.#open.set(file, handle);
      await handle.sync();
      this.#open.delete(file);
      await handle.close();
    });
  }

  #rename(file: PooledFile): Promise<void> {
    return this.#lastly('complete', file, () => file.place.publish());
  }

  async #syncFolder(folder: string): Promise<void> {
    if (this.#spec.settings.append) return;
    await syncFolder(folder, this.#spec.fileSystem).catch((cause: unknown) => {
      this.#broken = ioError('complete', folder, cause);
      throw this.#broken;
    });
  }

  /** What must not be tried again: nobody knows what a file holds whose sync or close has failed. */
  async #lastly(doing: string, file: PooledFile, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      this.#broken = isMillraceError(cause) ? cause : ioError(doing, file.place.path, cause);
      throw this.#broken;
    }
  }

  #forget(file: PooledFile): void {
    this.#files.delete(file);
    this.#open.delete(file);
  }
}
