import { type OperatorFunction, Subject, Subscription } from 'rxjs';
import { BATCH_SIZE } from '../../core/batch.ts';
import { isMillraceError, MillraceError, toError } from '../../core/errors.ts';
import type { DuplexContext, DuplexLogic } from '../../interfaces/operator.ts';

/** Drives an RxJS operator: pushes while downstream takes, holds what it emits meanwhile. */
export class RxLogic<A, B> implements DuplexLogic<A> {
  readonly #input = new Subject<A>();
  readonly #context: DuplexContext<B>;
  readonly #buffer: number;
  readonly #finished = Promise.withResolvers<void>();
  readonly #subscription = new Subscription();
  #held: B[] = [];
  #sending: Promise<void> | undefined;
  #writing = false;
  #ending = false;
  /** The operator has completed; what it emitted before may still be on its way. */
  #completed = false;
  /** Failed or given up: nothing more may leave. */
  #dead = false;

  constructor(operator: OperatorFunction<A, B>, buffer: number, context: DuplexContext<B>) {
    this.#context = context;
    this.#buffer = buffer;
    this.#subscription.add(
      operator(this.#input).subscribe({
        next: (record) => this.#take(record),
        error: (error) => this.#fail(error),
        complete: () => this.#complete(),
      }),
    );
  }

  async write(records: readonly A[]): Promise<void> {
    if (this.#sending !== undefined) await this.#sending;
    this.#writing = true;
    for (const record of records) {
      if (this.#completed || this.#dead) break;
      this.#input.next(record);
      if (this.#held.length >= BATCH_SIZE) await this.#send();
    }
    this.#writing = false;
    if (this.#held.length > 0) await this.#send();
  }

  end(): Promise<void> {
    this.#ending = true;
    this.#input.complete();
    return this.#finished.promise;
  }

  abort(): void {
    this.#die();
    this.#finished.resolve();
  }

  #take(record: B): void {
    if (this.#dead) return;
    if (this.#held.length < this.#buffer) {
      this.#held.push(record);
      if (!this.#writing) this.#sendLater();
      return;
    }
    const found = `it emitted more than ${this.#buffer} records before downstream took them`;
    const hint = 'Give rx() a larger buffer, or expand records with flatMap(), which waits.';
    const { node } = this.#context;
    this.#fail(
      new MillraceError('ERR_OVERFLOW', `Cannot run the RxJS operator in "${node}": ${found}`, {
        hint,
        node,
      }),
    );
  }

  #complete(): void {
    if (this.#dead) return;
    this.#completed = true;
    this.#sendLater();
  }

  #fail(error: unknown): void {
    if (this.#dead) return;
    this.#die();
    this.#context.fail(isMillraceError(error) ? error : broken(this.#context.node, error));
  }

  #die(): void {
    this.#dead = true;
    this.#held = [];
    this.#subscription.unsubscribe();
  }

  /** For what comes on its own: nobody awaits it, so its failure goes to the run. */
  #sendLater(): void {
    this.#send().catch((error: unknown) => this.#fail(error));
  }

  /** Sends what is held, and what comes while that is on its way; one at a time. */
  #send(): Promise<void> {
    this.#sending ??= this.#sendAll();
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    try {
      // Gathers what comes in this turn, and keeps emissions out of `create`.
      await Promise.resolve();
      while (this.#held.length > 0) {
        const records = this.#held;
        this.#held = [];
        await this.#context.emit(records);
      }
      if (!this.#completed || this.#dead) return;
      if (!this.#ending) this.#context.complete();
      this.#finished.resolve();
    } finally {
      // In the same turn as the last look at `#held`: what comes later must start anew.
      this.#sending = undefined;
    }
  }
}

function broken(node: string, error: unknown): MillraceError {
  const { message } = toError(error);
  return new MillraceError('ERR_CALLBACK', `Cannot run the RxJS operator in "${node}": ${message}`, {
    cause: error,
    node,
  });
}
