import { begun, refuseLateStep } from '../../core/thenable.ts';
import type { Emit, Output } from '../../interfaces/operator.ts';
import type { Mark } from './chain-host.ts';
import { pushedOutput } from './operator-results.ts';

/** The operator that output is deferred for, and where that goes. */
export interface DeferredHost {
  push(record: unknown): Output<unknown>;
  readonly emit: Emit<unknown>;
  /** Whether there is room downstream. */
  free(): boolean;
  /** The operator, or its iterator, threw while it was working on a record. */
  failed(record: unknown, error: unknown): void;
  /** An iterator threw that it had returned when there was no record. */
  broke(error: unknown): void;
  /** Event time goes on to the operator. */
  told(mark: Mark): void;
  /** Event time goes on behind the operator. */
  passed(mark: Mark): void;
}

type Entry =
  | { readonly kind: 'input'; readonly record: unknown }
  | { readonly kind: 'output'; readonly record: unknown; readonly iterator: Iterator<unknown> }
  | { readonly kind: 'late'; readonly iterator: Iterator<unknown>; readonly then: Mark | undefined }
  | { readonly kind: 'mark'; readonly mark: Mark };

/**
 * Output that an operator returned to be pulled, and records that came in meanwhile or when there was
 * enough to send already, in order. Bounded by what one record makes of itself upstream: while something is deferred, no new record enters.
 */
export class Deferred {
  readonly #host: DeferredHost;
  readonly #entries: Entry[] = [];

  constructor(host: DeferredHost) {
    this.#host = host;
  }

  get empty(): boolean {
    return this.#entries.length === 0;
  }

  output(record: unknown, output: Iterable<unknown>): void {
    this.#entries.push(this.#opened(record, output));
  }

  /** Output that no record has led to; event time, if any, goes on behind it. */
  late(output: Iterable<unknown>, then: Mark | undefined): void {
    this.#entries.push({ kind: 'late', iterator: begun(output[Symbol.iterator]()), then });
  }

  input(record: unknown): void {
    this.#entries.push({ kind: 'input', record });
  }

  /** Event time goes on in its place among the records. */
  mark(mark: Mark): void {
    this.#entries.push({ kind: 'mark', mark });
  }

  #opened(record: unknown, output: Iterable<unknown>): Entry {
    return { kind: 'output', record, iterator: begun(pushedOutput(output)[Symbol.iterator]()) };
  }

  /** Pulls at most `most` records, as long as there is room; returns how many it emitted. */
  pull(most: number): number {
    let emitted = 0;
    while (emitted < most && !this.empty && this.#host.free()) {
      const entry = this.#entries[0]!;
      try {
        if (this.#work(entry)) emitted++;
      } catch (error) {
        if (this.#entries[0] === entry) this.#entries.shift();
        if (entry.kind === 'mark') throw error;
        if (entry.kind === 'late') this.#host.broke(error);
        else this.#host.failed(entry.record, error);
      }
    }
    return emitted;
  }

  /** Returns whether that may have emitted a record. */
  #work(entry: Entry): boolean {
    switch (entry.kind) {
      case 'mark':
        this.#entries.shift();
        this.#host.told(entry.mark);
        return false;
      case 'input': {
        this.#entries.shift();
        const more = this.#host.push(entry.record);
        if (more !== undefined) this.#entries.unshift(this.#opened(entry.record, more as Iterable<unknown>));
        return true;
      }
      default: {
        const next = entry.iterator.next();
        refuseLateStep(next);
        if (next.done !== true) {
          this.#host.emit(next.value);
          return true;
        }
        this.#entries.shift();
        if (entry.kind === 'late' && entry.then !== undefined) this.#host.passed(entry.then);
        return false;
      }
    }
  }

  /** Lets go of what is left. */
  close(): void {
    for (const entry of this.#entries.splice(0)) {
      try {
        if ('iterator' in entry) entry.iterator.return?.();
      } catch {
        // The run is over: an iterator that fails while it is let go has nobody left to tell.
      }
    }
  }
}
