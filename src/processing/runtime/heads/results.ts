import { BATCH_SIZE, batch, GatheredOrigin } from '../../../core/batch.ts';
import type { BatchOrigin } from '../../../interfaces/batch.ts';
import type { HeadParts } from './head.ts';

/**
 * Gathers the results of an asynchronous stage, which come one by one, and delivers them in batches:
 * as soon as there are enough, else once a turn of the event loop. Holds at most a batch and what is
 * in flight.
 */
export class Results {
  readonly #parts: HeadParts;
  /** Called when a delivery is through, and when there was nothing to deliver. */
  readonly #onIdle: () => void;
  #records: unknown[] = [];
  #origins: BatchOrigin[] = [];
  #indices: number[] = [];
  #delivering: Promise<void> | undefined;
  #scheduled = false;
  #over = false;

  constructor(parts: HeadParts, onIdle: () => void) {
    this.#parts = parts;
    this.#onIdle = onIdle;
  }

  /** What to wait for before more is started; absent while downstream has room. */
  get delivering(): Promise<void> | undefined {
    return this.#delivering;
  }

  /** Records that have not been delivered. */
  get waiting(): number {
    return this.#records.length;
  }

  get empty(): boolean {
    return this.#records.length === 0 && this.#delivering === undefined;
  }

  add(record: unknown, origin: BatchOrigin, index: number): void {
    this.#records.push(record);
    this.#origins.push(origin);
    this.#indices.push(index);
  }

  /** Delivers now when a batch is full, else soon. Also sends dead letters on their way. */
  offer(): void {
    if (this.#records.length >= BATCH_SIZE) this.#deliver();
    else this.schedule();
  }

  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    if (this.#over || this.#delivering !== undefined) return;
    const { run } = this.#parts;
    try {
      const held = this.#send();
      if (held === undefined) {
        this.#onIdle();
        return;
      }
      this.#delivering = held.then(
        () => {
          this.#delivering = undefined;
          if (this.#records.length > 0) this.schedule();
          this.#onIdle();
        },
        (error: unknown) => run.fail(error),
      );
    } catch (error) {
      run.fail(error);
    }
  }

  #send(): void | Promise<void> {
    const { body, node } = this.#parts;
    if (this.#records.length === 0) return node.letters.length === 0 ? undefined : body.flush();
    const gathered = batch(this.#records, new GatheredOrigin(this.#origins, this.#indices));
    this.#records = [];
    this.#origins = [];
    this.#indices = [];
    return body.deliver(gathered);
  }

  /** Nobody wants the results any more. */
  close(): void {
    this.#over = true;
  }
}
