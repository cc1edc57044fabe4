import type { BatchOrigin } from '../../interfaces/batch.ts';
import type { DuplexContext, DuplexLogic } from '../../interfaces/operator.ts';
import type { Signal } from '../../interfaces/signal.ts';
import { recordFailure } from '../runtime/record-failure.ts';
import { holdingRoom } from '../runtime/spill/holding-logic.ts';
import { DiskLine } from './disk-line.ts';
import { LineSender } from './line-sender.ts';

/**
 * Holds records between an upstream and a downstream that go at paces of their own: so many in memory, and the others on
 * the disk. The line in memory is in front: as long as anything is on the disk, what comes goes there, too.
 */
export class SpillingBufferLogic<A> implements DuplexLogic<A> {
  readonly #context: DuplexContext<A>;
  readonly #size: number;
  readonly #sender: LineSender<A>;
  readonly #disk: DiskLine<A>;
  /** Moves records from the disk to the line as there is room; absent while none are there. */
  #moving: Promise<void> | undefined;

  constructor(context: DuplexContext<A>, size: number) {
    this.#context = context;
    this.#size = size;
    this.#sender = new LineSender(context, size);
    this.#disk = new DiskLine(holdingRoom(context, true));
  }

  get held(): number {
    return this.#sender.line.size + this.#disk.size;
  }

  get waitingFor(): string {
    return 'room downstream';
  }

  write(records: readonly A[], origin: BatchOrigin): void | Promise<void> {
    const taken = this.#put(records, origin, 0);
    if (taken < records.length) return this.#putRest(records, origin, taken);
  }

  signal(signal: Signal): void {
    (this.#disk.size > 0 ? this.#disk : this.#sender.line).addSignal(signal);
    this.#sender.wake();
  }

  async end(): Promise<void> {
    await this.#moving;
    await this.#sender.drained();
    this.#disk.dispose();
  }

  abort(): void {
    this.#sender.close();
    if (this.#moving === undefined) this.#disk.dispose();
  }

  /** Puts records from `first` on into the line, if they need not wait behind the disk; returns the first left over. */
  #put(records: readonly A[], origin: BatchOrigin, first: number): number {
    const { line } = this.#sender;
    let next = first;
    if (this.#disk.size > 0) return next;
    for (; next < records.length && line.size < this.#size; next++) line.add(records[next]!, origin, next);
    this.#sender.wake();
    return next;
  }

  async #putRest(records: readonly A[], origin: BatchOrigin, first: number): Promise<void> {
    let next = first;
    for (let before = -1; before < next && next < records.length && this.#disk.size === 0; ) {
      // A batch that is longer than the buffer is no reason to spill: downstream gets a turn.
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      if (this.#sender.closed) return;
      before = next;
      next = this.#put(records, origin, next);
    }
    if (next === records.length) return;
    const appending = this.#disk.append(records, origin, next).catch((error: unknown) => this.#failed(error));
    // Not before there is something to move: it would be over at once, and never begin again.
    if (this.#disk.size > 0) this.#moving ??= this.#move();
    await appending;
  }

  async #move(): Promise<void> {
    const { line } = this.#sender;
    try {
      while (this.#disk.size > 0 && !this.#sender.closed) {
        const room = this.#size - line.size;
        if (room * 2 < this.#size) await this.#sender.moved();
        else {
          await this.#disk.move(line, room);
          this.#sender.wake();
        }
      }
    } catch (error) {
      this.#failed(error);
    }
    this.#moving = undefined;
    if (this.#sender.closed) this.#disk.dispose();
  }

  #failed(error: unknown): void {
    // The files are gone when it was told to give up.
    if (this.#sender.closed) return;
    this.#sender.close();
    const { node, fail } = this.#context;
    fail(recordFailure('hold', node, error));
  }
}
