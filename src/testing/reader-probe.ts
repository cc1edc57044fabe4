import { systemClock } from '../core/clock.ts';
import { DemandGate } from '../core/demand.ts';
import type { Origin } from '../interfaces/batch.ts';
import type { Clock } from '../interfaces/clock.ts';
import type { DecodeFailure, Replacement } from '../interfaces/failure.ts';
import type { ReadContext, Reader } from '../interfaces/reader.ts';
import type { Item } from '../interfaces/signal.ts';

/** How a probed reader is treated. */
export interface ReaderProbeOptions {
  /** The verdict on a bad record: what to put in its place, or `undefined` to drop it. @default drops */
  readonly failed?: (failure: DecodeFailure) => Replacement | undefined;
  /** @default the system's */
  readonly clock?: Clock;
  /** A position of an earlier probe, to go on from. @default the beginning */
  readonly from?: unknown;
}

/** A reader that was opened by hand, with explicit demand: nothing may come before it is asked for. */
export interface ReaderProbe<T> {
  /** What came so far, signals included. */
  readonly items: readonly Item<T>[];
  readonly records: readonly T[];
  /** The origin of each record. */
  readonly origins: readonly Origin[];
  readonly failures: readonly DecodeFailure[];
  /** Items that came while the demand was paused: there must be none. */
  readonly unasked: number;
  /** Records that an overflow strategy dropped. */
  readonly overflowed: number;
  /** Bytes that were taken from the outside. */
  readonly consumed: number;
  readonly state: 'open' | 'completed' | 'failed' | 'closed';
  /** What it failed with. */
  readonly error: unknown;
  /** Where reading stands, as the reader tells it; `undefined` while it cannot tell, or never does. */
  readonly position: unknown;
  /** Asks for `count` more batches; resolves when they are there, or nothing more will come. */
  request(count: number): Promise<void>;
  /** Asks for everything; resolves with all records, rejects with the reader's error. */
  rest(): Promise<readonly T[]>;
  /** Aborts the run's signal, without unsubscribing. */
  abort(): void;
  /** Unsubscribes; resolves when all is closed that the reader handed in. */
  close(): Promise<void>;
}

/**
 * Opens a reader and subscribes, asking for nothing yet.
 *
 * @example
 * ```ts
 * import { probeReader } from 'millrace/testing';
 *
 * declare const reader: import('millrace').Reader<string>;
 * const probe = probeReader(reader);
 * await probe.request(1);
 * console.log(probe.records, probe.unasked); // unasked: 0
 * await probe.close();
 * ```
 */
export function probeReader<T>(reader: Reader<T>, options: ReaderProbeOptions = {}): ReaderProbe<T> {
  return new Probe(reader, options);
}

class Probe<T> implements ReaderProbe<T> {
  readonly items: Item<T>[] = [];
  readonly records: T[] = [];
  readonly origins: Origin[] = [];
  readonly failures: DecodeFailure[] = [];
  unasked = 0;
  overflowed = 0;
  consumed = 0;
  state: 'open' | 'completed' | 'failed' | 'closed' = 'open';
  error: unknown;
  #position: () => unknown = () => undefined;
  readonly #gate = new DemandGate();
  readonly #abort = new AbortController();
  readonly #closing: Promise<unknown>[] = [];
  readonly #unsubscribe: () => void;
  #asked = 0;
  #arrived: (() => void) | undefined;

  constructor(reader: Reader<T>, options: ReaderProbeOptions) {
    this.#gate.pause();
    const subscription = reader.open(this.#context(options)).subscribe({
      next: (item) => this.#take(item),
      error: (error) => {
        this.error = error;
        this.#end('failed');
      },
      complete: () => this.#end('completed'),
    });
    this.#unsubscribe = () => subscription.unsubscribe();
  }

  get position(): unknown {
    return this.#position();
  }

  async request(count: number): Promise<void> {
    this.#asked += count;
    if (this.state !== 'open' || this.#asked === 0) return;
    await new Promise<void>((resolve) => {
      this.#arrived = resolve;
      this.#gate.resume();
    });
  }

  async rest(): Promise<readonly T[]> {
    await this.request(Number.POSITIVE_INFINITY);
    if (this.state === 'failed') throw this.error;
    return this.records;
  }

  abort(): void {
    this.#abort.abort();
    this.#gate.resume();
  }

  async close(): Promise<void> {
    if (this.state === 'open') this.#end('closed');
    this.#abort.abort();
    this.#unsubscribe();
    this.#gate.resume();
    await Promise.allSettled(this.#closing);
  }

  #context({ failed, clock, from }: ReaderProbeOptions): ReadContext {
    return {
      ...(from !== undefined && { from }),
      positioned: (position) => {
        this.#position = position;
        return () => undefined;
      },
      demand: this.#gate,
      signal: this.#abort.signal,
      clock: clock ?? systemClock,
      failed: (failure) => {
        this.failures.push(failure);
        return failed?.(failure);
      },
      closing: (closed) => {
        closed.catch(() => undefined);
        this.#closing.push(closed);
      },
      expected: () => undefined,
      consumed: (bytes) => {
        this.consumed += bytes;
      },
      stopping: () => undefined,
      overflowed: (records) => {
        this.overflowed += records;
      },
    };
  }

  #take(item: Item<T>): void {
    if (this.#gate.paused || this.state !== 'open') this.unasked++;
    this.items.push(item);
    if (item.kind !== 'batch') return;
    for (const [index, record] of item.records.entries()) {
      this.records.push(record);
      this.origins.push(item.origin.at(index));
    }
    this.#asked--;
    if (this.#asked > 0) return;
    this.#gate.pause();
    this.#wake();
  }

  #end(state: 'completed' | 'failed' | 'closed'): void {
    this.state = state;
    this.#wake();
  }

  #wake(): void {
    this.#arrived?.();
    this.#arrived = undefined;
  }
}
