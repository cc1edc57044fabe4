import type { Readable } from 'node:stream';
import { Observable, type Subscriber } from 'rxjs';
import { BATCH_SIZE, batch, CountedOrigin } from '../../core/batch.ts';
import { MillraceError } from '../../core/errors.ts';
import type { ReadContext, Reader } from '../../interfaces/reader.ts';
import type { Item } from '../../interfaces/signal.ts';
import { inputTraits } from './input-traits.ts';
import { destroyed } from './stream-closing.ts';

const LABEL = 'readable';

/**
 * A reader of a Node `Readable`: its objects, or the pieces of a byte stream as they are (Buffers, or
 * text after `setEncoding`). Nothing is read before the run, and nothing is lost by waiting for it. The
 * stream is destroyed when the run leaves it, and can be read once.
 *
 * Errors of the stream become the Observable's; a stream that closes without ending fails with
 * `ERR_CLOSED_EARLY`.
 *
 * @example
 * ```ts
 * import { Readable } from 'node:stream';
 * import { from } from 'millrace';
 *
 * const flow = from(Readable.from(['a', 'b']));
 * ```
 */
export function nodeReadableReader<T>(readable: Readable): Reader<T> {
  return Object.freeze({
    name: 'readable',
    label: LABEL,
    traits: inputTraits(false),
    open: (context: ReadContext) =>
      new Observable<Item<T>>((subscriber) => {
        if (readable.errored) return subscriber.error(readable.errored);
        if (readable.readableEnded || readable.destroyed)
          return subscriber.error(closedEarly('was used up already'));
        const reading = new Reading<T>(readable, context, subscriber);
        return () => reading.close();
      }),
  });
}

class Reading<T> {
  readonly #readable: Readable;
  readonly #context: ReadContext;
  readonly #subscriber: Subscriber<Item<T>>;
  #first = 1;
  #waiting = false;

  constructor(readable: Readable, context: ReadContext, subscriber: Subscriber<Item<T>>) {
    this.#readable = readable;
    this.#context = context;
    this.#subscriber = subscriber;
    readable.on('readable', this.#drain);
    readable.on('end', this.#onEnd);
    readable.on('error', this.#onError);
    readable.on('close', this.#onClose);
  }

  /** A failing `destroy` must find a listener, else it would end the process. */
  close(): void {
    const readable = this.#readable;
    readable.off('readable', this.#drain);
    readable.off('end', this.#onEnd);
    readable.off('close', this.#onClose);
    this.#context.closing(destroyed(readable));
  }

  /** Takes what lies in the stream's buffer, while the graph has room: one batch for what is there. */
  readonly #drain = (): void => {
    const { demand, signal } = this.#context;
    if (this.#waiting) return;
    while (!demand.paused && !this.#subscriber.closed && !signal.aborted) {
      const records: T[] = [];
      while (records.length < BATCH_SIZE) {
        const record: T | null = this.#readable.read();
        if (record === null) break;
        records.push(record);
      }
      if (records.length === 0) return;
      const origin = new CountedOrigin(LABEL, this.#first);
      this.#first += records.length;
      this.#subscriber.next(batch(records, origin));
    }
    if (!this.#subscriber.closed && !signal.aborted) void this.#resume();
  };

  async #resume(): Promise<void> {
    this.#waiting = true;
    await this.#context.demand.ready();
    this.#waiting = false;
    this.#drain();
  }

  readonly #onEnd = (): void => this.#subscriber.complete();

  readonly #onError = (error: unknown): void => this.#subscriber.error(error);

  readonly #onClose = (): void => {
    this.#subscriber.error(closedEarly('closed before its end'));
  };
}

function closedEarly(found: string): MillraceError {
  return new MillraceError('ERR_CLOSED_EARLY', `Cannot read the ${LABEL} to its end: it ${found}`, {
    hint: 'A stream can be read once, and must end by itself: look for what destroyed it.',
  });
}
