import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { MillraceError } from '../../core/errors.ts';
import type { FileWriteSettings } from './file-options.ts';
import type { FileStatus, FileSystem, OutputHandle } from './file-system.ts';
import { errnoOf, ioError } from './io-error.ts';

export interface PlaceSpec {
  /** Absolute. */
  readonly path: string;
  readonly settings: Pick<FileWriteSettings, 'append' | 'overwrite' | 'mkdir'>;
  readonly fileSystem: FileSystem;
  /**
   * Begins the temporary names of one run, so that a later one finds them; such files are opened so that they can be
   * read as well. @default a name of its own for each
   */
  readonly mark?: string;
}

/** What tells a place from others. */
export interface PlaceFacts {
  /** The final name. */
  readonly path: string;
  /** Where the bytes lie until then; the same where the file is appended to. */
  readonly name: string;
  /** Bytes that were there before. */
  readonly begin: number;
  /** Whether a file had the final name before. */
  readonly replaces: boolean;
}

/**
 * Where the bytes of a file lie until it is complete: under a temporary name beside its own, or, when
 * it is appended to, in the file itself.
 */
export class FilePlace {
  readonly facts: PlaceFacts;
  readonly #spec: PlaceSpec;

  constructor(spec: PlaceSpec, facts: PlaceFacts) {
    this.#spec = spec;
    this.facts = facts;
  }

  /** The final name. */
  get path(): string {
    return this.facts.path;
  }

  /** Bytes that were there before. */
  get begin(): number {
    return this.facts.begin;
  }

  /** Whether the bytes go to the file itself. */
  get inPlace(): boolean {
    return this.facts.name === this.facts.path;
  }

  reopen(): Promise<OutputHandle> {
    return this.#spec.fileSystem.open(this.facts.name, 'r+');
  }

  /** Gives the file its name; it has been synced and closed. The folder is still to be synced. */
  async publish(): Promise<void> {
    const { fileSystem, settings } = this.#spec;
    if (this.inPlace) return;
    if (settings.overwrite) return fileSystem.rename(this.facts.name, this.path);
    try {
      await moveToNew(this.facts.name, this.path, fileSystem);
    } catch (cause) {
      throw errnoOf(cause) === 'EEXIST' ? alreadyThere(this.path, cause) : cause;
    }
  }

  /** Takes a published file back, where it has replaced nothing. Never rejects. */
  async withdraw(): Promise<void> {
    if (!this.facts.replaces) await this.#spec.fileSystem.unlink(this.path).catch(ignore);
  }

  /** Undoes what was written, and closes the file. Never rejects. */
  async discard(handle: OutputHandle | undefined): Promise<void> {
    const { fileSystem } = this.#spec;
    if (this.inPlace && this.facts.replaces) {
      const open = handle ?? (await this.reopen().catch(ignore));
      await open?.truncate(this.begin).catch(ignore);
      await open?.close().catch(ignore);
      return;
    }
    await handle?.close().catch(ignore);
    await fileSystem.unlink(this.facts.name).catch(ignore);
  }
}

export interface OpenPlace {
  readonly place: FilePlace;
  readonly handle: OutputHandle;
}

/**
 * Opens a file for writing; `found` is what has its name now, a file or nothing.
 *
 * @throws MillraceError `ERR_NOT_FOUND`, `ERR_PERMISSION`, `ERR_SPACE`, `ERR_IO`.
 */
export async function openPlace(spec: PlaceSpec, found: FileStatus | undefined): Promise<OpenPlace> {
  const { settings, fileSystem } = spec;
  if (found !== undefined && !settings.append && !settings.overwrite) throw alreadyThere(spec.path);
  if (settings.append) {
    const handle = await openHandle(spec, spec.path, found === undefined ? newFile(spec) : 'r+');
    const facts = {
      path: spec.path,
      name: spec.path,
      begin: found?.size ?? 0,
      replaces: found !== undefined,
    };
    return { place: new FilePlace(spec, facts), handle };
  }
  // What a link stands for is replaced, not the link.
  const path =
    found === undefined
      ? spec.path
      : await fileSystem.realpath(spec.path).catch((cause: unknown) => {
          throw ioError('write', spec.path, cause);
        });
  const name = join(dirname(path), partialName(basename(path), spec.mark));
  const handle = await openHandle(spec, name, newFile(spec));
  if (found !== undefined) await handle.chmod(found.mode & 0o7777).catch(ignore);
  return { place: new FilePlace(spec, { path, name, begin: 0, replaces: found !== undefined }), handle };
}

function newFile({ mark }: PlaceSpec): 'wx' | 'wx+' {
  return mark === undefined ? 'wx' : 'wx+';
}

/** What has this name, if anything. */
export async function statusOf(path: string, fileSystem: FileSystem): Promise<FileStatus | undefined> {
  try {
    return await fileSystem.stat(path);
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return undefined;
    throw ioError('write', path, cause);
  }
}

/** Whether the last byte of an open file is a line feed. */
export async function endsLine({ place, handle }: OpenPlace): Promise<boolean> {
  const last = Buffer.alloc(1);
  try {
    await handle.read(last, 0, 1, place.begin - 1);
    return last[0] === 0x0a;
  } catch (cause) {
    await handle.close().catch(ignore);
    throw ioError('append to', place.path, cause);
  }
}

/** Makes the new names in a folder last through a power cut; some systems cannot open or sync a folder. */
export async function syncFolder(folder: string, fileSystem: FileSystem): Promise<void> {
  try {
    const handle = await fileSystem.open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EISDIR', 'EINVAL', 'ENOTSUP'].includes(errnoOf(error))) throw error;
  }
}

export function notAFile(path: string, what: string): MillraceError {
  return new MillraceError('ERR_NOT_A_FILE', `Cannot write ${path}: it is ${what}`, {
    hint: `Name a file, e.g. ${join(path, 'out.ndjson')}.`,
  });
}

async function openHandle(spec: PlaceSpec, name: string, flags: string): Promise<OutputHandle> {
  try {
    return await spec.fileSystem.open(name, flags);
  } catch (cause) {
    if (errnoOf(cause) !== 'ENOENT') throw ioError('write', spec.path, cause);
    throw noFolder(spec.path, dirname(spec.path), cause);
  }
}

export function noFolder(path: string, folder: string, cause?: unknown): MillraceError {
  return new MillraceError('ERR_NOT_FOUND', `Cannot write ${path}: the folder ${folder} does not exist`, {
    cause,
    hint: 'Make the folder, or say mkdir: true.',
  });
}

/** Unlike a rename, a link never replaces; where the file system has no links, a look has to do. */
async function moveToNew(from: string, to: string, fileSystem: FileSystem): Promise<void> {
  try {
    await fileSystem.link(from, to);
  } catch (cause) {
    if (!['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(errnoOf(cause))) throw cause;
    if ((await statusOf(to, fileSystem)) !== undefined) throw alreadyThere(to, cause);
    return fileSystem.rename(from, to);
  }
  await fileSystem.unlink(from);
}

/** What the temporary names of one run may begin with. */
export function newMark(): string {
  return `${process.pid}-${randomBytes(6).toString('hex')}`;
}

function partialName(name: string, mark: string | undefined): string {
  const own = mark === undefined ? newMark() : `${mark}-${randomBytes(4).toString('hex')}`;
  return `.${name.slice(0, 64)}.${own}.partial`;
}

/** Whether a file of this name may be one that a run with this mark has left. */
export function isMarked(name: string, mark: string): boolean {
  return name.startsWith('.') && name.includes(`.${mark}-`) && name.endsWith('.partial');
}

function alreadyThere(path: string, cause?: unknown): MillraceError {
  return new MillraceError('ERR_IO', `Cannot write ${path}: it exists already`, {
    cause,
    hint: 'Move it away, or leave out overwrite: false.',
  });
}

function ignore(): undefined {}
