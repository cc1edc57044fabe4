import type { BatchOrigin } from '../../../interfaces/batch.ts';
import type { Cancel } from '../../../interfaces/clock.ts';
import type { CallContext } from '../../../interfaces/operator.ts';
import type { Passage } from './passage.ts';

/** What one record of an asynchronous stage is up to. */
export type SlotState = 'calling' | 'waiting' | 'pouring' | 'settled';

/** One record in flight. Gives user code its signal, made only when it is looked at. */
export class Slot implements CallContext {
  readonly record: unknown;
  readonly origin: BatchOrigin;
  readonly index: number;
  attempt = 0;
  state: SlotState = 'calling';
  /** The result, once settled. */
  value: unknown;
  /** What came of it: one record, an iterable of records, or nothing. */
  yields: 'record' | 'many' | 'nothing' = 'nothing';
  cancelTimer: Cancel | undefined;
  /** Its way past the limits of the operator's calls; only while it waits there, or its call is open. */
  passage: Passage | undefined;
  /** When its call began, where there are limits. */
  began = 0;
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  constructor(record: unknown, origin: BatchOrigin, index: number) {
    this.record = record;
    this.origin = origin;
    this.index = index;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason);
    return this.#controller.signal;
  }

  /** Begins a try: with a fresh signal, so that an earlier try's abort is not this one's. */
  begin(): number {
    this.#controller = undefined;
    this.#aborted = undefined;
    this.state = 'calling';
    return ++this.attempt;
  }

  /** Tells the user code of the current try to give up. */
  abort(reason: unknown): void {
    this.#aborted = { reason };
    this.#controller?.abort(reason);
  }

  clearTimer(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
  }
}
