import type { Duplex } from 'node:stream';
import { BATCH_SIZE } from '../../core/batch.ts';
import { isMillraceError, MillraceError, toError } from '../../core/errors.ts';
import type { DuplexContext, DuplexLogic } from '../../interfaces/operator.ts';
import type { Signal } from '../../interfaces/signal.ts';

/**
 * Drives a Node duplex as an operator: writes while it takes, reads while downstream takes, and
 * tells an end from an early close.
 */
export class DuplexDriver<A, B> implements DuplexLogic<A> {
  readonly #stream: Duplex;
  readonly #context: DuplexContext<B>;
  /** Whether it holds nothing once it has worked off what it was given: then signals wait for that. */
  readonly #stateless: boolean;
  readonly #finished = Promise.withResolvers<void>();
  /** Resolves at the next event of the stream. */
  #change = Promise.withResolvers<void>();
  #inputOver = false;
  #sending = false;
  /** The readable side has ended, failed or was given up: writing is of no more use. */
  #over = false;

  constructor(stream: Duplex, context: DuplexContext<B>, stateless = false) {
    this.#stream = stream;
    this.#context = context;
    this.#stateless = stateless;
    for (const event of ['drain', 'readable', 'end', 'finish', 'close']) {
      stream.on(event, () => this.#wake());
    }
    stream.on('error', (error) => this.#fail(error));
    this.#pump().catch((error: unknown) => this.#fail(error));
  }

  async write(records: readonly A[]): Promise<void> {
    for (const record of records) {
      if (this.#over) return;
      if (this.#stream.write(record)) continue;
      while (this.#stream.writableNeedDrain && !this.#over && !this.#stream.closed)
        await this.#change.promise;
    }
  }

  /** Of a stream that may hold records, nobody can tell when it has none: there a signal goes on at once. */
  async signal(signal: Signal): Promise<void> {
    if (this.#stateless) {
      const holds = () => this.#stream.writableLength + this.#stream.readableLength > 0 || this.#sending;
      while (holds() && !this.#over && !this.#stream.closed) {
        const { promise } = this.#change;
        // The last write tells of its end by its callback alone.
        const looking = setImmediate(() => this.#wake());
        await promise;
        clearImmediate(looking);
      }
    }
    await this.#context.forward(signal);
  }

  end(): Promise<void> {
    this.#inputOver = true;
    if (!this.#over) this.#stream.end();
    return this.#finished.promise;
  }

  abort(cause: unknown): void {
    this.#over = true;
    this.#stream.destroy(toError(cause));
    this.#wake();
    this.#finished.resolve();
  }

  async #pump(): Promise<void> {
    const stream = this.#stream;
    // Keeps emissions out of `create`.
    await Promise.resolve();
    while (!this.#over) {
      const records = this.#read();
      if (records.length > 0) {
        this.#sending = true;
        await this.#context.emit(records);
        this.#sending = false;
        this.#wake();
      } else if (stream.readableEnded) break;
      // Its event is still to come; without it, the closing below would hide the cause.
      else if (stream.errored !== null) throw stream.errored;
      else if (stream.closed) throw closedEarly(this.#context.node);
      else await this.#change.promise;
    }
    if (this.#over) return;
    if (!this.#inputOver) this.#context.complete();
    else while (!stream.writableFinished && !stream.closed) await this.#change.promise;
    this.#over = true;
    stream.destroy();
    this.#wake();
    this.#finished.resolve();
  }

  /** What the stream holds, at most a batch of it. */
  #read(): B[] {
    const records: B[] = [];
    while (records.length < BATCH_SIZE) {
      const record = this.#stream.read() as B | null;
      if (record === null) break;
      records.push(record);
    }
    return records;
  }

  /** Both `write` and the pump may be waiting: each looks again at what it waits for. */
  #wake(): void {
    const { resolve } = this.#change;
    this.#change = Promise.withResolvers();
    resolve();
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#stream.destroy();
    this.#wake();
    this.#context.fail(streamFailure(this.#context.node, error));
  }
}

function closedEarly(node: string): MillraceError {
  return new MillraceError(
    'ERR_CLOSED_EARLY',
    `Cannot run the stream of "${node}": it closed without ending`,
    {
      node,
    },
  );
}

/** What the run fails with when a stream that somebody else made breaks. */
export function streamFailure(node: string, error: unknown): MillraceError {
  if (isMillraceError(error)) return error;
  const { message } = toError(error);
  return new MillraceError('ERR_CALLBACK', `Cannot run the stream of "${node}": ${message}`, {
    cause: error,
    node,
  });
}
