import { finished, type Writable } from 'node:stream';
import { z } from 'zod';
import { isMillraceError, MillraceError, toError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import type { Batch } from '../../interfaces/batch.ts';
import type { Sink, WriteContext, Writer } from '../../interfaces/writer.ts';
import { destroyed } from './stream-closing.ts';
import { streamTarget } from './stream-target.ts';

const LABEL = 'writable';

/** The options of {@link nodeWritable}. */
export const NodeWritableSchema = z.strictObject({
  end: z
    .boolean()
    .optional()
    .describe('Whether the run ends the stream, or destroys it when it fails; not stdout and stderr'),
});

export interface NodeWritableOptions {
  /**
   * Whether the run ends the stream when it completes, and destroys it when it fails.
   * @default true, but for `process.stdout` and `process.stderr`
   */
  readonly end?: boolean | undefined;
}

/**
 * A writer to a Node `Writable`: object streams get record by record; byte streams take records that
 * are strings or bytes. It waits for `drain` whenever the stream is full, and for the last record of a
 * batch to be written.
 *
 * A record that a byte stream cannot take, and `null`, fail with `ERR_ENCODE` before anything of the
 * batch is written. Errors of the stream fail with `ERR_OUTPUT_CLOSED` (`EPIPE`) or `ERR_IO`, and a stream that closes before
 * its end with `ERR_CLOSED_EARLY`.
 *
 * @example
 * ```ts
 * import { PassThrough } from 'node:stream';
 * import { from, nodeWritable, pipeline, run } from 'millrace';
 *
 * const stream = new PassThrough();
 * stream.resume();
 * await run(pipeline('copy', [from(['a', 'b']).to(nodeWritable(stream))]));
 * ```
 */
export function nodeWritable<T>(writable: Writable, options: NodeWritableOptions = {}): Writer<T> {
  const settings = parseOptions(NodeWritableSchema, options, 'a Node writable');
  const standard = writable === process.stdout || writable === process.stderr;
  return Object.freeze({
    name: 'writable',
    label: LABEL,
    traits: Object.freeze({ commit: 'none' as const }),
    target: streamTarget('writable', writable),
    open: async (context: WriteContext) => {
      if (writable.errored) throw streamError(writable.errored);
      if (writable.destroyed || writable.writableEnded) throw closedEarly('was ended or destroyed already');
      return new WritableSink<T>(writable, settings.end ?? !standard, context);
    },
  });
}

class WritableSink<T> implements Sink<T> {
  readonly #writable: Writable;
  readonly #end: boolean;
  readonly #context: WriteContext;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(writable: Writable, end: boolean, context: WriteContext) {
    this.#writable = writable;
    this.#end = end;
    this.#context = context;
    writable.on('drain', this.#onDrain);
    writable.on('error', this.#onError);
    writable.on('close', this.#onClose);
  }

  async write({ records, origin }: Batch<T>): Promise<void> {
    const writable = this.#writable;
    if (this.#failure !== undefined) throw this.#failure;
    for (let i = 0; i < records.length; i++) {
      const problem = refusal(records[i], writable.writableObjectMode);
      if (problem === undefined) continue;
      const at = origin.at(i);
      throw new MillraceError(
        'ERR_ENCODE',
        `Cannot write record ${at.record} of ${at.source} to the ${LABEL}: ${problem}`,
        { origin: at, hint: 'Make strings or bytes of the records before, or use an object-mode stream.' },
      );
    }
    let left = records.length;
    let bytes = 0;
    for (const record of records) {
      bytes += byteLength(record);
      const more = writable.write(record, (error) => {
        left--;
        if (error) this.#onError(error);
        else if (left === 0) this.#onDrain();
      });
      if (!more && left > 0) await this.#until(() => !writable.writableNeedDrain);
    }
    await this.#until(() => left <= 0);
    if (bytes > 0) this.#context.wrote(bytes);
  }

  async close(): Promise<void> {
    this.#detach();
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#end) return;
    await new Promise<void>((resolve, reject) => {
      finished(this.#writable, { readable: false }, (error) => {
        if (error) reject(streamError(error));
        else resolve();
      });
      this.#writable.end();
    });
  }

  /** Of a stream that the run may not end, what was written so far stays written. */
  async abort(cause: unknown): Promise<void> {
    this.#detach();
    if (this.#end) await destroyed(this.#writable, toError(cause));
  }

  async #until(reached: () => boolean): Promise<void> {
    while (!reached()) {
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** The listener for errors stays where the run destroys the stream: without, that would end the process. */
  #detach(): void {
    this.#writable.off('drain', this.#onDrain);
    this.#writable.off('close', this.#onClose);
    if (!this.#end) this.#writable.off('error', this.#onError);
  }

  readonly #onDrain = (): void => {
    this.#wake?.();
    this.#wake = undefined;
  };

  readonly #onError = (error: unknown): void => {
    this.#failure ??= streamError(error);
    this.#onDrain();
  };

  readonly #onClose = (): void => {
    this.#failure ??= closedEarly('closed before its end');
    this.#onDrain();
  };
}

/** Why the stream would not take the record. */
function refusal(record: unknown, objectMode: boolean): string | undefined {
  if (record === null) return 'null would end the stream';
  if (objectMode || typeof record === 'string' || ArrayBuffer.isView(record)) return undefined;
  return `it is ${Array.isArray(record) ? 'an array' : `of type ${typeof record}`}, not a string or bytes`;
}

function byteLength(record: unknown): number {
  if (typeof record === 'string') return Buffer.byteLength(record);
  return ArrayBuffer.isView(record) ? record.byteLength : 0;
}

function streamError(thrown: unknown): MillraceError {
  if (isMillraceError(thrown)) return thrown;
  const error = toError(thrown);
  const errno: unknown = Reflect.get(error, 'code');
  if (errno === 'ERR_STREAM_PREMATURE_CLOSE') return closedEarly('closed before its end');
  return new MillraceError(
    errno === 'EPIPE' ? 'ERR_OUTPUT_CLOSED' : 'ERR_IO',
    `Cannot write to the ${LABEL}: ${error.message}`,
    { cause: thrown },
  );
}

function closedEarly(found: string): MillraceError {
  return new MillraceError('ERR_CLOSED_EARLY', `Cannot write to the ${LABEL}: it ${found}`, {
    hint: 'A stream takes one run: make a new one, or say end: false.',
  });
}
