import { isThenable } from '../../../core/thenable.ts';
import type { CallGate, CallOutcome } from '../../../interfaces/call-limit.ts';
import type { AsyncOptions } from '../../../interfaces/operator.ts';
import type { HeadParts } from './head.ts';
import type { HeadLogic } from './head-logic.ts';
import { Passage } from './passage.ts';
import { timeoutError } from './pour.ts';
import type { Slot } from './slot.ts';

/** What becomes of a record's calls in the end. */
export interface CallsEnd {
  resolved(slot: Slot, value: unknown): void;
  /** No further try is to be made. */
  gaveUp(slot: Slot, error: unknown): void;
}

/** Makes the calls of an asynchronous stage: when its limits let them begin, within their time, and again where a policy says so. */
export class Calls {
  readonly #parts: HeadParts;
  readonly #call: HeadLogic['call'];
  readonly #end: CallsEnd;
  readonly #timeout: number | undefined;
  readonly #gates: readonly CallGate[];
  #over = false;

  constructor(parts: HeadParts, { timeout, limits = [] }: AsyncOptions, logic: HeadLogic, end: CallsEnd) {
    const { node, run } = parts;
    this.#parts = parts;
    this.#call = (record, context) => logic.call(record, context);
    this.#end = end;
    this.#timeout = timeout;
    const context = {
      node: node.name,
      clock: run.clock,
      signal: run.signal,
      fail: (error: unknown) => run.fail(error),
    };
    this.#gates = limits.map((limit) => node.guard('bound the calls of', () => limit.create(context)));
  }

  /** Begins a try, now or when the limits allow it. */
  begin(slot: Slot): void {
    if (this.#gates.length === 0) {
      this.#begin(slot);
      return;
    }
    slot.state = 'waiting';
    slot.passage = new Passage(
      this.#gates,
      () => this.#begin(slot),
      (error) => this.#rejected(slot, slot.begin(), error),
    );
    slot.passage.go();
  }

  /** Nothing more comes of any call. */
  close(slots: Iterable<Slot>, cause: unknown): void {
    this.#over = true;
    // Before any place becomes free: none of them is to be let in by that.
    for (const { passage } of slots) passage?.withdraw();
    for (const slot of slots) {
      slot.clearTimer();
      slot.abort(cause);
      this.#leave(slot, 'abandoned');
    }
  }

  #begin(slot: Slot): void {
    const attempt = slot.begin();
    if (slot.passage !== undefined) slot.began = this.#parts.run.clock.now();
    let result: unknown;
    let pending: boolean;
    try {
      result = this.#call(slot.record, slot);
      pending = isThenable(result);
      if (pending) {
        (result as PromiseLike<unknown>).then(
          (value) => this.#resolved(slot, attempt, value),
          (error) => this.#rejected(slot, attempt, error),
        );
      }
    } catch (error) {
      this.#rejected(slot, attempt, error);
      return;
    }
    const timeout = this.#timeout;
    if (!pending) this.#resolved(slot, attempt, result);
    // A thenable may have settled in this very call.
    else if (timeout !== undefined && !this.#stale(slot, attempt)) {
      slot.cancelTimer = this.#parts.run.clock.schedule(() => {
        const error = timeoutError(timeout);
        slot.abort(error);
        this.#rejected(slot, attempt, error);
      }, timeout);
    }
  }

  #resolved(slot: Slot, attempt: number, value: unknown): void {
    if (this.#stale(slot, attempt)) return;
    slot.clearTimer();
    this.#leave(slot, 'succeeded');
    this.#end.resolved(slot, value);
  }

  #rejected(slot: Slot, attempt: number, error: unknown): void {
    if (this.#stale(slot, attempt)) return;
    slot.clearTimer();
    const { node, run } = this.#parts;
    let waitMs: number | undefined;
    try {
      waitMs = node.failures.retryAfter(error, attempt);
    } catch (thrown) {
      run.fail(thrown);
      return;
    }
    if (waitMs !== undefined) {
      slot.state = 'waiting';
      slot.cancelTimer = run.clock.schedule(() => this.begin(slot), waitMs);
    }
    // First: a failure that ends the run must not let another call begin.
    if (waitMs === undefined) this.#end.gaveUp(slot, error);
    this.#leave(slot, 'failed', error);
  }

  #leave(slot: Slot, kind: CallOutcome['kind'], error?: unknown): void {
    const { passage } = slot;
    if (passage === undefined) return;
    slot.passage = undefined;
    passage.leave({ kind, error, ms: this.#parts.run.clock.now() - slot.began });
  }

  /** A call that settles after it timed out, was repeated, or the run was over, changes nothing. */
  #stale(slot: Slot, attempt: number): boolean {
    return this.#over || slot.attempt !== attempt || slot.state !== 'calling';
  }
}
