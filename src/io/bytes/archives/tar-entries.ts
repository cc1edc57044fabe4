import { toError } from '../../../core/errors.ts';
import { optionalPeer } from '../../../core/optional-peer.ts';
import type { ByteSource } from '../byte-source.ts';
import type { Input, Inputs, InputsMark } from '../inputs.ts';
import { archiveError, entryName, entryPlace, truncatedArchive } from './archive-entry.ts';
import type { EntryChoice } from './entry-choice.ts';

/** What is used of the header of an entry. */
interface Header {
  readonly name: string;
  readonly size: number;
  readonly type: string | null;
  readonly byteOffset?: number;
  readonly pax?: object | null;
}

/** What is used of the stream of an entry's bytes. */
interface EntryStream {
  read(): Uint8Array | null;
  resume(): unknown;
  on(event: 'readable' | 'end' | 'error', listener: () => void): unknown;
}

/** What is used of tar-stream's extractor. */
interface Extract {
  write(bytes: Uint8Array): boolean;
  end(last: null): unknown;
  destroy(): unknown;
  on(event: 'drain' | 'finish', listener: () => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'entry', listener: (header: Header, stream: EntryStream, next: () => void) => void): unknown;
}

interface Found {
  readonly header: Header;
  readonly stream: EntryStream;
  /** Lets the next entry come; to be called once the stream of this one is at its end. */
  readonly next: () => void;
  ended: boolean;
}

export interface TarSettings {
  readonly path: string;
  readonly choice: EntryChoice;
  /** Takes the compression off an entry that was compressed before it was packed. */
  readonly unwrap: (source: ByteSource, place: string) => ByteSource;
  /** See {@link Inputs.mark}. */
  readonly mark: () => InputsMark | undefined;
}

const BLOCK = 512;
const FILES: readonly unknown[] = ['file', 'contiguous-file'];

/**
 * The files in a tar archive, in its order. Its bytes come from a source that has no compression any
 * more; they are taken as the entries are read.
 */
export class TarEntries implements Inputs {
  readonly single = false;
  readonly mark: () => InputsMark | undefined;
  readonly #source: ByteSource;
  readonly #settings: TarSettings;
  #extract: Extract | undefined;
  #found: Found | undefined;
  #entry: ByteSource | undefined;
  #room = true;
  #finished = false;
  #fault: { readonly error: unknown } | undefined;
  #closed = false;
  readonly #waiting: (() => void)[] = [];
  /** Offset behind the last entry, and the last bytes of the archive: they must be zero. */
  #end = 0;
  #taken = 0;
  #tail: Uint8Array = new Uint8Array(0);

  constructor(source: ByteSource, settings: TarSettings) {
    this.#source = source;
    this.#settings = settings;
    this.mark = settings.mark;
  }

  async next(): Promise<Input | undefined> {
    const { path, choice, unwrap } = this.#settings;
    if (this.#extract === undefined) await this.#start();
    for (;;) {
      await this.#pass();
      await this.#until(() => this.#found !== undefined || this.#finished);
      if (this.#found === undefined) break;
      const { header, stream } = this.#found;
      this.#end = (header.byteOffset ?? 0) + Math.ceil(header.size / BLOCK) * BLOCK;
      const name = entryName(header.name);
      const known = header.type !== null;
      if ((known && !FILES.includes(header.type)) || !choice.takes(name)) {
        stream.resume();
        continue;
      }
      const place = entryPlace(path, name);
      refuse(header, place);
      this.#entry = unwrap(this.#entrySource(this.#found), place);
      return { name: place, file: place, source: this.#entry };
    }
    if (this.#closed) return undefined;
    this.#checkEnd();
    choice.end();
    return undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#extract?.destroy();
    this.#look();
    await this.#entry?.close();
    await this.#source.close();
  }

  /** Goes on to the entry after the one that was found last. */
  async #pass(): Promise<void> {
    const found = this.#found;
    if (found === undefined) return;
    await this.#until(() => found.ended);
    this.#found = undefined;
    found.next();
  }

  async #start(): Promise<void> {
    const { path } = this.#settings;
    const tar = await optionalPeer('tar-stream', () => import('tar-stream'), `read ${path}`);
    // Archives of the seventies name no format; the checksum of each header tells them from other files.
    const extract = tar.extract({ allowUnknownFormat: true } as object) as unknown as Extract;
    this.#extract = extract;
    extract.on('entry', (header, stream, next) => {
      const found: Found = { header, stream, next, ended: false };
      stream.on('error', ignore);
      stream.on('readable', this.#look);
      stream.on('end', () => {
        found.ended = true;
        this.#look();
      });
      this.#found = found;
      this.#look();
    });
    extract.on('drain', () => {
      this.#room = true;
      this.#look();
    });
    extract.on('finish', () => {
      this.#finished = true;
      this.#look();
    });
    extract.on('error', (error) => this.#fail(explain(path, error)));
    this.#feed(extract).catch((error: unknown) => this.#fail(error));
  }

  async #feed(extract: Extract): Promise<void> {
    for (let chunk = await this.#source.read(); chunk !== undefined; chunk = await this.#source.read()) {
      if (this.#closed || this.#fault !== undefined) return;
      this.#taken += chunk.length;
      this.#tail =
        chunk.length >= BLOCK ? chunk.subarray(-BLOCK) : Buffer.concat([this.#tail, chunk]).subarray(-BLOCK);
      this.#room = extract.write(chunk);
      await this.#until(() => this.#room);
    }
    extract.end(null);
  }

  /** The bytes of one entry, as they come; its stream holds about one piece. */
  #entrySource(found: Found): ByteSource {
    return {
      read: async () => {
        let piece: Uint8Array | null = null;
        await this.#until(() => {
          piece = found.stream.read();
          return piece !== null || found.ended;
        });
        return piece ?? undefined;
      },
      close: async () => undefined,
    };
  }

  /** An archive ends in a block of zeros; without it, entries may be missing. */
  #checkEnd(): void {
    const whole = this.#taken >= this.#end + BLOCK && this.#tail.every((byte) => byte === 0);
    if (!whole) throw truncatedArchive(this.#settings.path, 'tar');
  }

  /** Resolves when `reached` holds, or the archive is closed. Throws what went wrong meanwhile. */
  async #until(reached: () => boolean): Promise<void> {
    while (!this.#closed && !reached()) {
      if (this.#fault !== undefined) throw this.#fault.error;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  readonly #look = (): void => {
    for (const resolve of this.#waiting.splice(0)) resolve();
  };

  #fail(error: unknown): void {
    this.#fault ??= { error };
    this.#look();
  }
}

/** What would be read as something else than what was packed. */
function refuse({ type, pax }: Header, place: string): void {
  const sparse = Object.keys(pax ?? {}).some((key) => key.startsWith('GNU.sparse.'));
  if (type !== null && !sparse) return;
  const found = sparse ? 'it was packed as a sparse file' : 'it is of a kind that is not known';
  throw archiveError(place, found, 'Pack it again as a plain file, or leave it out with entries.');
}

function explain(path: string, cause: unknown): Error {
  const { message } = toError(cause);
  if (message === 'Unexpected end of data') return truncatedArchive(path, 'tar', cause);
  return archiveError(path, message, 'If it is no tar archive, say archive: "none".', cause);
}

function ignore(): void {}
