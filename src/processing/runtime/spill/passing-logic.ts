import { BATCH_SIZE, CountedOrigin, PickedOrigin } from '../../../core/batch.ts';
import type { BatchOrigin } from '../../../interfaces/batch.ts';
import type { DuplexContext, DuplexLogic, Emit } from '../../../interfaces/operator.ts';
import type { Signal, Watermark } from '../../../interfaces/signal.ts';
import { recordFailure } from '../record-failure.ts';
import { DiskWork } from './disk-work.ts';
import { type Deliver, deliverAll } from './holder.ts';

/** Finishes what a record needs and cannot have at once, such as room. */
export type Late<B> = (deliver: Deliver<B>) => Promise<void>;

/** Hands on what it can say at once, and the rest when the input is over; a {@link PassingLogic} runs it. */
export interface Passer<A, B> {
  /** Takes a record. What it returns is more output of that record, or work that has to be done before the next one. */
  take(record: A, emit: Emit<B>): Iterable<B> | Late<B> | undefined;
  /** Whether something of what it took is still to be said at the end: event time has to wait for it. */
  readonly behind: boolean;
  /** Records that are set aside: what is lost when downstream gives up. Absent where nobody counts them. */
  readonly held?: number;
  /** Hands on the rest. */
  drain(deliver: Deliver<B>): Promise<void>;
  /** Gives all memory back. */
  dispose(): void;
  /** What it remembers of the input so far, as plain data: what is on the disk is kept there. */
  snapshot(): Promise<unknown>;
  /** Takes over what `snapshot` gave; before the first record, if at all. */
  restore(state: unknown): void;
}

interface PassedState {
  readonly taken: number;
  readonly watermark: Watermark | undefined;
  readonly passed: unknown;
}

/** Runs an operator that lets records stream past as long as memory does, and settles the rest from the disk. */
export class PassingLogic<A, B> implements DuplexLogic<A> {
  readonly waitingFor = 'the disk it spills to';
  readonly #context: DuplexContext<B>;
  readonly #passer: Passer<A, B>;
  readonly #doing: string;
  readonly #emit: Emit<B>;
  readonly #deliver: Deliver<B>;
  /** Output that is not on its way yet, and which record of the batch each was made of. */
  #out: B[] = [];
  #of: number[] = [];
  /** The record of the batch that is next, and how many are left of it. */
  #next = 0;
  #left = 0;
  #taken = 0;
  #watermark: Watermark | undefined;
  readonly #work: DiskWork;

  /** `doing` is what it does with a record, for errors: `join`. */
  constructor(passer: Passer<A, B>, doing: string, context: DuplexContext<B>) {
    this.#passer = passer;
    this.#doing = doing;
    this.#context = context;
    this.#work = new DiskWork({ doing, node: context.node, dispose: () => passer.dispose() });
    this.#emit = (record) => {
      this.#out.push(record);
    };
    this.#deliver = async (records) => {
      if (this.#stopped) return false;
      await context.emit(records);
      return !this.#stopped;
    };
  }

  get held(): number {
    return this.#left + this.#out.length + (this.#passer.held ?? 0);
  }

  get #stopped(): boolean {
    return this.#work.over || this.#context.cancelled;
  }

  write(
    records: readonly A[],
    origin: BatchOrigin = new CountedOrigin('input', this.#taken + 1),
  ): void | Promise<void> {
    this.#next = 0;
    this.#taken += records.length;
    const late = this.#take(records, origin);
    if (late === undefined && this.#next === records.length) return this.#flush(origin);
    return this.#work.run(() => this.#takeRest(records, origin, late));
  }

  /** Takes records until one has to wait, or a batch of output is full. */
  #take(records: readonly A[], origin: BatchOrigin): Iterable<B> | Late<B> | undefined {
    const out = this.#out;
    const of = this.#of;
    let index = this.#next;
    try {
      for (; index < records.length && out.length < BATCH_SIZE; index++) {
        const late = this.#passer.take(records[index] as A, this.#emit);
        while (of.length < out.length) of.push(index);
        if (late === undefined) continue;
        this.#next = index + 1;
        this.#left = records.length - this.#next;
        return late;
      }
    } catch (error) {
      throw recordFailure(this.#doing, this.#context.node, error, origin.at(index));
    }
    this.#next = index;
    this.#left = records.length - index;
    return undefined;
  }

  async #takeRest(
    records: readonly A[],
    origin: BatchOrigin,
    first: Iterable<B> | Late<B> | undefined,
  ): Promise<void> {
    for (let late = first; ; late = this.#take(records, origin)) {
      await this.#flush(origin);
      if (this.#stopped) return;
      if (typeof late === 'function') await late(this.#deliver);
      else if (late !== undefined) await this.#pull(late, origin, this.#next - 1);
      if (this.#stopped || (this.#next === records.length && this.#out.length === 0)) return;
    }
  }

  /** Pulls what comes of one record as downstream has room. */
  async #pull(more: Iterable<B>, origin: BatchOrigin, index: number): Promise<void> {
    try {
      for (const record of more) {
        this.#out.push(record);
        this.#of.push(index);
        if (this.#out.length < BATCH_SIZE) continue;
        await this.#flush(origin);
        if (this.#stopped) return;
      }
    } catch (error) {
      throw recordFailure(this.#doing, this.#context.node, error, origin.at(index));
    }
    await this.#flush(origin);
  }

  #flush(origin: BatchOrigin): void | Promise<void> {
    if (this.#out.length === 0) return;
    const records = this.#out;
    const picked = new PickedOrigin(origin, this.#of);
    this.#out = [];
    this.#of = [];
    return this.#context.emit(records, picked);
  }

  /** Event time goes on behind the last record, once the results of some have to wait for the end. */
  signal(signal: Signal): void | Promise<void> {
    if (signal.kind === 'barrier' || !this.#passer.behind) return this.#context.forward(signal);
    if (signal.idle !== true) this.#watermark = signal;
  }

  async end(): Promise<void> {
    await this.#work.run(() => this.#passer.drain(this.#deliver));
    this.#passer.dispose();
    if (this.#watermark !== undefined && !this.#work.over) await this.#context.forward(this.#watermark);
  }

  abort(): void {
    this.#work.giveUp();
  }

  async snapshot(): Promise<PassedState> {
    const passed = await this.#work.run(() => this.#passer.snapshot());
    return { taken: this.#taken, watermark: this.#watermark, passed };
  }

  restore(state: unknown): void {
    const { taken, watermark, passed } = state as PassedState;
    this.#taken = taken;
    this.#watermark = watermark;
    this.#passer.restore(passed);
  }
}

/** Gathers output of a {@link Passer} that works off its files. */
export class Gathered<B> {
  readonly emit: Emit<B>;
  readonly #deliver: Deliver<B>;
  #records: B[] = [];

  constructor(deliver: Deliver<B>) {
    this.#deliver = deliver;
    this.emit = (record) => {
      this.#records.push(record);
    };
  }

  get size(): number {
    return this.#records.length;
  }

  /** Whether it should be sent before the next record. */
  get full(): boolean {
    return this.#records.length >= BATCH_SIZE;
  }

  /** Does what a record left to be done, behind what came of those before; resolves to whether more is wanted. */
  async settle(late?: Iterable<B> | Late<B>): Promise<boolean> {
    const records = this.#records;
    this.#records = [];
    if (records.length > 0 && !(await this.#deliver(records))) return false;
    if (typeof late !== 'function') return late === undefined || deliverAll(late, this.#deliver);
    await late(this.#deliver);
    return true;
  }
}
