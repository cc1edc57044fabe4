import assert from 'node:assert/strict';
import { batch, CountedOrigin } from '../core/batch.ts';
import { systemClock } from '../core/clock.ts';
import type { Sink, WriteContext, Writer } from '../interfaces/writer.ts';
import { MemoryFiles } from './memory-files.ts';

/** What is kept beside the checkpoints of a writer, over all the times that it is opened. */
const kept = new WeakMap<object, MemoryFiles>();

/** An open sink that counts what it writes, as the engine would. */
export class OpenWriter<T> {
  readonly #abort: AbortController;
  readonly #sink: Sink<T>;
  #record = 1;

  private constructor(sink: Sink<T>, abort: AbortController) {
    this.#sink = sink;
    this.#abort = abort;
  }

  static async open<T>(
    writer: Writer<T>,
    checkpoints: Pick<WriteContext, 'checkpointed' | 'from'> = {},
  ): Promise<OpenWriter<T>> {
    const abort = new AbortController();
    const files = kept.get(writer) ?? new MemoryFiles();
    kept.set(writer, files);
    const context: WriteContext = {
      signal: abort.signal,
      clock: systemClock,
      wrote: countBytes,
      run: abort.signal,
      ...checkpoints,
      ...(checkpoints.checkpointed === true && { files }),
    };
    return new OpenWriter(await writer.open(context), abort);
  }

  async write(records: readonly T[]): Promise<void> {
    await this.#sink.write(batch(records, new CountedOrigin('conformance', this.#record)));
    this.#record += records.length;
  }

  /** What a store would give back: plain data, and nothing that is shared with the sink. */
  async prepare(checkpoint: number): Promise<unknown> {
    const prepared = await this.#sink.prepare?.(checkpoint);
    assert.notEqual(prepared, undefined, 'it prepares nothing');
    const kept: unknown = JSON.parse(JSON.stringify(prepared));
    assert.deepEqual(kept, prepared, 'what it prepares is not plain data');
    return kept;
  }

  async commit(checkpoint: number): Promise<void> {
    await this.#sink.commit?.(checkpoint);
  }

  /** As when the process ends: nothing more happens. */
  async suspend(): Promise<void> {
    this.#abort.abort(new Error('the run was stopped'));
    assert.ok(this.#sink.suspend !== undefined, 'it cannot be suspended');
    await this.#sink.suspend();
  }

  async close(): Promise<void> {
    await this.#sink.close();
    this.#abort.abort();
  }

  async abort(cause: unknown): Promise<void> {
    this.#abort.abort(cause);
    await this.#sink.abort(cause);
  }
}

function countBytes(bytes: number): void {
  assert.ok(Number.isSafeInteger(bytes) && bytes >= 0, `it wrote ${bytes} bytes`);
}
