import type { Batch } from '../../interfaces/batch.ts';
import type { Sink, Writer } from '../../interfaces/writer.ts';

/** A writer that keeps what it was given. */
export interface ArrayWriter<T> extends Writer<T> {
  /** The records of the run that completed last; none before that. */
  readonly records: readonly T[];
}

/**
 * A writer that gathers the records in an array, all of them in memory. As with a file, they appear
 * when the run has completed, and not at all when it fails; runs at the same time do not mix. They are gone with the
 * process, so that no checkpoint can hold them.
 *
 * @example
 * ```ts
 * import { from, pipeline, run, toArray } from 'millrace';
 *
 * const out = toArray<number>();
 * await run(pipeline('copy', [from([1, 2, 3]).to(out)]));
 * console.log(out.records); // [1, 2, 3]
 * ```
 */
export function toArray<T>(): ArrayWriter<T> {
  let completed: readonly T[] = [];
  return Object.freeze({
    name: 'array',
    label: 'array',
    traits: Object.freeze({ commit: 'whole' as const }),
    get records() {
      return completed;
    },
    open: async () =>
      new ArraySink<T>((records) => {
        completed = records;
      }),
  });
}

class ArraySink<T> implements Sink<T> {
  readonly #publish: (records: readonly T[]) => void;
  #records: T[] = [];

  constructor(publish: (records: readonly T[]) => void) {
    this.#publish = publish;
  }

  write({ records }: Batch<T>): void {
    for (const record of records) this.#records.push(record);
  }

  async close(): Promise<void> {
    this.#publish(this.#records);
  }

  async abort(): Promise<void> {
    this.#records = [];
  }
}
