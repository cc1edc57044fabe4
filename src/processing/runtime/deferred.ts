import { begun, refuseLateStep } from '../../core/thenable.ts';
import type { Emit, SyncLogic } from '../../interfaces/operator.ts';
import type { Mark } from './chain-host.ts';
import { pushedOutput } from './operator-results.ts';

type Entry =
  | { readonly record: unknown; readonly iterator: Iterator<unknown> }
  | { readonly record: unknown; readonly iterator?: undefined }
  | { readonly mark: Mark; readonly record?: undefined; readonly iterator?: undefined };

/**
 * Output that an operator returned to be pulled, and records that came in meanwhile or when there was
 * enough to send already, in order. Bounded by what one record makes of itself upstream: while something is deferred, no new record enters.
 */
export class Deferred {
  readonly #entries: Entry[] = [];

  get empty(): boolean {
    return this.#entries.length === 0;
  }

  output(record: unknown, output: Iterable<unknown>): void {
    this.#entries.push({ record, iterator: begun(pushedOutput(output)[Symbol.iterator]()) });
  }

  input(record: unknown): void {
    this.#entries.push({ record });
  }

  /** Event time goes on in its place among the records. */
  mark(mark: Mark): void {
    this.#entries.push({ mark });
  }

  /**
   * Pulls at most `most` records, as long as `free()`; returns how many it emitted. `failed` gets
   * what the operator or its iterator threw, with the record it was working on; `marked` event time.
   */
  pull(
    logic: SyncLogic<unknown, unknown>,
    emit: Emit<unknown>,
    most: number,
    free: () => boolean,
    failed: (record: unknown, error: unknown) => void,
    marked: (mark: Mark) => void,
  ): number {
    let emitted = 0;
    while (emitted < most && !this.empty && free()) {
      const entry = this.#entries[0]!;
      if ('mark' in entry) {
        this.#entries.shift();
        marked(entry.mark);
        continue;
      }
      try {
        if (entry.iterator === undefined) {
          this.#entries.shift();
          const more = logic.push(entry.record, emit);
          if (more !== undefined) {
            const iterator = begun(pushedOutput(more)[Symbol.iterator]());
            this.#entries.unshift({ record: entry.record, iterator });
          }
          emitted++;
        } else {
          const next = entry.iterator.next();
          refuseLateStep(next);
          if (next.done === true) this.#entries.shift();
          else {
            emitted++;
            emit(next.value);
          }
        }
      } catch (error) {
        if (this.#entries[0] === entry) this.#entries.shift();
        failed(entry.record, error);
      }
    }
    return emitted;
  }

  /** Lets go of what is left. */
  close(): void {
    for (const { iterator } of this.#entries.splice(0)) {
      try {
        iterator?.return?.();
      } catch {
        // The run is over: an iterator that fails while it is let go has nobody left to tell.
      }
    }
  }
}
