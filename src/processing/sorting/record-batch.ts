import { BATCH_SIZE } from '../../core/batch.ts';
import type { Deliver } from '../runtime/spill/holder.ts';

/** Bytes of records that are made for one batch at the most. */
const MOST_BATCH = 128 * 1024;

/** Records that leave together. */
export class RecordBatch<T> {
  readonly #deliver: Deliver<T>;
  readonly #records: T[] = [];
  #count = 0;
  #bytes = 0;

  constructor(deliver: Deliver<T>) {
    this.#deliver = deliver;
  }

  get full(): boolean {
    return this.#count >= BATCH_SIZE || this.#bytes >= MOST_BATCH;
  }

  push(record: T, bytes: number): void {
    this.#records[this.#count++] = record;
    this.#bytes += bytes;
  }

  async flush(): Promise<boolean> {
    // V8 would take arrays that are made here for long-lived, and keep what is in them after they are gone.
    const records = this.#records.slice(0, this.#count);
    this.#count = 0;
    this.#bytes = 0;
    return records.length === 0 || this.#deliver(records);
  }
}
