import { GatheredOrigin } from '../../core/batch.ts';
import type { BatchOrigin } from '../../interfaces/batch.ts';
import type { Signal } from '../../interfaces/signal.ts';

interface Waiting<A> {
  readonly record: A;
  readonly origin: BatchOrigin;
  readonly index: number;
  /** When it may leave. */
  readonly due: number;
  /** What comes before it in the line. */
  signals: readonly Signal[];
}

/** Records that leave the line together. */
export interface Leaving<A> {
  readonly records: readonly A[];
  readonly origin: BatchOrigin;
}

const NONE: readonly Signal[] = Object.freeze([]);

/** So many places in front may be empty before those behind them move up. */
const SLACK = 1024;

/**
 * Records that wait, in order, with the signals in their places between them. Of watermarks with no record
 * between them only the last is kept, so that the line is no longer than its records and the barriers on their way.
 */
export class WaitingLine<A> {
  #places: Waiting<A>[] = [];
  #front = 0;
  /** Signals behind the last record. */
  #signals: readonly Signal[] = NONE;

  /** Records in the line. */
  get size(): number {
    return this.#places.length - this.#front;
  }

  get empty(): boolean {
    return this.size === 0 && this.#signals.length === 0;
  }

  /** When the first record may leave; absent when there is none. */
  get due(): number | undefined {
    return this.#places[this.#front]?.due;
  }

  add(record: A, origin: BatchOrigin, index: number, due = 0): void {
    this.#places.push({ record, origin, index, due, signals: this.#signals });
    this.#signals = NONE;
  }

  addSignal(signal: Signal): void {
    this.#signals = appended(this.#signals, signal);
  }

  /** Takes the signals in front of the first record. */
  takeSignals(): readonly Signal[] {
    const first = this.#places[this.#front];
    const signals = first === undefined ? this.#signals : first.signals;
    if (first === undefined) this.#signals = NONE;
    else first.signals = NONE;
    return signals;
  }

  /** Takes at most `most` records from the front that are due at `now`, as far as no signal lies between them. */
  take(most: number, now = 0): Leaving<A> | undefined {
    const places = this.#places;
    const first = this.#front;
    let end = first;
    while (end < places.length && end - first < most) {
      const { due, signals } = places[end]!;
      if (due > now || signals.length > 0) break;
      end++;
    }
    if (end === first) return undefined;
    const taken = places.slice(first, end);
    this.#moveFront(end);
    return {
      records: taken.map(({ record }) => record),
      origin: new GatheredOrigin(
        taken.map(({ origin }) => origin),
        taken.map(({ index }) => index),
      ),
    };
  }

  /** The last record in the line. */
  get last(): A | undefined {
    return this.#places.at(-1)?.record;
  }

  /** Puts another record in the place of the last one: in front of the signals behind that. */
  replaceLast(record: A, origin: BatchOrigin, index: number): void {
    const { due, signals } = this.#places.at(-1)!;
    this.#places[this.#places.length - 1] = { record, origin, index, due, signals };
  }

  /** Drops the first record; the signals in front of it keep their place. */
  dropFirst(): void {
    const { signals } = this.#places[this.#front]!;
    this.#moveFront(this.#front + 1);
    const next = this.#places[this.#front];
    if (next === undefined) this.#signals = this.#signals.reduce(appended, signals);
    else next.signals = next.signals.reduce(appended, signals);
  }

  clear(): void {
    this.#places = [];
    this.#front = 0;
    this.#signals = NONE;
  }

  #moveFront(to: number): void {
    // What has left must not be kept alive by its place.
    this.#places.fill(undefined as never, this.#front, to);
    this.#front = to;
    if (to < SLACK || to * 2 < this.#places.length) return;
    this.#places = this.#places.slice(to);
    this.#front = 0;
  }
}

/** Signals with one more. A watermark takes the place of one that nothing lies behind. */
export function appended(signals: readonly Signal[], signal: Signal): readonly Signal[] {
  if (signal.kind === 'barrier') return [...signals, signal];
  let end = signals.length;
  while (end > 0 && replaces(signal, signals[end - 1]!)) end--;
  return [...signals.slice(0, end), signal];
}

function replaces(later: Signal, earlier: Signal): boolean {
  if (later.kind === 'barrier' || earlier.kind === 'barrier') return false;
  // That nothing comes does not say what time it is: the time before it is kept.
  return later.idle !== true || earlier.idle === true;
}
