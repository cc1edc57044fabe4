import { from, type InteropObservable, Observable, type Subscriber, takeWhile, throwError } from 'rxjs';
import { BATCH_SIZE, batch, CountedOrigin } from '../../core/batch.ts';
import { MillraceError, toError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import type { ReadContext, Reader } from '../../interfaces/reader.ts';
import type { Item } from '../../interfaces/signal.ts';
import { inputTraits } from './input-traits.ts';
import { OVERFLOW_HINT, type OverflowOptions, OverflowSchema, type OverflowSettings } from './overflow.ts';
import { RecordQueue } from './record-queue.ts';

/** What pushes on its own: an Observable, of RxJS or of another library. */
export type PushInput<T> = Observable<T> | InteropObservable<T>;

const LABEL = 'observable';

/**
 * A reader of a source that pushes and cannot be held back. What arrives while the graph is full waits
 * in a bounded buffer; `overflow` says what happens when that is full too. Dropped records are counted
 * in the run's metrics as `overflowed`.
 *
 * Each run subscribes to the Observable, and unsubscribes at its end. Without options the reader says
 * in `problem` what is missing, and opening it fails with `ERR_OPTIONS`.
 *
 * @throws MillraceError `ERR_OPTIONS` for an unknown strategy or a missing `size`. The Observable fails
 * with `ERR_OVERFLOW` when the strategy says so, and with what the source fails with.
 * @example
 * ```ts
 * import { from } from 'millrace';
 * import { interval } from 'rxjs';
 *
 * const ticks = from(interval(10), { overflow: 'drop-oldest', size: 100 });
 * ```
 */
export function observableReader<T>(input: PushInput<T>, options?: OverflowOptions): Reader<T> {
  const base = { name: 'observable', label: LABEL, traits: inputTraits(false) };
  if (options === undefined) {
    const problem = `it pushes on its own and has no overflow strategy. ${OVERFLOW_HINT}`;
    return Object.freeze({
      ...base,
      problem,
      open: () =>
        throwError(
          () =>
            new MillraceError('ERR_OPTIONS', 'Cannot read from an Observable: it has no overflow strategy', {
              hint: OVERFLOW_HINT,
            }),
        ),
    });
  }
  const settings = parseOptions(OverflowSchema, options, 'an Observable');
  const drops = settings.overflow !== 'buffer' && settings.overflow !== 'fail';
  return Object.freeze({
    ...base,
    traits: Object.freeze({ ...base.traits, repeats: !drops }),
    open: (context: ReadContext) =>
      new Observable<Item<T>>((subscriber) => {
        const intake = new Intake(settings, context, subscriber);
        return from(input)
          .pipe(takeWhile(() => !subscriber.closed))
          .subscribe({
            next: (record) => intake.push(record),
            error: (error) => intake.end({ error: toError(error) }),
            complete: () => intake.end(undefined),
          });
      }),
  });
}

/**
 * Takes what is pushed. Records of one turn leave together, in a microtask after it or when the buffer
 * is full; while the graph is full, they wait.
 */
class Intake<T> {
  readonly #settings: OverflowSettings;
  readonly #context: ReadContext;
  readonly #subscriber: Subscriber<Item<T>>;
  readonly #queue: RecordQueue<T>;
  #first = 1;
  #scheduled = false;
  #ending: { readonly failure: { readonly error: Error } | undefined } | undefined;

  constructor(settings: OverflowSettings, context: ReadContext, subscriber: Subscriber<Item<T>>) {
    this.#settings = settings;
    this.#context = context;
    this.#subscriber = subscriber;
    this.#queue = new RecordQueue(settings.overflow === 'latest' ? 1 : settings.size);
    context.stopping(() => {
      if (this.#queue.length > 0 && !subscriber.closed) this.#emit(this.#queue.take(this.#queue.length));
    });
  }

  push(record: T): void {
    if (this.#queue.full && !this.#context.demand.paused) {
      if (this.#queue.capacity === 0) {
        this.#emit([record]);
        return;
      }
      this.#drain();
    }
    if (this.#queue.full && !this.#makeRoom()) return;
    this.#queue.push(record);
    this.#schedule();
  }

  end(failure: { readonly error: Error } | undefined): void {
    this.#ending = { failure };
    this.#schedule();
  }

  /** Whether the new record may come in. */
  #makeRoom(): boolean {
    const { overflow } = this.#settings;
    if (overflow === 'buffer' || overflow === 'fail') {
      const { capacity } = this.#queue;
      this.#subscriber.error(
        new MillraceError(
          'ERR_OVERFLOW',
          `Cannot hold more records of the ${LABEL}: ${capacity} wait while the graph is full`,
          { hint: 'Raise size, or choose drop-newest, drop-oldest or latest.', details: { size: capacity } },
        ),
      );
      return false;
    }
    this.#context.overflowed(1);
    if (overflow === 'drop-newest') return false;
    this.#queue.dropOldest();
    return true;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => void this.#run());
  }

  async #run(): Promise<void> {
    const { demand, signal } = this.#context;
    while (this.#queue.length > 0 && !this.#subscriber.closed && !signal.aborted) {
      if (demand.paused) await demand.ready();
      else this.#drain();
    }
    this.#scheduled = false;
    if (signal.aborted) return;
    if (this.#ending === undefined) return;
    if (this.#ending.failure === undefined) this.#subscriber.complete();
    else this.#subscriber.error(this.#ending.failure.error);
  }

  /** Emits what waits, as long as the graph has room. */
  #drain(): void {
    const { demand } = this.#context;
    do {
      const records = this.#queue.take(BATCH_SIZE);
      if (records.length > 0) this.#emit(records);
    } while (this.#queue.length > 0 && !demand.paused && !this.#subscriber.closed);
  }

  #emit(records: readonly T[]): void {
    const origin = new CountedOrigin(LABEL, this.#first);
    this.#first += records.length;
    this.#subscriber.next(batch(records, origin));
  }
}
