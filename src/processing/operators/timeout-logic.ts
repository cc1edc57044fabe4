import { formatDuration } from '../../core/duration.ts';
import { MillraceError } from '../../core/errors.ts';
import type { BatchOrigin } from '../../interfaces/batch.ts';
import type { Cancel } from '../../interfaces/clock.ts';
import type { DuplexContext, DuplexLogic } from '../../interfaces/operator.ts';

/** In milliseconds. */
export interface Times {
  readonly first?: number;
  readonly each?: number;
  readonly idle?: number;
}

/** Passes batches on, and fails the run when they do not come, or do not go on, in time. */
export class TimeoutLogic<A> implements DuplexLogic<A> {
  readonly waitingFor = 'room downstream';
  readonly #context: DuplexContext<A>;
  readonly #times: Times;
  /** While it waits for a record. */
  #cancelNext: Cancel | undefined;
  /** Since a record has gone on, be there one in work or not. */
  #cancelIdle: Cancel | undefined;
  #passing = false;

  constructor(context: DuplexContext<A>, times: Times) {
    this.#context = context;
    this.#times = times;
    this.#awaitNext(times.first ?? times.each, 'no record came within');
    this.#awaitAny();
  }

  async write(records: readonly A[], origin: BatchOrigin): Promise<void> {
    if (records.length === 0) return;
    this.#cancelNext?.();
    this.#passing = true;
    this.#awaitAny();
    await this.#context.emit(records, origin);
    this.#passing = false;
    if (this.#context.cancelled) return;
    this.#awaitNext(this.#times.each, 'no record came after the last one within');
    this.#awaitAny();
  }

  async end(): Promise<void> {
    this.abort();
  }

  abort(): void {
    this.#cancelNext?.();
    this.#cancelIdle?.();
  }

  #awaitNext(ms: number | undefined, found: string): void {
    if (ms !== undefined) this.#cancelNext = this.#context.after(ms, () => this.#fail(found, ms));
  }

  #awaitAny(): void {
    const { idle } = this.#times;
    if (idle === undefined) return;
    this.#cancelIdle?.();
    this.#cancelIdle = this.#context.after(idle, () =>
      this.#fail(this.#passing ? 'downstream took no record within' : 'no record came within', idle),
    );
  }

  #fail(found: string, ms: number): void {
    const { node, fail } = this.#context;
    this.abort();
    fail(
      new MillraceError('ERR_TIMEOUT', `Cannot go on in "${node}": ${found} ${formatDuration(ms)}`, {
        node,
        retryable: true,
        hint: 'Look at what is upstream, or at who is slow downstream; raise the time of timeout() if it may be so.',
      }),
    );
  }
}
