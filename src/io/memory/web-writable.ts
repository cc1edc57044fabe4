import type { WritableStream, WritableStreamDefaultWriter } from 'node:stream/web';
import { isMillraceError, MillraceError, toError } from '../../core/errors.ts';
import type { Batch } from '../../interfaces/batch.ts';
import type { Sink, Writer } from '../../interfaces/writer.ts';
import { streamTarget } from './stream-target.ts';

const LABEL = 'writable stream';

/**
 * A writer to a web `WritableStream`, record by record. Each waits until the stream is ready, and the
 * batch until all are written. The stream is locked by the run, closed at its end, and aborted when it fails.
 *
 * A locked stream fails with `ERR_OPTIONS`, errors of the stream with `ERR_IO`.
 *
 * @example
 * ```ts
 * import { from, pipeline, run, webWritable } from 'millrace';
 *
 * const stream = new WritableStream<string>({ write: (text) => console.log(text) });
 * await run(pipeline('print', [from(['a', 'b']).to(webWritable(stream))]));
 * ```
 */
export function webWritable<T>(stream: WritableStream<T>): Writer<T> {
  return Object.freeze({
    name: 'writable_stream',
    label: LABEL,
    traits: Object.freeze({ commit: 'none' as const }),
    target: streamTarget('writable-stream', stream),
    open: async () => {
      if (stream.locked) {
        throw new MillraceError('ERR_OPTIONS', `Cannot open the ${LABEL}: it is locked by another writer`, {
          hint: 'Release the other writer first; a stream takes one run.',
        });
      }
      return new WebSink<T>(stream.getWriter());
    },
  });
}

class WebSink<T> implements Sink<T> {
  readonly #writer: WritableStreamDefaultWriter<T>;

  /** Failures come out of the writes; the promises that nobody awaits must not be unhandled. */
  constructor(writer: WritableStreamDefaultWriter<T>) {
    this.#writer = writer;
    writer.closed.catch(ignore);
    writer.ready.catch(ignore);
  }

  async write({ records }: Batch<T>): Promise<void> {
    let written: Promise<void> | undefined;
    try {
      for (const record of records) {
        await this.#writer.ready;
        written = this.#writer.write(record);
        written.catch(ignore);
      }
      await written;
    } catch (error) {
      throw streamError(error);
    }
  }

  async close(): Promise<void> {
    try {
      await this.#writer.close();
    } catch (error) {
      throw streamError(error);
    } finally {
      this.#writer.releaseLock();
    }
  }

  async abort(cause: unknown): Promise<void> {
    await this.#writer.abort(cause).catch(ignore);
    this.#writer.releaseLock();
  }
}

function streamError(thrown: unknown): MillraceError {
  if (isMillraceError(thrown)) return thrown;
  return new MillraceError('ERR_IO', `Cannot write to the ${LABEL}: ${toError(thrown).message}`, {
    cause: thrown,
  });
}

function ignore(): void {}
