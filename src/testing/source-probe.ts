import { Observable, type Subscriber } from 'rxjs';
import { batch, CountedOrigin } from '../core/batch.ts';
import { MillraceError } from '../core/errors.ts';
import type { ReadContext, Reader } from '../interfaces/reader.ts';
import type { Item, Signal } from '../interfaces/signal.ts';

/** A reader that a test plays by hand, for one run. */
export interface SourceProbe<T> extends Reader<T> {
  /** Whether a run has it open. */
  readonly isOpen: boolean;
  /** Whether the run holds it back. */
  readonly paused: boolean;
  /** Resolves when a run has opened it. */
  opened(): Promise<void>;
  /** Resolves when the run has room. */
  ready(): Promise<void>;
  /** Emits one batch, whether the run has room or not. */
  push(...records: readonly T[]): void;
  /** Emits a watermark or a barrier. */
  signal(signal: Signal): void;
  complete(): void;
  fail(error: unknown): void;
}

/**
 * A source that emits what it is told, when it is told.
 *
 * @example
 * ```ts
 * import { pipeline, readFrom, start, toArray } from 'millrace';
 * import { probeSource } from 'millrace/testing';
 *
 * const source = probeSource<number>();
 * const out = toArray<number>();
 * const live = start(pipeline('by-hand', [readFrom(source).to(out)]));
 * await source.opened();
 * source.push(1, 2, 3);
 * source.complete();
 * await live.done;
 * ```
 */
export function probeSource<T>(): SourceProbe<T> {
  return new HandSource<T>();
}

class HandSource<T> implements SourceProbe<T> {
  readonly name = 'probe';
  readonly label = 'probe';
  readonly traits = { bounded: false, replay: 'none', splittable: false } as const;
  readonly #opened = Promise.withResolvers<void>();
  #context: ReadContext | undefined;
  #subscriber: Subscriber<Item<T>> | undefined;
  #first = 1;

  get isOpen(): boolean {
    return this.#subscriber !== undefined && !this.#subscriber.closed;
  }

  get paused(): boolean {
    return this.#context?.demand.paused ?? true;
  }

  open(context: ReadContext): Observable<Item<T>> {
    return new Observable((subscriber) => {
      if (this.isOpen) throw new MillraceError('ERR_INTERNAL', 'Cannot open the probe: a run has it open');
      this.#context = context;
      this.#subscriber = subscriber;
      this.#opened.resolve();
    });
  }

  opened(): Promise<void> {
    return this.#opened.promise;
  }

  async ready(): Promise<void> {
    await this.opened();
    await this.#context?.demand.ready();
  }

  push(...records: readonly T[]): void {
    const origin = new CountedOrigin(this.label, this.#first);
    this.#first += records.length;
    this.#target().next(batch(records, origin));
  }

  signal(signal: Signal): void {
    this.#target().next(signal);
  }

  complete(): void {
    this.#target().complete();
  }

  fail(error: unknown): void {
    this.#target().error(error);
  }

  #target(): Subscriber<Item<T>> {
    if (this.#subscriber !== undefined) return this.#subscriber;
    throw new MillraceError('ERR_INTERNAL', 'Cannot emit from the probe: no run has opened it');
  }
}
