import { BATCH_SIZE } from '../../core/batch.ts';
import type { DuplexContext, DuplexLogic } from '../../interfaces/operator.ts';
import { streamFailure } from './duplex-driver.ts';

/** A web transform: a writable and a readable end, such as a `TransformStream`. */
export interface WebTransform<A, B> {
  readonly writable: WritableStream<A>;
  readonly readable: ReadableStream<B>;
}

type Pending<B> = ReturnType<ReadableStreamDefaultReader<B>['read']>;

/**
 * Drives a web transform as an operator. Node's own `Duplex.fromWeb` would take a transform that
 * terminates early for a broken one, and lose its last records.
 */
export class WebDriver<A, B> implements DuplexLogic<A> {
  readonly #context: DuplexContext<B>;
  readonly #writer: WritableStreamDefaultWriter<A>;
  readonly #reader: ReadableStreamDefaultReader<B>;
  readonly #finished = Promise.withResolvers<void>();
  #held: B[] = [];
  #sending: Promise<void> | undefined;
  #reading: Pending<B> | undefined;
  #writeFailure: { readonly error: unknown } | undefined;
  #inputOver = false;
  #over = false;

  constructor(transform: WebTransform<A, B>, context: DuplexContext<B>) {
    this.#context = context;
    this.#writer = transform.writable.getWriter();
    this.#reader = transform.readable.getReader();
    this.#writer.closed.catch((error: unknown) => {
      this.#writeFailure = { error };
      this.#expectRead();
    });
    this.#pump().catch((error: unknown) => this.#fail(error));
  }

  async write(records: readonly A[]): Promise<void> {
    for (const record of records) {
      if (this.#over || this.#writeFailure !== undefined) return;
      if ((this.#writer.desiredSize ?? 0) <= 0) await this.#writer.ready.catch(ignore);
      this.#writer.write(record).catch(ignore);
    }
  }

  end(): Promise<void> {
    this.#inputOver = true;
    this.#writer.close().catch(ignore);
    return this.#finished.promise;
  }

  abort(cause: unknown): void {
    this.#over = true;
    this.#letGo(cause);
    this.#finished.resolve();
  }

  async #pump(): Promise<void> {
    for (;;) {
      this.#reading = this.#reader.read();
      if (this.#writeFailure !== undefined) this.#expectRead();
      const { done, value } = await this.#reading;
      this.#reading = undefined;
      if (this.#over) return;
      if (done) break;
      this.#held.push(value);
      if (this.#sending === undefined) this.#send().catch((error: unknown) => this.#fail(error));
      else if (this.#held.length >= BATCH_SIZE) await this.#sending;
    }
    await this.#sending;
    if (this.#inputOver) await this.#writer.closed;
    if (this.#over) return;
    this.#over = true;
    if (!this.#inputOver) this.#context.complete();
    this.#letGo(undefined);
    this.#finished.resolve();
  }

  /** While one batch is on its way, the reads that settle gather the next. */
  #send(): Promise<void> {
    const all = async (): Promise<void> => {
      try {
        while (this.#held.length > 0 && !this.#over) {
          const records = this.#held;
          this.#held = [];
          await this.#context.emit(records);
        }
      } finally {
        this.#sending = undefined;
      }
    };
    this.#sending = Promise.resolve().then(all);
    return this.#sending;
  }

  /**
   * After its writable end failed, a transform that terminated still gives what it holds, and ends; a
   * broken one gives nothing more. What it holds is there within a turn.
   */
  #expectRead(): void {
    const reading = this.#reading;
    setImmediate(() => {
      if (reading !== undefined && this.#reading === reading) this.#fail(this.#writeFailure?.error);
    });
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#letGo(error);
    this.#context.fail(streamFailure(this.#context.node, error));
  }

  #letGo(cause: unknown): void {
    this.#writer.abort(cause).catch(ignore);
    this.#reader.cancel(cause).catch(ignore);
  }
}

function ignore(): void {}
