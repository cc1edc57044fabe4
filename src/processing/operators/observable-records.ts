import type { Observable, Subscription } from 'rxjs';
import { MillraceError } from '../../core/errors.ts';
import { Fifo } from './fifo.ts';

/**
 * The records of an Observable as an async iterable: subscribed to when the first is pulled. An Observable
 * cannot be held back, so what it emits meanwhile is held, up to `buffer` records; one more fails.
 */
export class ObservableRecords<B> implements AsyncIterable<B>, AsyncIterator<B, undefined> {
  readonly #observable: Observable<B>;
  readonly #signal: AbortSignal;
  readonly #buffer: number;
  readonly #held = new Fifo<B>();
  #subscription: Subscription | undefined;
  #waiting: PromiseWithResolvers<IteratorResult<B, undefined>> | undefined;
  #ended: { readonly error?: unknown } | undefined;

  constructor(observable: Observable<B>, signal: AbortSignal, buffer: number) {
    this.#observable = observable;
    this.#signal = signal;
    this.#buffer = buffer;
  }

  [Symbol.asyncIterator](): AsyncIterator<B, undefined> {
    this.#signal.addEventListener('abort', this.#abandon, { once: true });
    return this;
  }

  async next(): Promise<IteratorResult<B, undefined>> {
    this.#subscription ??= this.#observable.subscribe({
      next: (record) => this.#take(record),
      error: (error) => this.#end({ error }),
      complete: () => this.#end({}),
    });
    // It may have emitted too much while it was being subscribed to.
    if (this.#ended !== undefined) this.#subscription.unsubscribe();
    if (this.#held.length > 0) return { done: false, value: this.#held.shift() };
    if (this.#ended !== undefined) {
      if ('error' in this.#ended) throw this.#ended.error;
      return { done: true, value: undefined };
    }
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  async return(): Promise<IteratorResult<B, undefined>> {
    this.#abandon();
    return { done: true, value: undefined };
  }

  readonly #abandon = (): void => {
    this.#held.clear();
    this.#end({});
  };

  #take(record: B): void {
    if (this.#ended !== undefined) return;
    if (this.#waiting !== undefined) {
      this.#waiting.resolve({ done: false, value: record });
      this.#waiting = undefined;
    } else if (this.#held.length < this.#buffer) this.#held.push(record);
    else {
      this.#held.clear();
      this.#end({ error: overflow(this.#buffer) });
    }
  }

  #end(ended: { readonly error?: unknown }): void {
    if (this.#ended !== undefined) return;
    this.#ended = ended;
    this.#signal.removeEventListener('abort', this.#abandon);
    this.#subscription?.unsubscribe();
    if ('error' in ended) this.#waiting?.reject(ended.error);
    else this.#waiting?.resolve({ done: true, value: undefined });
  }
}

function overflow(buffer: number): MillraceError {
  return new MillraceError(
    'ERR_OVERFLOW',
    `its Observable emitted more than ${buffer} records before downstream took them`,
    {
      hint: 'Give concatMap() a larger buffer, or return what waits: an iterable, an async iterable, a flow.',
    },
  );
}
