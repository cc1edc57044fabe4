import { keyId } from '../key-id.ts';
import type { CountedWindow } from './window.ts';
import {
  checkRoom,
  type Entry,
  entryResult,
  newEntry,
  type WindowEngine,
  type WindowSetup,
} from './window-engine.ts';

interface Counted extends Entry {
  /** Numbers of its first record, and of the one behind its last, in the flow. */
  readonly start: number;
  end: number;
  records: number;
}

interface CountedState {
  readonly number: number;
  readonly open: readonly Counted[];
}

/** Windows of so many records of a key: at most one for each key is open. */
export class CountedWindows<T> implements WindowEngine<T> {
  readonly time = Number.NEGATIVE_INFINITY;
  readonly next = Number.POSITIVE_INFINITY;
  readonly #setup: WindowSetup<T>;
  readonly #size: number;
  readonly #open = new Map<unknown, Counted>();
  #number = 0;

  constructor(setup: WindowSetup<T>, { size }: CountedWindow) {
    this.#setup = setup;
    this.#size = size;
  }

  add(record: T): void {
    const { key: keyOf, accumulators, early } = this.#setup;
    const key = keyOf(record);
    const id = keyId(key);
    let counted = this.#open.get(id);
    if (counted === undefined) {
      checkRoom(this.#setup, this.#open.size, 1);
      const entry = newEntry(this.#setup, key, record);
      counted = { ...entry, start: this.#number, end: this.#number, records: 0 };
      this.#open.set(id, counted);
    } else {
      accumulators.add(counted.states, record);
      counted.fresh++;
    }
    counted.end = ++this.#number;
    counted.records++;
    if (counted.records === this.#size) {
      this.#open.delete(id);
      this.#setup.emit(entryResult(this.#setup, counted, counted, 'on-time'));
    } else if (counted.fresh === early?.count) {
      this.#setup.emit(entryResult(this.#setup, counted, counted, 'early'));
    }
  }

  advance(): undefined {}

  *end(): Generator<unknown> {
    for (const counted of this.#open.values()) yield entryResult(this.#setup, counted, counted, 'on-time');
    this.#open.clear();
  }

  snapshot(): CountedState {
    return { number: this.#number, open: [...this.#open.values()] };
  }

  restore(state: unknown): void {
    const { number, open } = state as CountedState;
    this.#number = number;
    for (const counted of open) this.#open.set(keyId(counted.key), counted);
  }
}
