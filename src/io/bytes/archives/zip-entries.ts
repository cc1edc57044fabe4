import { type FileHandle, open } from 'node:fs/promises';
import { isMillraceError } from '../../../core/errors.ts';
import { optionalPeer } from '../../../core/optional-peer.ts';
import type { ByteSource } from '../byte-source.ts';
import type { Compression } from '../compression.ts';
import { DecompressedSource } from '../decompressed-source.ts';
import { checkIdentity, type FileIdentity, fileIdentity } from '../file-identity.ts';
import { FileSource } from '../file-source.ts';
import type { Inflation } from '../inflation.ts';
import type { Input, Inputs, InputsMark } from '../inputs.ts';
import { ioError } from '../io-error.ts';
import type { TakenBytes } from '../raw-source.ts';
import { archiveError, entryName, entryPlace, truncatedArchive } from './archive-entry.ts';
import { CheckedSource } from './checked-source.ts';
import type { EntryChoice } from './entry-choice.ts';

/** What is used of an entry of yauzl. */
interface Entry {
  readonly fileNameRaw: Buffer;
  readonly extraFields: { id: number; data: Buffer }[];
  readonly generalPurposeBitFlag: number;
  readonly compressionMethod: number;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
  readonly versionMadeBy: number;
  readonly externalFileAttributes: number;
}

/** What is used of a file that yauzl has opened. */
interface Directory {
  eachEntry(): AsyncIterator<Entry, unknown>;
  readLocalFileHeaderPromise(
    entry: Entry,
    options: { minimal: true },
  ): Promise<{ readonly fileDataStart: number }>;
}

export interface ZipSettings {
  readonly path: string;
  readonly chunkBytes: number;
  readonly inflation: Inflation;
  readonly choice: EntryChoice;
  /** Takes the compression off an entry that was compressed before it was packed. */
  readonly unwrap: (source: ByteSource, place: string) => ByteSource;
  readonly taken: TakenBytes;
  /** What the archive must be; anything where absent. */
  readonly identity?: FileIdentity | undefined;
}

const METHODS: Readonly<Record<number, Compression>> = { 0: 'none', 8: 'deflate-raw', 93: 'zstd' };

const ENCRYPTED = 1;
const UNIX = 3;
const LINK = 0xa000;
const KIND = 0xf000;

/**
 * The files in a zip archive, in the order of its directory. What is decompressed is held against the size
 * of the whole archive: entries may share their data.
 */
export class ZipEntries implements Inputs {
  readonly single = false;
  readonly #settings: ZipSettings;
  readonly #handle: FileHandle;
  readonly #bytes: number;
  #names: ((entry: Entry) => string) | undefined;
  #directory: Directory | undefined;
  #entries: AsyncIterator<Entry, unknown> | undefined;
  #source: ByteSource | undefined;
  /** What yauzl does with the file just now: it must be over before the file is closed. */
  #working: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  private constructor(settings: ZipSettings, handle: FileHandle, bytes: number) {
    this.#settings = settings;
    this.#handle = handle;
    this.#bytes = bytes;
  }

  static async open(settings: ZipSettings): Promise<ZipEntries> {
    const { path, inflation, identity } = settings;
    const handle = await open(path, 'r').catch((cause: unknown) => {
      throw ioError('open', path, cause);
    });
    try {
      if (identity !== undefined) checkIdentity(path, handle.fd, identity);
      const { size } = await handle.stat();
      inflation.took(size);
      return new ZipEntries(settings, handle, size);
    } catch (cause) {
      await handle.close();
      throw isMillraceError(cause) ? cause : ioError('open', path, cause);
    }
  }

  async next(): Promise<Input | undefined> {
    await this.#source?.close();
    while (this.#closed === undefined) {
      const entry = await this.#nextEntry();
      if (entry === undefined) break;
      const name = entryName(this.#names!(entry));
      if (name.endsWith('/') || isLink(entry) || !this.#settings.choice.takes(name)) continue;
      const place = entryPlace(this.#settings.path, name);
      this.#source = await this.#open(entry, place);
      return { name: place, file: place, source: this.#source };
    }
    return undefined;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  mark(): InputsMark | undefined {
    const identity = this.#closed === undefined ? fileIdentity(this.#handle.fd) : undefined;
    return identity && { identity, taken: this.#settings.taken.most, plain: false };
  }

  async #close(): Promise<void> {
    await this.#source?.close();
    await this.#working.catch(ignore);
    await this.#handle.close();
  }

  async #nextEntry(): Promise<Entry | undefined> {
    const { path, choice, taken } = this.#settings;
    const entries = this.#entries ?? (await this.#openDirectory());
    const found = await this.#work(path, () => entries.next());
    if (found.done !== true) return found.value;
    choice.end();
    taken.add(this.#bytes - taken.taken);
    return undefined;
  }

  async #openDirectory(): Promise<AsyncIterator<Entry, unknown>> {
    const { path } = this.#settings;
    const yauzl = await optionalPeer('yauzl', () => import('yauzl'), `read ${path}`);
    this.#names = ({ generalPurposeBitFlag, fileNameRaw, extraFields }) =>
      yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false);
    const options = { autoClose: false, lazyEntries: true, decodeStrings: false };
    const directory: Directory = await this.#work(path, () => yauzl.fromFdPromise(this.#handle.fd, options));
    this.#directory = directory;
    this.#entries = directory.eachEntry();
    return this.#entries;
  }

  async #open(entry: Entry, place: string): Promise<ByteSource> {
    const { chunkBytes, inflation, unwrap } = this.#settings;
    if ((entry.generalPurposeBitFlag & ENCRYPTED) !== 0) {
      throw archiveError(place, 'it is encrypted', 'Decrypt it first, or leave it out with entries.');
    }
    const compression = METHODS[entry.compressionMethod];
    if (compression === undefined) {
      const found = `it is compressed by method ${entry.compressionMethod}, which is not known`;
      throw archiveError(place, found, 'Pack it again with deflate or zstd, or leave it out with entries.');
    }
    const header = () => this.#directory!.readLocalFileHeaderPromise(entry, { minimal: true });
    const { fileDataStart: from } = await this.#work(place, header);
    const range = { from, to: from + entry.compressedSize };
    const raw = this.#counted(FileSource.part(place, chunkBytes, this.#handle, range));
    const source =
      compression === 'none'
        ? raw
        : new DecompressedSource(raw, { path: place, compression, inflation, chunkBytes });
    const facts = { bytes: entry.uncompressedSize, checksum: entry.crc32 };
    return unwrap(new CheckedSource(source, place, facts), place);
  }

  /** Entries may lie on top of each other: no more is counted than there is. */
  #counted(source: ByteSource): ByteSource {
    return {
      read: async () => {
        const piece = await source.read();
        const { taken } = this.#settings;
        const fresh = Math.min(piece?.length ?? 0, this.#bytes - taken.taken);
        if (fresh > 0) taken.add(fresh);
        return piece;
      },
      close: () => source.close(),
    };
  }

  async #work<T>(place: string, work: () => Promise<T>): Promise<T> {
    const working = work();
    this.#working = working;
    try {
      return await working;
    } catch (cause) {
      throw await this.#explain(place, cause);
    }
  }

  async #explain(place: string, cause: unknown): Promise<Error> {
    const found = cause instanceof Error ? cause.message : String(cause);
    if (cause instanceof Error && 'errno' in cause) return ioError('read', place, cause);
    if (/unexpected EOF|overflows file bounds/.test(found)) return truncatedArchive(place, 'zip', cause);
    if (!found.startsWith('End of central directory')) {
      return archiveError(place, found, 'The archive is damaged: fetch it again.', cause);
    }
    const head = Buffer.alloc(4);
    await this.#handle.read(head, 0, 4, 0).catch(ignore);
    return head.toString('latin1') === 'PK\u0003\u0004'
      ? truncatedArchive(place, 'zip', cause)
      : archiveError(place, 'it is no zip archive', 'If it is none, say archive: "none".', cause);
  }
}

function isLink({ versionMadeBy, externalFileAttributes }: Entry): boolean {
  return versionMadeBy >> 8 === UNIX && ((externalFileAttributes >>> 16) & KIND) === LINK;
}

function ignore(): void {}
