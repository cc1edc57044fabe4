import { toError } from '../../core/errors.ts';
import type { ByteOutput } from './byte-output.ts';
import type { OutputHandle } from './file-system.ts';
import { ioError } from './io-error.ts';

/** What is done with an open file at its end; both are given the handle open and leave it closed. */
export interface FileEnding {
  publish(handle: OutputHandle): Promise<void>;
  abandon(handle: OutputHandle): Promise<void>;
}

export interface FileOutputSpec {
  /** The final name, for messages. */
  readonly path: string;
  readonly handle: OutputHandle;
  /** Where the first byte goes; `null` for what has no positions, such as a named pipe. */
  readonly position: number | null;
  readonly bufferBytes: number;
  readonly ending: FileEnding;
  readonly wrote: (bytes: number) => void;
}

/** Larger blocks are made for one batch that is larger than usual, and let go of. */
const KEPT = 4;

/**
 * Bytes to a file: gathered in a block, which is written in the background while the next are gathered in
 * another. It holds at most twice `bufferBytes` and one batch, in two blocks that are used in turn: new memory
 * for each write would be garbage that makes V8 collect again and again. Writes go to positions, so that one
 * that is tried again lands where it began.
 */
export class FileOutput implements ByteOutput {
  readonly #spec: FileOutputSpec;
  #block: Buffer;
  #spare: Buffer | undefined;
  #gatheredBytes = 0;
  #sending: Buffer | undefined;
  #sent = 0;
  #position: number;
  #flushing: Promise<void> | undefined;
  #failure: Error | undefined;
  #reported = false;

  constructor(spec: FileOutputSpec) {
    this.#spec = spec;
    this.#position = spec.position ?? 0;
    this.#block = Buffer.allocUnsafeSlow(spec.bufferBytes);
  }

  append(bytes: Uint8Array): void {
    const needed = this.#gatheredBytes + bytes.length;
    if (needed > this.#block.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#block.length));
      this.#block.copy(larger, 0, 0, this.#gatheredBytes);
      this.#block = larger;
    }
    this.#block.set(bytes, this.#gatheredBytes);
    this.#gatheredBytes = needed;
    if (this.#full && this.#sending === undefined) void this.#flush();
  }

  settle(): Promise<void> | undefined {
    return this.#full || this.#failure !== undefined ? this.#settle() : undefined;
  }

  /** Writes all that was gathered, and says where the next byte goes. What fails may be tried again. */
  async drain(): Promise<number> {
    await this.#flushing;
    while (this.#sending !== undefined || this.#gatheredBytes > 0) {
      await this.#flush();
      if (this.#failure === undefined) continue;
      this.#reported = true;
      throw this.#failure;
    }
    return this.#position;
  }

  async publish(): Promise<void> {
    try {
      await this.drain();
    } catch (error) {
      await this.abandon();
      throw error;
    }
    await this.#spec.ending.publish(this.#spec.handle);
  }

  async abandon(): Promise<void> {
    await this.#flushing;
    await this.#spec.ending.abandon(this.#spec.handle);
  }

  get #full(): boolean {
    return this.#gatheredBytes >= this.#spec.bufferBytes;
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
    this.#flushing = this.#send().then(
      () => {
        this.#failure = undefined;
        this.#reported = false;
        this.#flushing = undefined;
      },
      (cause: unknown) => {
        this.#failure = ioError('write', this.#spec.path, toError(cause));
        this.#flushing = undefined;
      },
    );
    return this.#flushing;
  }

  async #send(): Promise<void> {
    if (this.#sending === undefined) {
      this.#sending = this.#block.subarray(0, this.#gatheredBytes);
      this.#sent = 0;
      this.#takeTurns();
      this.#gatheredBytes = 0;
    }
    const { handle, position, wrote } = this.#spec;
    const bytes = this.#sending;
    while (this.#sent < bytes.length) {
      const at = position === null ? null : this.#position;
      const { bytesWritten } = await handle.write(bytes, this.#sent, bytes.length - this.#sent, at);
      if (bytesWritten === 0) throw new Error('the file took no bytes');
      this.#sent += bytesWritten;
      this.#position += bytesWritten;
      wrote(bytesWritten);
    }
    this.#sending = undefined;
  }

  /** The block that was written last is gathered in next. */
  #takeTurns(): void {
    const written = this.#spare;
    this.#spare = this.#block.length > KEPT * this.#spec.bufferBytes ? undefined : this.#block;
    this.#block = written ?? Buffer.allocUnsafeSlow(this.#spec.bufferBytes);
  }
}
