import { MillraceError } from '../core/errors.ts';
import type { Batch } from '../interfaces/batch.ts';
import type { Sink, WriteContext, Writer } from '../interfaces/writer.ts';

/** A writer that takes records when a test tells it to, for one run. */
export interface SinkProbe<T> extends Writer<T> {
  /** What was taken. */
  readonly records: readonly T[];
  /** Records of the batch in hand that were not asked for yet. */
  readonly waiting: number;
  readonly state: 'unopened' | 'open' | 'closed' | 'aborted';
  /** Why it was aborted. */
  readonly cause: unknown;
  /** Resolves when a run has opened it. */
  opened(): Promise<void>;
  /** Takes `count` more records; resolves when they are there, or nothing more will come. */
  request(count: number): Promise<void>;
  /** Takes all that comes; resolves when nothing more will. */
  rest(): Promise<readonly T[]>;
  /** Lets the batch in hand fail, or the next one: none of its records is taken then. */
  fail(error: unknown): void;
}

/** A batch in hand. */
interface Held<T> {
  readonly records: readonly T[];
  /** How many of them were taken. */
  taken: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A sink with explicit demand: it takes so many records as were asked for, and holds the run back in between,
 * in the middle of a batch, too.
 *
 * @example
 * ```ts
 * import { from, pipeline, start } from 'millrace';
 * import { probeSink } from 'millrace/testing';
 *
 * const sink = probeSink<number>();
 * const live = start(pipeline('slow', from([1, 2, 3]).to(sink)));
 * await sink.request(2);
 * console.log(sink.records, sink.waiting); // [1, 2] 1
 * await sink.rest();
 * await live.done;
 * ```
 */
export function probeSink<T>(): SinkProbe<T> {
  return new HandSink<T>();
}

class HandSink<T> implements SinkProbe<T>, Sink<T> {
  readonly name = 'probe';
  readonly label = 'probe';
  readonly traits = { commit: 'none' } as const;
  readonly records: T[] = [];
  state: SinkProbe<T>['state'] = 'unopened';
  cause: unknown;
  readonly #opened = Promise.withResolvers<void>();
  #asked = 0;
  #held: Held<T> | undefined;
  #fault: { readonly error: unknown } | undefined;
  /** Those who wait until so many records in all were taken. */
  readonly #waiters: { readonly until: number; readonly resolve: () => void }[] = [];

  get waiting(): number {
    return this.#held === undefined ? 0 : this.#held.records.length - this.#held.taken;
  }

  async open({ signal }: WriteContext): Promise<Sink<T>> {
    if (this.state !== 'unopened') {
      throw new MillraceError('ERR_INTERNAL', 'Cannot open the probe: a run has opened it before');
    }
    this.state = 'open';
    signal.addEventListener('abort', () => this.#giveBack(signal.reason), { once: true });
    this.#opened.resolve();
    return this;
  }

  opened(): Promise<void> {
    return this.#opened.promise;
  }

  request(count: number): Promise<void> {
    this.#asked += count;
    const until = this.records.length + this.#asked;
    this.#take();
    if (this.#over || this.records.length >= until) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ until, resolve }));
  }

  async rest(): Promise<readonly T[]> {
    await this.request(Number.POSITIVE_INFINITY);
    return this.records;
  }

  fail(error: unknown): void {
    if (this.#held === undefined) this.#fault = { error };
    else this.#giveBack(error);
  }

  write({ records }: Batch<T>): void | Promise<void> {
    const fault = this.#fault;
    this.#fault = undefined;
    if (fault !== undefined) throw fault.error;
    if (records.length === 0) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#held = { records, taken: 0, resolve, reject };
    this.#take();
    return promise;
  }

  async close(): Promise<void> {
    this.#end('closed');
  }

  async abort(cause: unknown): Promise<void> {
    this.cause = cause;
    this.#end('aborted');
  }

  get #over(): boolean {
    return this.state === 'closed' || this.state === 'aborted';
  }

  /** Takes what was asked for, as far as it is there. */
  #take(): void {
    const held = this.#held;
    if (held === undefined) return;
    const count = Math.min(this.#asked, held.records.length - held.taken);
    for (const record of held.records.slice(held.taken, held.taken + count)) this.records.push(record);
    held.taken += count;
    this.#asked -= count;
    if (held.taken === held.records.length) {
      this.#held = undefined;
      held.resolve();
    }
    this.#wake();
  }

  #giveBack(error: unknown): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    this.records.length -= held.taken;
    this.#asked += held.taken;
    held.reject(error);
  }

  #end(state: 'closed' | 'aborted'): void {
    this.state = state;
    this.#wake();
  }

  #wake(): void {
    const ready = this.#waiters.filter(({ until }) => this.#over || until <= this.records.length);
    for (const waiter of ready) {
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      waiter.resolve();
    }
  }
}
