import { setImmediate } from 'node:timers/promises';
import type { Subscriber } from 'rxjs';
import { BATCH_SIZE, batch, CountedOrigin } from '../../core/batch.ts';
import { toError } from '../../core/errors.ts';
import { refuseLateStep } from '../../core/thenable.ts';
import type { ReadContext } from '../../interfaces/reader.ts';
import type { Item } from '../../interfaces/signal.ts';
import type { CountedStanding } from './counted-standing.ts';

/** Values that are there without waiting. */
export interface SyncSource<T> {
  /** The next `size` records or fewer; none at the end. Throws what the source throws. */
  fill(size: number): readonly T[];
  /** Passes over at most so many records, at once; tells how many it were, none at the end. */
  pass(count: number): number;
  /** Leaves the source, if it has not ended. */
  close(): void;
}

/** Batches that are passed over in one turn of the event loop. */
const TURN = 64;

/** Emits the records of a source that are left, in full batches. Never rejects: the subscriber gets the error. */
export async function pullSync<T>(
  source: SyncSource<T>,
  standing: CountedStanding,
  { demand, signal }: ReadContext,
  subscriber: Subscriber<Item<T>>,
): Promise<void> {
  await demand.ready();
  try {
    for (let left = standing.records, turn = 1; left > 0 && !subscriber.closed; turn++) {
      const passed = source.pass(left);
      if (passed === 0) throw standing.endsBefore(left);
      left -= passed;
      if (turn % TURN === 0) await setImmediate();
    }
    while (!subscriber.closed && !signal.aborted) {
      const records = source.fill(BATCH_SIZE);
      if (records.length === 0) return subscriber.complete();
      const origin = new CountedOrigin(standing.label, standing.records + 1);
      standing.add(records.length);
      subscriber.next(batch(records, origin));
      if (demand.paused) await demand.ready();
    }
  } catch (error) {
    subscriber.error(toError(error));
  }
}

/** The elements of an array, or of what looks like one; holes are `undefined`. */
export class ArraySource<T> implements SyncSource<T> {
  readonly #array: ArrayLike<T>;
  #at = 0;

  constructor(array: ArrayLike<T>) {
    this.#array = array;
  }

  fill(size: number): readonly T[] {
    const from = this.#at;
    this.#at = Math.min(from + size, this.#array.length);
    // Array.from costs ten times as much, and slice keeps the kind of the elements.
    return Array.prototype.slice.call(this.#array, from, this.#at);
  }

  pass(count: number): number {
    const passed = Math.min(count, this.#array.length - this.#at);
    this.#at += passed;
    return passed;
  }

  close(): void {}
}

/** What an iterator gives. What came before a throw is handed out before it. */
export class IteratorSource<T> implements SyncSource<T> {
  readonly #iterator: Iterator<T>;
  #ended = false;
  #thrown: { readonly error: unknown } | undefined;

  constructor(iterator: Iterator<T>) {
    this.#iterator = iterator;
  }

  fill(size: number): readonly T[] {
    const records: T[] = [];
    const iterator = this.#iterator;
    try {
      for (let count = this.#ended ? size : 0; count < size; count++) {
        const step = iterator.next();
        if (step.done === true) {
          this.#ended = true;
          break;
        }
        // Almost all say false: a call for each record would cost as much as the record.
        if (step.done === undefined) refuseLateStep(step);
        records.push(step.value);
      }
    } catch (error) {
      this.#ended = true;
      this.#thrown = { error };
    }
    if (records.length === 0 && this.#thrown !== undefined) throw this.#thrown.error;
    return records;
  }

  pass(count: number): number {
    return this.fill(Math.min(count, BATCH_SIZE)).length;
  }

  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#iterator.return?.();
  }
}
