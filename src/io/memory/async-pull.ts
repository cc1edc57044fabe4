import type { Subscriber } from 'rxjs';
import { BATCH_SIZE, batch, CountedOrigin } from '../../core/batch.ts';
import { toError } from '../../core/errors.ts';
import type { ReadContext } from '../../interfaces/reader.ts';
import type { Item } from '../../interfaces/signal.ts';

/** What is pulled: an async iterator, or something that is made to look like one. */
export interface PullSource<T> {
  next(): Promise<IteratorResult<T, unknown>>;
  return?(): Promise<unknown> | undefined;
}

/**
 * Emits what a source hands out one by one. Records that arrive in the same turn of the event loop
 * leave together; none waits for a later one. While the graph is full, one record at the most is asked
 * for and held.
 */
export class AsyncPull<T> {
  readonly #source: PullSource<T>;
  readonly #label: string;
  readonly #context: ReadContext;
  readonly #subscriber: Subscriber<Item<T>>;
  #held: T[] = [];
  #first = 1;
  #due: NodeJS.Immediate | undefined;
  #asking = false;
  #ended = false;

  constructor(source: PullSource<T>, label: string, context: ReadContext, subscriber: Subscriber<Item<T>>) {
    this.#source = source;
    this.#label = label;
    this.#context = context;
    this.#subscriber = subscriber;
    context.stopping(() => this.#emit());
  }

  /** Never rejects: the subscriber gets the error, after the records that came before it. */
  async run(): Promise<void> {
    const subscriber = this.#subscriber;
    try {
      await this.#pull();
    } catch (error) {
      this.#ended = true;
      await this.#flush();
      subscriber.error(toError(error));
      return;
    }
    await this.#flush();
    if (this.#ended) subscriber.complete();
  }

  /**
   * Leaves the source. A `next` that is under way is not waited for: it may never settle, and a
   * generator's `return` waits behind it.
   */
  close(): void {
    clearImmediate(this.#due);
    if (this.#ended) return;
    this.#ended = true;
    const left = leave(this.#source);
    left.catch(ignore);
    if (!this.#asking) this.#context.closing(left);
  }

  async #pull(): Promise<void> {
    const { demand } = this.#context;
    await demand.ready();
    while (!this.#over()) {
      this.#asking = true;
      const step = await this.#source.next();
      this.#asking = false;
      if (this.#over()) return;
      if (step.done === true) {
        this.#ended = true;
        return;
      }
      this.#held.push(step.value);
      if (this.#held.length >= BATCH_SIZE || demand.paused) await this.#flush();
      else this.#due ??= setImmediate(this.#onDue);
      if (demand.paused) await demand.ready();
    }
  }

  #over(): boolean {
    return this.#subscriber.closed || this.#context.signal.aborted;
  }

  /** Emits what is held as soon as the graph has room. */
  async #flush(): Promise<void> {
    const { demand, signal } = this.#context;
    while (demand.paused && !this.#subscriber.closed && !signal.aborted) await demand.ready();
    if (!demand.paused) this.#emit();
  }

  readonly #onDue = (): void => {
    this.#due = undefined;
    void this.#flush();
  };

  #emit(): void {
    clearImmediate(this.#due);
    this.#due = undefined;
    if (this.#held.length === 0 || this.#subscriber.closed) return;
    const records = this.#held;
    this.#held = [];
    const origin = new CountedOrigin(this.#label, this.#first);
    this.#first += records.length;
    this.#subscriber.next(batch(records, origin));
  }
}

/** Whatever `return` does, throw or hand out no promise, it is the run that hears of it. */
async function leave<T>(source: PullSource<T>): Promise<void> {
  await source.return?.();
}

function ignore(): void {}
