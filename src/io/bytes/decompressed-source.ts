import type { Transform } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import { MillraceError } from '../../core/errors.ts';
import type { ByteSource } from './byte-source.ts';
import type { Compression } from './compression.ts';
import { GzipMembers } from './gzip-members.ts';
import type { Inflation } from './inflation.ts';
import { errnoOf } from './io-error.ts';
import { type Member, type MemberCutter, type MemberPiece, Members } from './members.ts';
import { ZstdFrames } from './zstd-frames.ts';

type Compressed = Exclude<Compression, 'none'>;
interface Options {
  readonly chunkSize: number;
  readonly readableObjectMode: true;
  readonly readableHighWaterMark: number;
}
type Decompressor = Transform & { readonly bytesWritten: number };

export interface DecompressSettings {
  readonly path: string;
  readonly compression: Compressed;
  readonly inflation: Inflation;
  readonly chunkBytes: number;
  /** The member that the source begins with. @default the first */
  readonly from?: Member | undefined;
}

const MAKE: Readonly<Record<Compressed, (options: Options) => Decompressor>> = {
  gzip: createGunzip,
  deflate: createInflate,
  'deflate-raw': createInflateRaw,
  brotli: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** Bytes of a piece: each costs a switch of threads, which shows below this. */
const PIECE = 256 * 2 ** 10;
/** Who asks for less than this wants small pieces. */
const SMALL = 64 * 2 ** 10;

/** Pieces that wait decompressed, besides the one that is being worked on. */
const AHEAD = 4;

/**
 * The decompressed bytes of a source: all members of gzip, all frames of zstd, then zero bytes at the
 * most. The work is done on another thread while the piece before is being used.
 */
export class DecompressedSource implements ByteSource {
  readonly #source: ByteSource;
  readonly #settings: DecompressSettings;
  readonly #stream: Decompressor;
  readonly #members: Members;
  /** Offset of the first byte in the file. */
  readonly #start: number;
  /** Whether all that was fed has been read, and whether all that follows the data was looked at. */
  #ended = false;
  #allFed = false;
  /** Bytes that the stream was given. */
  #fed = 0;
  #fault: { readonly error: unknown } | undefined;
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(source: ByteSource, settings: DecompressSettings) {
    const { compression, chunkBytes, from = { byte: 0, text: 0 } } = settings;
    this.#members = new Members(from);
    this.#start = from.byte;
    this.#source = source;
    this.#settings = settings;
    // In object mode a read gives one piece as it is, where it would else join all that wait.
    const options = { readableObjectMode: true, readableHighWaterMark: AHEAD } as const;
    const chunkSize = Math.max(chunkBytes < SMALL ? 64 : PIECE, chunkBytes);
    this.#stream = MAKE[compression]({ chunkSize, ...options });
    this.#stream.on('error', (error) => this.#fail(this.#explain(error)));
    this.#stream.on('readable', this.#look);
    this.#stream.on('end', () => {
      this.#ended = true;
      this.#look();
    });
    const feeding =
      compression === 'zstd'
        ? this.#feedFrames(new ZstdFrames(this.#start))
        : this.#feed(compression === 'gzip' ? new GzipMembers(this.#start) : undefined);
    feeding.then(
      () => {
        this.#allFed = true;
        this.#look();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  async read(): Promise<Uint8Array | undefined> {
    // What the other thread has done is heard of by the event loop only, which records in a chain of promises
    // never come back to: without this it waits while what is ready is being used up.
    await setImmediate();
    for (;;) {
      if (this.#closed) return undefined;
      const piece: Uint8Array | null = this.#stream.read();
      if (piece !== null) {
        this.#members.took(piece.length);
        this.#settings.inflation.gave(piece.length);
        return piece;
      }
      if (this.#fault !== undefined) throw this.#fault.error;
      if (this.#ended && this.#allFed) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stream.destroy();
    this.#look();
    await this.#source.close();
  }

  /** The last member that is known to begin at or before this place in the text; asked for in their order. */
  memberBefore(text: number): Member {
    return this.#members.before(text);
  }

  /**
   * The stream takes nothing more once its data is over, and says nothing about what follows: so what
   * it did not take is looked at here.
   */
  async #feed(cutter: MemberCutter | undefined): Promise<void> {
    for (;;) {
      const chunk = await this.#source.read();
      const pieces =
        chunk === undefined ? (cutter?.rest() ?? []) : (cutter?.cut(chunk) ?? [{ bytes: chunk }]);
      for (const [index, piece] of pieces.entries()) {
        await this.#give(piece);
        if (this.#closed) return;
        const refused = this.#fed - this.#stream.bytesWritten;
        if (refused === 0) continue;
        const left = [
          piece,
          ...pieces.slice(index + 1),
          ...(chunk === undefined ? [] : (cutter?.rest() ?? [])),
        ];
        const rest = Buffer.concat(left.map(({ bytes }) => bytes)).subarray(piece.bytes.length - refused);
        return this.#padding(this.#start + this.#fed - refused, rest);
      }
      if (chunk === undefined) break;
    }
    this.#stream.end();
  }

  async #feedFrames(frames: ZstdFrames): Promise<void> {
    let before = this.#start;
    for (let chunk = await this.#source.read(); chunk !== undefined; chunk = await this.#source.read()) {
      for (const piece of frames.cut(chunk)) {
        await this.#give(piece);
        if (this.#closed) return;
      }
      const { strayAt } = frames;
      if (strayAt !== undefined) {
        this.#stream.end();
        return strayAt < before
          ? this.#garbage(strayAt)
          : this.#padding(strayAt, chunk.subarray(strayAt - before));
      }
      before += chunk.length;
    }
    if (!frames.whole) throw this.#truncated();
    this.#stream.end();
  }

  /** What is in the piece waits decompressed, or was taken, when this settles. After an error of the stream it never does. */
  async #give({ bytes, boundary }: MemberPiece): Promise<void> {
    if (bytes.length > 0) {
      await new Promise<void>((resolve) => {
        this.#stream.write(bytes, () => resolve());
      });
    }
    this.#fed += bytes.length;
    if (boundary !== undefined) this.#members.met(boundary, this.#stream.readableLength);
  }

  async #padding(from: number, first: Uint8Array): Promise<void> {
    let at = from;
    let rest: Uint8Array | undefined = first;
    while (rest !== undefined) {
      const garbage = rest.findIndex((byte) => byte !== 0);
      if (garbage !== -1) this.#garbage(at + garbage);
      at += rest.length;
      rest = await this.#source.read();
    }
  }

  #garbage(at: number): never {
    const { path, compression } = this.#settings;
    if (at === this.#start) throw this.#broken('the first bytes are wrong', at);
    const found = `byte ${at}, after the end of the ${compression} data, is not zero`;
    throw new MillraceError('ERR_DECOMPRESS', `Cannot decompress ${path}: ${found}`, {
      hint: `Cut off what follows the ${compression} data, or fetch the file again.`,
    });
  }

  readonly #look = (): void => {
    this.#wake?.();
    this.#wake = undefined;
  };

  #fail(error: unknown): void {
    this.#fault ??= { error };
    this.#look();
  }

  #explain(error: Error): MillraceError {
    if (errnoOf(error) === 'Z_BUF_ERROR') return this.#truncated(error);
    return this.#broken(error.message, this.#start + this.#stream.bytesWritten, error);
  }

  #broken(found: string, at: number, cause?: Error): MillraceError {
    const { path, compression } = this.#settings;
    const where = at === 0 ? '' : ` after byte ${at}`;
    return new MillraceError('ERR_DECOMPRESS', `Cannot decompress ${path}: ${found}${where}`, {
      cause,
      hint: at === 0 ? `If it is not ${compression} data, say compression: "none".` : 'Fetch the file again.',
    });
  }

  #truncated(cause?: Error): MillraceError {
    const { path, compression } = this.#settings;
    return new MillraceError(
      'ERR_TRUNCATED',
      `Cannot decompress ${path}: the ${compression} data ends too early`,
      { cause, hint: 'The file was cut short: fetch it again.' },
    );
  }
}
