import { type ExpansionBounds, Frontier, type Waiting } from './expansion.ts';

/** What may come of a record: nothing, an iterable or an async iterable. */
export type Made<A> = Iterable<A> | AsyncIterable<A> | null | undefined;

/** A call that was begun. */
export interface Begun<A> {
  readonly depth: number;
  readonly made: Promise<Made<A>>;
}

/** Calls that were begun and wait for their turn. */
export class CallsAhead<A> {
  readonly #frontier: Frontier<A>;
  readonly #call: (waiting: Waiting<A>) => Promise<Made<A>>;
  readonly #concurrency: number;
  /** The current one first. */
  readonly #begun: Begun<A>[] = [];
  #current: Begun<A> | undefined;

  constructor(call: (waiting: Waiting<A>) => Promise<Made<A>>, bounds: ExpansionBounds, concurrency: number) {
    this.#call = call;
    this.#frontier = new Frontier(bounds);
    this.#concurrency = concurrency;
  }

  add(record: A, depth: number): void {
    this.#frontier.add(record, depth);
    this.#begin();
  }

  /** The call whose turn it is now; the one before it is over. */
  next(): Begun<A> | undefined {
    if (this.#current !== undefined) this.#begun.shift();
    this.#begin();
    this.#current = this.#begun[0];
    return this.#current;
  }

  #begin(): void {
    while (this.#begun.length < this.#concurrency) {
      const waiting = this.#frontier.take();
      if (waiting === undefined) return;
      const made = this.#call(waiting);
      // Its turn may never come, when one before it fails.
      made.catch(() => {});
      this.#begun.push({ depth: waiting.depth, made });
    }
  }
}
