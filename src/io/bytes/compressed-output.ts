import type { Transform } from 'node:stream';
import {
  createBrotliCompress,
  createDeflate,
  createDeflateRaw,
  createGzip,
  createZstdCompress,
  constants as zlib,
} from 'node:zlib';
import { MillraceError, toError } from '../../core/errors.ts';
import type { ByteOutput } from './byte-output.ts';
import { type Compression, isContinuable, namedCompression } from './compression.ts';
import type { FileWriteSettings } from './file-options.ts';
import { ioError } from './io-error.ts';

type Compressed = Exclude<Compression, 'none'>;

/** Bytes that are handed to the other thread at once, and bytes that may wait for it. */
const BLOCK = 64 * 2 ** 10;
const MOST = 4 * BLOCK;

const ZLIB_LEVELS = [0, 9] as const;
const LEVELS: Readonly<Record<Compressed, readonly [least: number, most: number]>> = {
  gzip: ZLIB_LEVELS,
  deflate: ZLIB_LEVELS,
  'deflate-raw': ZLIB_LEVELS,
  brotli: [0, 11],
  zstd: [1, 22],
};

/** What its own default of 11 takes is a hundred times as long for a tenth less. */
const BROTLI_LEVEL = 5;

/**
 * How the file `name` is to be compressed: as its options say, or the end of its name.
 *
 * @throws MillraceError `ERR_OPTIONS` for a level that the compression does not have, and for appending
 * to what cannot be continued.
 */
export function outputCompression(name: string, settings: FileWriteSettings): Compression {
  const { compression, level, append } = settings;
  const found = compression === 'auto' ? namedCompression(name) : compression;
  if (append && !isContinuable(found)) {
    throw new MillraceError('ERR_OPTIONS', `Cannot append to ${name}: data of ${found} cannot be continued`, {
      hint: 'Write a new file, or compress with gzip or zstd.',
    });
  }
  if (level === undefined) return found;
  const [least, most] = found === 'none' ? [1, 0] : LEVELS[found];
  if (level >= least && level <= most) return found;
  throw new MillraceError(
    'ERR_OPTIONS',
    `Cannot compress ${name} at level ${level}: ${levels(found, least, most)}`,
    {
      hint:
        found === 'none'
          ? 'Say compression, e.g. "gzip", or name the file .gz or .zst.'
          : 'Leave level out for a good middle.',
    },
  );
}

function levels(compression: Compression, least: number, most: number): string {
  return compression === 'none'
    ? 'it is not compressed'
    : `${compression} has the levels ${least} to ${most}`;
}

/** The output behind a compressor; the output itself when there is nothing to compress. */
export function compressedOutput(output: ByteOutput, compression: Compression, level?: number): ByteOutput {
  return compression === 'none' ? output : new CompressedOutput(output, compressor(compression, level));
}

function compressor(compression: Compressed, level: number | undefined): Transform {
  const chunkSize = BLOCK;
  const zlibOptions = { chunkSize, ...(level === undefined ? {} : { level }) };
  switch (compression) {
    case 'gzip':
      return createGzip(zlibOptions);
    case 'deflate':
      return createDeflate(zlibOptions);
    case 'deflate-raw':
      return createDeflateRaw(zlibOptions);
    case 'brotli':
      return createBrotliCompress({
        chunkSize,
        params: { [zlib.BROTLI_PARAM_QUALITY]: level ?? BROTLI_LEVEL },
      });
    case 'zstd':
      return createZstdCompress({
        chunkSize,
        params: {
          [zlib.ZSTD_c_checksumFlag]: 1,
          ...(level === undefined ? {} : { [zlib.ZSTD_c_compressionLevel]: level }),
        },
      });
  }
}

/**
 * Compresses what goes to another output, on another thread. What is appended is gathered into blocks,
 * of which a few may wait while the next records are made.
 */
class CompressedOutput implements ByteOutput {
  readonly #output: ByteOutput;
  readonly #stream: Transform;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #waitingBytes = 0;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(output: ByteOutput, stream: Transform) {
    this.#output = output;
    this.#stream = stream;
    stream.on('data', (bytes: Uint8Array) => output.append(bytes));
    stream.on('error', (error) => {
      this.#failure ??= toError(error);
      this.#look();
    });
    stream.on('end', this.#look);
  }

  append(bytes: Uint8Array): void {
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
    if (this.#gatheredBytes >= BLOCK) this.#send();
  }

  settle(): Promise<void> | undefined {
    if (this.#failure !== undefined || this.#waitingBytes >= MOST) return this.#settle();
    return this.#output.settle();
  }

  async publish(): Promise<void> {
    try {
      if (this.#gatheredBytes > 0) this.#send();
      this.#stream.end();
      await this.#until(() => this.#stream.readableEnded);
    } catch (error) {
      await this.abandon();
      throw error;
    }
    await this.#output.publish();
  }

  async abandon(): Promise<void> {
    this.#stream.destroy();
    await this.#output.abandon();
  }

  #send(): void {
    const [first, ...more] = this.#gathered;
    const block = more.length === 0 ? first! : Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#waitingBytes += block.length;
    this.#stream.write(block, () => {
      this.#waitingBytes -= block.length;
      this.#look();
    });
  }

  async #settle(): Promise<void> {
    await this.#until(() => this.#waitingBytes < MOST);
    await this.#output.settle();
  }

  async #until(reached: () => boolean): Promise<void> {
    while (this.#failure === undefined && !reached()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure !== undefined) throw ioError('compress', 'the output', this.#failure);
  }

  readonly #look = (): void => {
    this.#wake?.();
    this.#wake = undefined;
  };
}
