import type { Writable } from 'node:stream';
import type { ByteOutput } from './byte-output.ts';
import { ioError } from './io-error.ts';

/** Bytes to a stream that belongs to somebody else, such as stdout: it is never ended. */
export class StreamOutput implements ByteOutput {
  readonly #stream: Writable;
  readonly #label: string;
  readonly #wrote: (bytes: number) => void;
  #pending: Promise<void> | undefined;
  #failure: unknown;

  constructor(stream: Writable, label: string, wrote: (bytes: number) => void) {
    this.#stream = stream;
    this.#label = label;
    this.#wrote = wrote;
    stream.on('error', this.#onError);
  }

  append(bytes: Uint8Array): void {
    const pending = new Promise<void>((resolve) => {
      this.#stream.write(bytes, (error) => {
        if (this.#pending === pending) this.#pending = undefined;
        if (error) this.#onError(error);
        else this.#wrote(bytes.length);
        resolve();
      });
    });
    this.#pending = pending;
  }

  settle(): Promise<void> | undefined {
    return this.#pending === undefined && this.#failure === undefined ? undefined : this.#settle();
  }

  async publish(): Promise<void> {
    await this.settle()?.finally(() => this.#leave());
    this.#leave();
  }

  async abandon(): Promise<void> {
    this.#leave();
  }

  async #settle(): Promise<void> {
    await this.#pending;
    if (this.#failure !== undefined) throw ioError('write to', this.#label, this.#failure);
  }

  /** A failed write is said twice: to its callback, then to the listeners, who must still be there. */
  #leave(): void {
    const leave = () => this.#stream.off('error', this.#onError);
    if (this.#failure === undefined || this.#stream.closed) leave();
    else this.#stream.once('close', leave);
  }

  readonly #onError = (error: unknown): void => {
    this.#failure ??= error;
  };
}
