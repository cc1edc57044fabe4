import { MillraceError } from '../../core/errors.ts';
import type { BatchOrigin } from '../../interfaces/batch.ts';
import type { DuplexContext, DuplexLogic } from '../../interfaces/operator.ts';
import type { Signal } from '../../interfaces/signal.ts';
import { LineSender } from './line-sender.ts';

/** What happens to records that come while the buffer is full. */
export type BufferOverflow = 'wait' | 'drop-oldest' | 'drop-newest' | 'fail';

export interface BufferSettings {
  readonly size: number;
  readonly overflow: BufferOverflow;
  /** Milliseconds for which each record is held at least. */
  readonly delay: number;
}

/** Holds records between an upstream and a downstream that go at paces of their own. */
export class BufferLogic<A> implements DuplexLogic<A> {
  readonly #context: DuplexContext<A>;
  readonly #settings: BufferSettings;
  readonly #sender: LineSender<A>;

  constructor(context: DuplexContext<A>, settings: BufferSettings) {
    this.#context = context;
    this.#settings = settings;
    this.#sender = new LineSender(context, settings.size);
  }

  get held(): number {
    return this.#sender.line.size;
  }

  get waitingFor(): string {
    return this.#settings.delay > 0 ? 'the time of what it holds' : 'room downstream';
  }

  write(records: readonly A[], origin: BatchOrigin): void | Promise<void> {
    const taken = this.#put(records, origin, 0, false);
    if (taken < records.length) return this.#putRest(records, origin, taken);
  }

  signal(signal: Signal): void {
    this.#sender.line.addSignal(signal);
    this.#sender.wake();
  }

  end(): Promise<void> {
    return this.#sender.drained();
  }

  abort(): void {
    this.#sender.close();
  }

  /** Takes records from `first` on, as far as there is room; returns the first that it did not take. */
  #put(records: readonly A[], origin: BatchOrigin, first: number, dropping: boolean): number {
    const { line } = this.#sender;
    const { size, overflow, delay } = this.#settings;
    const due = delay === 0 ? 0 : this.#context.clock.now() + delay;
    let next = first;
    let dropped = 0;
    for (; next < records.length; next++) {
      if (line.size >= size) {
        if (!dropping) break;
        dropped++;
        if (overflow === 'drop-newest') continue;
        line.dropFirst();
      }
      line.add(records[next]!, origin, next, due);
    }
    if (dropped > 0) this.#context.overflowed(dropped);
    this.#sender.wake();
    return next;
  }

  async #putRest(records: readonly A[], origin: BatchOrigin, first: number): Promise<void> {
    let next = first;
    let dropping = false;
    const { overflow } = this.#settings;
    while (next < records.length) {
      if (overflow === 'wait') await this.#room();
      else if (!(await this.#roomSoon())) {
        if (overflow === 'fail') return this.#fail();
        dropping = true;
      }
      if (this.#sender.closed) return;
      next = this.#put(records, origin, next, dropping);
    }
  }

  get #full(): boolean {
    return this.#sender.line.size >= this.#settings.size;
  }

  /** Resolves when there is room, or no use for any. */
  async #room(): Promise<void> {
    while (this.#full && !this.#sender.closed) await this.#sender.moved();
  }

  /** Whether there is room after one turn: a batch that is longer than the buffer is no reason to drop records. */
  async #roomSoon(): Promise<boolean> {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    return !this.#full;
  }

  #fail(): void {
    const { node, fail } = this.#context;
    const { size } = this.#settings;
    this.#sender.close();
    fail(
      new MillraceError('ERR_OVERFLOW', `Cannot hold more in "${node}": ${size} records wait already`, {
        node,
        hint: "Raise the size of buffer(), or let it wait, drop or spill: { overflow: 'wait' | 'drop-oldest' | 'drop-newest' | 'spill' }.",
      }),
    );
  }
}
