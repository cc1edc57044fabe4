import type { BatchOrigin } from '../../interfaces/batch.ts';
import type { DuplexContext, DuplexLogic } from '../../interfaces/operator.ts';
import type { Signal } from '../../interfaces/signal.ts';
import { LineSender } from './line-sender.ts';

/**
 * Holds the newest record for a time: counted from itself, so that each record begins it anew, or from the
 * first record since the last one left. Signals wait behind the record that is held.
 */
export class LatestLogic<A> implements DuplexLogic<A> {
  readonly waitingFor = 'the time of the record it holds';
  readonly #context: DuplexContext<A>;
  readonly #ms: number;
  readonly #anew: boolean;
  readonly #sender: LineSender<A>;

  constructor(context: DuplexContext<A>, ms: number, anew: boolean) {
    this.#context = context;
    this.#ms = ms;
    this.#anew = anew;
    this.#sender = new LineSender(context, 1);
  }

  get held(): number {
    return this.#sender.line.size;
  }

  write(records: readonly A[], origin: BatchOrigin): void {
    const newest = records.length - 1;
    if (newest < 0) return;
    const { line } = this.#sender;
    const { due } = line;
    if (due !== undefined) line.dropFirst();
    const from = this.#context.clock.now();
    line.add(records[newest]!, origin, newest, this.#anew || due === undefined ? from + this.#ms : due);
    this.#sender.wake();
  }

  signal(signal: Signal): void {
    this.#sender.line.addSignal(signal);
    this.#sender.wake();
  }

  /** What is held at the end has nothing to wait for. */
  end(): Promise<void> {
    this.#sender.hurry();
    return this.#sender.drained();
  }

  abort(): void {
    this.#sender.close();
  }
}
