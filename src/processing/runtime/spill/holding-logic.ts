import { CountedOrigin } from '../../../core/batch.ts';
import type { BatchOrigin } from '../../../interfaces/batch.ts';
import type { KeptSpill } from '../../../interfaces/memory.ts';
import type { DuplexContext, DuplexLogic } from '../../../interfaces/operator.ts';
import type { Signal, Watermark } from '../../../interfaces/signal.ts';
import { recordFailure } from '../record-failure.ts';
import { DiskWork } from './disk-work.ts';
import type { Holder, HoldingRoom } from './holder.ts';

/** What a holder is made of: the operator's own `spill` option counts besides that of the pipeline. */
export function holdingRoom({ memory, node, spill }: DuplexContext<never>, spills: boolean): HoldingRoom {
  const { create, reopen } = {
    create: () => spill.create(),
    reopen: (kept: KeptSpill) => spill.reopen(kept),
  };
  return {
    memory,
    node,
    spill: { enabled: spills && spill.enabled, outlives: spill.outlives, create, reopen },
  };
}

interface HeldState {
  readonly taken: number;
  /** How many of those that it gives in the end it had given. */
  readonly given: number;
  readonly watermark: Watermark | undefined;
  readonly held: unknown;
}

/** Runs an operator that holds everything until the input is over, on the disk where memory does not do. */
export class HoldingLogic<A, B> implements DuplexLogic<A> {
  readonly waitingFor = 'the disk it spills to';
  readonly #context: DuplexContext<B>;
  readonly #holder: Holder<A, B>;
  readonly #doing: string;
  #taken = 0;
  #given = 0;
  /** What an earlier run has given. */
  #before = 0;
  #watermark: Watermark | undefined;
  readonly #work: DiskWork;

  /** `doing` is what it does with a record, for errors: `sort`. */
  constructor(holder: Holder<A, B>, doing: string, context: DuplexContext<B>) {
    this.#holder = holder;
    this.#doing = doing;
    this.#context = context;
    this.#work = new DiskWork({ doing, node: context.node, dispose: () => holder.dispose() });
  }

  write(
    records: readonly A[],
    origin: BatchOrigin = new CountedOrigin('input', this.#taken + 1),
  ): void | Promise<void> {
    const added = this.#add(records, origin, 0);
    this.#taken += records.length;
    if (added < records.length) return this.#work.run(() => this.#addSpilling(records, origin, added));
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
    for (let index = from; index < records.length && !this.#work.over; ) {
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
    let skipped = 0;
    await this.#work.run(() =>
      this.#holder.drain(async (records) => {
        const known = Math.min(this.#before - skipped, records.length);
        skipped += known;
        const fresh = known === 0 ? records : records.slice(known);
        if (this.#stopped) return false;
        this.#given += fresh.length;
        await this.#context.emit(fresh);
        if (this.#holder.drainsAlike === true) await this.#context.passBarrier();
        return !this.#stopped;
      }),
    );
    this.#holder.dispose();
    if (this.#watermark !== undefined && !this.#work.over) await this.#context.forward(this.#watermark);
  }

  get held(): number {
    return this.#taken - this.#given;
  }

  get #stopped(): boolean {
    return this.#work.over || this.#context.cancelled;
  }

  abort(): void {
    this.#work.giveUp();
  }

  async snapshot(): Promise<HeldState> {
    const held = await this.#work.run(() => this.#holder.snapshot());
    return { taken: this.#taken, given: this.#given, watermark: this.#watermark, held };
  }

  restore(state: unknown): void {
    const { taken, given, watermark, held } = state as HeldState;
    this.#taken = taken;
    this.#given = given;
    this.#before = given;
    this.#watermark = watermark;
    this.#holder.restore(held);
  }
}
