import { constants, type ZstdDecompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { MillraceError } from '../../../core/errors.ts';
import { type PositionedFile, readInto, writeAll } from '../../../core/positioned-file.ts';
import type { KeptSpill, SpillFile, SpillReader } from '../../../interfaces/memory.ts';
import { damagedSpill, spillError } from './spill-error.ts';

/** In front of each block: its length on the disk, and its length. */
const HEADER = 8;

/** The fastest of the levels that compress at all: about 600 MB/s, and twice that to read. */
const PARAMETERS = { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 };

/** Where a file lies. */
export interface SpillPlace {
  /** For errors: the folder, or the store. */
  readonly label: string;
  /** Opens it; called once, when it is first needed. */
  open(): Promise<PositionedFile>;
  /** Closes it if it is open, and removes it, or lets it be removed. */
  remove(): Promise<void>;
  /** What later runs know it by; absent where it does not outlive this one. */
  name?(): string;
}

export interface FileEvents {
  written(bytes: number): void;
  removed(): void;
}

/** A file of compressed blocks, each with a checksum. */
export class BlockFile implements SpillFile {
  readonly #place: SpillPlace;
  readonly #events: FileEvents;
  #handle: Promise<PositionedFile> | undefined;
  #bytes: number;
  /** The call of the file system that is under way; one at a time. */
  #pending: Promise<unknown> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;
  #removed: Promise<void> | undefined;

  /** `bytes` is how many of those that lie there count. */
  constructor(place: SpillPlace, events: FileEvents, bytes = 0) {
    this.#place = place;
    this.#events = events;
    this.#bytes = bytes;
  }

  get label(): string {
    return this.#place.label;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Compresses at once, then lets the disk work on it while the next block is made. */
  async write(block: Uint8Array): Promise<void> {
    const packed = zstdCompressSync(block, { params: PARAMETERS, chunkSize: Math.max(1024, block.length) });
    const bytes = Buffer.allocUnsafeSlow(HEADER + packed.length);
    bytes.writeUInt32LE(packed.length, 0);
    bytes.writeUInt32LE(block.length, 4);
    bytes.set(packed, HEADER);
    freeNow(packed);
    const position = this.#bytes;
    this.#bytes += bytes.length;
    this.#events.written(bytes.length);
    await this.#pending;
    this.#check();
    this.#pending = this.#put(bytes, position).catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  async #put(bytes: Buffer, position: number): Promise<void> {
    const handle = await this.open();
    try {
      await writeAll(handle, bytes, position);
    } catch (error) {
      throw spillError('spill to', this.label, error);
    } finally {
      freeNow(bytes);
    }
  }

  async open(): Promise<PositionedFile> {
    if (this.#removed !== undefined) throw new MillraceError('ERR_ABORTED', 'Cannot spill: the run is over');
    this.#handle ??= this.#place.open().catch((error: unknown) => {
      throw spillError('spill to', this.label, error);
    });
    return this.#handle;
  }

  read(): SpillReader {
    return new BlockReader(this);
  }

  /** Fills `bytes` from `position` on, behind what is still being written. */
  async fill(bytes: Uint8Array, length: number, position: number): Promise<void> {
    await this.#pending;
    this.#check();
    const handle = await this.open();
    const filling = this.#fill(handle, bytes, length, position);
    this.#pending = filling.catch(() => {});
    await filling;
  }

  async #fill(handle: PositionedFile, bytes: Uint8Array, length: number, position: number): Promise<void> {
    try {
      const filled = await readInto(handle, bytes, length, position);
      if (filled < length) throw new Error(`the file ends at ${position + filled}, too early`);
    } catch (error) {
      throw spillError('read back from', this.label, error);
    }
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async keep(): Promise<KeptSpill> {
    const name = this.#place.name?.();
    if (name === undefined) throw new TypeError('Temporary files are not kept: the run makes no checkpoints');
    const bytes = this.#bytes;
    await this.#pending;
    this.#check();
    return [{ name, bytes }];
  }

  remove(): Promise<void> {
    this.#removed ??= this.#remove();
    return this.#removed;
  }

  async #remove(): Promise<void> {
    await this.#pending;
    await this.#handle?.catch(() => undefined);
    try {
      await this.#place.remove();
    } catch (error) {
      throw spillError('remove a temporary file from', this.label, error);
    } finally {
      this.#events.removed();
    }
  }
}

/**
 * Reads one block ahead, as it lies on the disk. That no byte has changed is checked for each block: the checksum does not
 * cover the header in front of it, so what that says has to fit the block and the file.
 */
class BlockReader implements SpillReader {
  readonly #file: BlockFile;
  /** Where what has not been read yet begins. */
  #position = 0;
  /** The next block with the header of the one behind it; `packed` and `length` are what its own header said. */
  #ahead: Promise<void> | undefined;
  #bytes: Buffer = Buffer.alloc(HEADER);
  #packed = 0;
  #length = 0;
  /** Where the next block begins. */
  #at = 0;
  #over = false;
  #block: Buffer | undefined;

  constructor(file: BlockFile) {
    this.#file = file;
  }

  async next(): Promise<Uint8Array | undefined> {
    this.#free();
    this.#ahead ??= this.#begin();
    await this.#ahead;
    if (this.#over) return undefined;
    const block = this.#unpack();
    this.#block = block;
    this.#ahead = this.#goOn();
    // Nobody awaits it before the next call.
    this.#ahead.catch(() => {});
    return block;
  }

  async #begin(): Promise<void> {
    this.#over = this.#file.bytes === 0;
    if (this.#over) return;
    await this.#file.fill(this.#bytes, HEADER, 0);
    this.#position = HEADER;
    await this.#readBlock(0);
  }

  async #goOn(): Promise<void> {
    const header = this.#packed;
    this.#at += HEADER + header;
    this.#over = this.#at >= this.#file.bytes;
    if (!this.#over) await this.#readBlock(header);
  }

  /** Its header has been read, and lies at `header`. */
  async #readBlock(header: number): Promise<void> {
    this.#packed = this.#bytes.readUInt32LE(header);
    this.#length = this.#bytes.readUInt32LE(header + 4);
    const left = this.#file.bytes - this.#position;
    const behind = left - this.#packed;
    if (this.#packed === 0 || behind < 0 || (behind > 0 && behind <= HEADER)) throw this.#damaged();
    const length = this.#packed + Math.min(HEADER, behind);
    if (this.#bytes.length < length) this.#bytes = Buffer.allocUnsafeSlow(length);
    await this.#file.fill(this.#bytes, length, this.#position);
    this.#position += length;
  }

  #unpack(): Buffer {
    const packed = this.#bytes.subarray(0, this.#packed);
    let found: ReturnType<typeof unpacked>;
    try {
      found = unpacked(packed, this.#length);
    } catch (error) {
      throw this.#damaged(error);
    }
    // What lies behind the end of a frame is passed over.
    if (found.block.length !== this.#length || found.taken !== packed.length) throw this.#damaged();
    return found.block;
  }

  #damaged(cause?: unknown): MillraceError {
    return damagedSpill(this.#file.label, this.#at, cause);
  }

  #free(): void {
    if (this.#block !== undefined) freeNow(this.#block);
    this.#block = undefined;
  }
}

/** A block, and how many of the bytes it took. */
function unpacked(packed: Buffer, length: number): { readonly block: Buffer; readonly taken: number } {
  const { buffer, engine } = zstdDecompressSync(packed, {
    chunkSize: Math.max(1024, length + 64),
    maxOutputLength: length,
    info: true,
  }) as unknown as { readonly buffer: Buffer; readonly engine: ZstdDecompress };
  return { block: buffer, taken: engine.bytesWritten };
}

/** Gives memory back at once: the garbage collector would let much pile up outside of its heap. */
function freeNow({ buffer }: Buffer): void {
  // Small ones lie in a pool that Node shares out.
  if (buffer.byteLength > Buffer.poolSize && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
