import type { Batch } from '../../interfaces/batch.ts';
import type { Encoder } from '../../interfaces/format.ts';
import type { Sink } from '../../interfaces/writer.ts';
import type { ByteOutput } from './byte-output.ts';
import { textBytes } from './text-bytes.ts';

/**
 * Batches as bytes to an output. The output is asked for room before the batch is encoded: so a
 * batch that is refused has changed neither the encoder nor the output, and what was taken before
 * stays in the output until it is written.
 */
export class EncodingSink<T> implements Sink<T> {
  readonly #encoder: Encoder<T>;
  readonly #output: ByteOutput;
  #prefix: string;

  /** `prefix` goes before the first bytes, if there are any. */
  constructor(encoder: Encoder<T>, output: ByteOutput, prefix: string) {
    this.#encoder = encoder;
    this.#output = output;
    this.#prefix = prefix;
  }

  write(batch: Batch<T>): void | Promise<void> {
    const room = this.#output.settle();
    if (room !== undefined) return room.then(() => this.#take(batch));
    this.#take(batch);
  }

  async close(): Promise<void> {
    try {
      this.#append(this.#encoder.finish());
    } catch (error) {
      await this.#output.abandon();
      throw error;
    }
    await this.#output.publish();
  }

  abort(_cause: unknown): Promise<void> {
    return this.#output.abandon();
  }

  #take(batch: Batch<T>): void {
    this.#append(this.#encoder.encode(batch.records));
  }

  #append(encoded: string | Uint8Array): void {
    if (encoded.length === 0) return;
    if (this.#prefix !== '') this.#output.append(textBytes(this.#prefix));
    this.#prefix = '';
    this.#output.append(typeof encoded === 'string' ? textBytes(encoded) : encoded);
  }
}
