import { CountedOrigin } from '../../../core/batch.ts';
import type { BatchOrigin } from '../../../interfaces/batch.ts';
import type { DuplexContext, DuplexLogic } from '../../../interfaces/operator.ts';
import type { Signal, Watermark } from '../../../interfaces/signal.ts';
import { recordFailure } from '../record-failure.ts';
import type { Holder, HoldingRoom } from './holder.ts';

/** What a holder is made of: the operator's own `spill` option counts besides that of the pipeline. */
export function holdingRoom({ memory, node, spill }: DuplexContext<never>, spills: boolean): HoldingRoom {
  return { memory, node, spill: { enabled: spills && spill.enabled, create: () => spill.create() } };
}

/** Runs an operator that holds everything until the input is over, on the disk where memory does not do. */
export class HoldingLogic<A, B> implements DuplexLogic<A> {
  readonly waitingFor = 'the disk it spills to';
  readonly #context: DuplexContext<B>;
  readonly #holder: Holder<A, B>;
  readonly #doing: string;
  #taken = 0;
  #watermark: Watermark | undefined;
  /** At work on what may not be taken away from it meanwhile. */
  #working = false;
  #over = false;

  /** `doing` is what it does with a record, for errors: `sort`. */
  constructor(holder: Holder<A, B>, doing: string, context: DuplexContext<B>) {
    this.#holder = holder;
    this.#doing = doing;
    this.#context = context;
  }

  write(
    records: readonly A[],
    origin: BatchOrigin = new CountedOrigin('input', this.#taken + 1),
  ): void | Promise<void> {
    const added = this.#add(records, origin, 0);
    this.#taken += records.length;
    if (added < records.length) return this.#work(() => this.#addSpilling(records, origin, added));
  }

  /** Adds records from the one at `from` on, as long as there is room; returns where it stopped. */
  #add(records: readonly A[], origin: BatchOrigin, from: number): number {
    let index = from;
    try {
      while (index < records.length && this.#holder.add(records[index] as A)) index++;
      return index;
    } catch (error) {
      throw recordFailure(this.#doing, this.#context.node, error, origin.at(index));
    }
  }

  async #addSpilling(records: readonly A[], origin: BatchOrigin, from: number): Promise<void> {
    for (let index = from; index < records.length && !this.#over; ) {
      await this.#holder.spill();
      index = this.#add(records, origin, index);
    }
  }

  /** Event time goes on behind the last record, which may be the earliest. */
  signal(signal: Signal): void | Promise<void> {
    if (signal.kind === 'barrier') return this.#context.forward(signal);
    if (signal.idle !== true) this.#watermark = signal;
  }

  async end(): Promise<void> {
    await this.#work(() =>
      this.#holder.drain(async (records) => {
        if (this.#over || this.#context.cancelled) return false;
        await this.#context.emit(records);
        return !this.#over && !this.#context.cancelled;
      }),
    );
    this.#holder.dispose();
    if (this.#watermark !== undefined && !this.#over) await this.#context.forward(this.#watermark);
  }

  abort(): void {
    this.#over = true;
    if (!this.#working) this.#holder.dispose();
  }

  async #work(task: () => Promise<void>): Promise<void> {
    this.#working = true;
    try {
      await task();
    } catch (error) {
      // The files are gone when it was told to give up.
      if (!this.#over) throw recordFailure(this.#doing, this.#context.node, error);
    } finally {
      this.#working = false;
      if (this.#over) this.#holder.dispose();
    }
  }
}
