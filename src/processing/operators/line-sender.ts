import { BATCH_SIZE } from '../../core/batch.ts';
import type { Cancel } from '../../interfaces/clock.ts';
import type { DuplexContext } from '../../interfaces/operator.ts';
import { WaitingLine } from './waiting-line.ts';

/** Sends what is due from the front of a line, in order, as fast as downstream takes it. */
export class LineSender<A> {
  readonly line = new WaitingLine<A>();
  readonly #context: DuplexContext<A>;
  readonly #most: number;
  #sending = false;
  #closed = false;
  /** Nothing is waited for any more but room downstream. */
  #hurried = false;
  #cancelTimer: Cancel | undefined;
  /** Who waits for something to leave the line. */
  #moved: (() => void)[] = [];
  /** Who waits for all of it to have been taken downstream. */
  #drained: (() => void)[] = [];

  /** Sends at most `most` records at a time. */
  constructor(context: DuplexContext<A>, most: number) {
    this.#context = context;
    this.#most = Math.min(most, BATCH_SIZE);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Sends what is due, if it is not at it already; call it whenever the line has changed. */
  wake(): void {
    if (this.#sending || this.#closed || this.line.empty) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#sending = true;
    this.#send().catch((error: unknown) => this.#context.fail(error));
  }

  /** Sends the rest without waiting for the time of the records. */
  hurry(): void {
    this.#hurried = true;
    this.wake();
  }

  /** Resolves when something has left the line, or nothing will. */
  moved(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#closed) resolve();
      else this.#moved.push(resolve);
    });
  }

  /** Resolves when downstream has taken all, or nothing more is sent. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#closed || (this.line.empty && !this.#sending)) resolve();
      else this.#drained.push(resolve);
    });
  }

  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
    this.line.clear();
    this.#tell('moved');
    this.#tell('drained');
  }

  async #send(): Promise<void> {
    while (!this.#closed) {
      const signals = this.line.takeSignals();
      for (const signal of signals) await this.#context.forward(signal);
      const now = this.#hurried ? Number.POSITIVE_INFINITY : this.#context.clock.now();
      const leaving = this.line.take(this.#most, now);
      if (leaving === undefined && signals.length === 0) break;
      if (leaving === undefined) continue;
      this.#tell('moved');
      await this.#context.emit(leaving.records, leaving.origin);
    }
    this.#sending = false;
    const { due } = this.line;
    if (due === undefined) this.#tell('drained');
    else this.#sendAt(due);
  }

  #sendAt(due: number): void {
    if (this.#closed) return;
    const { clock, after } = this.#context;
    this.#cancelTimer = after(Math.max(0, due - clock.now()), () => {
      this.#cancelTimer = undefined;
      this.wake();
    });
  }

  #tell(what: 'moved' | 'drained'): void {
    const waiting = what === 'moved' ? this.#moved : this.#drained;
    if (what === 'moved') this.#moved = [];
    else this.#drained = [];
    for (const resolve of waiting) resolve();
  }
}
