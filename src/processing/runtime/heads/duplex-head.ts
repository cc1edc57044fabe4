import { batch, CountedOrigin } from '../../../core/batch.ts';
import type { DuplexContext, DuplexLogic } from '../../../interfaces/operator.ts';
import type { Barrier, Item, Signal } from '../../../interfaces/signal.ts';
import type { OperatorNode } from '../../graph/node.ts';
import { createLogic } from '../operator-results.ts';
import type { Receiver } from '../streams.ts';
import { traceBatch } from '../trace.ts';
import type { Head, HeadParts } from './head.ts';
import { headContext } from './head-context.ts';

/**
 * Runs an operator with a life of its own. Unless it takes signals itself, nobody can tell which of its output
 * belongs to which input: a signal goes on when all input before it has been handed over.
 */
export class DuplexHead implements Head {
  readonly receivers: readonly Receiver[];
  readonly #parts: HeadParts;
  readonly #logic: DuplexLogic<unknown>;
  #taken = 0;
  /** Records that it holds since an earlier run. */
  readonly #carried: number;
  #emitted = 0;
  #remembered: unknown;
  #working = false;
  /** Gives what there is at the end of its input. */
  #giving = false;
  /** The barrier that goes on at the next occasion, while it does. */
  #due: Barrier | undefined;
  readonly #gone = Promise.withResolvers<void>();
  #ended = false;
  /** All that it was given has been worked off. */
  #exhausted = false;
  #over = false;

  constructor(parts: HeadParts) {
    this.#parts = parts;
    const { operator } = parts.node.vertex.node as OperatorNode;
    if (operator.kind !== 'duplex') throw new TypeError(`${parts.node.name} is not a duplex operator`);
    const context = this.#context();
    const restored = parts.run.checkpoints?.restored(parts.node.name)?.state;
    this.#logic = createLogic(parts.node, 'write', () => operator.create(context), restored);
    this.#carried = restored === undefined ? 0 : (this.#logic.held ?? 0);
    this.receivers = [
      {
        receive: (item) => this.#receive(item),
        ended: () => this.#end(),
        crashed: (error) => parts.run.fail(error),
      },
    ];
  }

  #receive(item: Item<unknown>): void | Promise<void> {
    const { node, run } = this.#parts;
    if (item.kind !== 'batch') return this.#signal(item);
    node.counters.in += item.records.length;
    this.#taken += item.records.length;
    traceBatch(run, node.name, item);
    if (!this.#over) return this.#work(() => this.#logic.write(item.records, item.origin));
    if (node.accounting !== 'many') node.counters.discarded += item.records.length;
  }

  #signal(signal: Signal): void | Promise<void> {
    if (this.#logic.signal === undefined) return this.#forward(signal);
    if (!this.#over) return this.#work(() => this.#logic.signal!(signal));
  }

  /** What the logic remembers is what it is when a barrier goes on behind it. */
  async #forward(signal: Signal): Promise<void> {
    const { body, run } = this.#parts;
    if (signal.kind === 'barrier' && run.checkpoints !== undefined) await this.#remember(signal);
    await body.signal(signal);
  }

  /** What cannot be remembered fails the checkpoint, not the run. */
  async #remember({ id }: Barrier): Promise<void> {
    const { node, run } = this.#parts;
    try {
      this.#remembered = await this.#logic.snapshot?.();
    } catch (error) {
      run.checkpoints!.failed(id, node.explain(error, `remember in "${node.name}"`));
    }
  }

  remembered(): unknown {
    return this.#remembered;
  }

  get held(): number {
    if (this.#parts.node.accounting !== 'one') return 0;
    return this.#logic.held ?? this.#taken - this.#emitted;
  }

  get waitingFor(): string {
    return this.#logic.waitingFor ?? 'the stream it runs';
  }

  /** While the stream is at work, the stage is, whatever is delivered meanwhile. */
  async #work(task: () => void | Promise<void>): Promise<void> {
    const { stopwatch } = this.#parts.body;
    this.#working = true;
    stopwatch.switchTo('busy');
    await task();
    this.#working = false;
    stopwatch.switchTo('waiting');
  }

  async #end(): Promise<void> {
    if (!this.#over) {
      this.#giving = true;
      this.#parts.run.checkpoints?.opened(this.#parts.node.name);
      await this.#work(() => this.#logic.end());
      this.#giving = false;
      this.#ended = true;
      this.#exhausted = true;
    }
    await this.#parts.body.end();
  }

  #context(): DuplexContext<unknown> {
    const { body, node, run } = this.#parts;
    const context = headContext(this.#parts);
    return {
      pipeline: context.pipeline,
      origin: context.origin,
      node: context.node,
      signal: context.signal,
      clock: context.clock,
      get memory() {
        return context.memory;
      },
      spill: context.spill,
      report: context.report,
      after: context.after,
      advance: context.advance,
      idle: context.idle,
      get cancelled() {
        return body.over;
      },
      complete: () => {
        this.#ended = true;
        context.complete();
      },
      emit: async (records, known) => {
        if (records.length === 0) return;
        const origin = known ?? new CountedOrigin(node.name, this.#emitted + 1);
        this.#emitted += records.length;
        await body.deliver(batch(records, origin));
        if (this.#working) body.stopwatch.switchTo('busy');
      },
      forward: (signal) => this.#forward(signal),
      passBarrier: () => (this.#due === undefined ? undefined : this.#passDue(this.#due)),
      overflowed: (records) => {
        node.counters.overflowed += records;
      },
      fail: (error) => run.fail(error),
    };
  }

  /** Whether barriers come from here: none comes to a stage behind the end of its input. */
  get giving(): boolean {
    return this.#giving;
  }

  /** A barrier goes on as soon as the logic lets it. */
  inject(barrier: Barrier): void {
    this.#due = barrier;
  }

  /** Behind the last one, all stands still. */
  async #passDue(barrier: Barrier): Promise<void> {
    this.#due = undefined;
    const { checkpoints } = this.#parts.run;
    if (checkpoints?.underway !== barrier.id) return;
    const last = checkpoints.isLast(barrier.id);
    await this.#forward(barrier);
    if (last) await this.#gone.promise;
  }

  over(): void {
    const { accounting, counters } = this.#parts.node;
    // What the stream keeps when nobody wants it any more; of `many`, nobody counts.
    if (accounting === 'one' && !this.#exhausted)
      counters.discarded += this.#carried + this.#taken - this.#emitted;
    else if (accounting === 'filter') counters.discarded += this.#logic.held ?? 0;
    this.#abort(undefined);
  }

  destroy(cause: unknown): void {
    this.#abort(cause);
  }

  #abort(cause: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#gone.resolve();
    if (!this.#ended) this.#logic.abort(cause);
  }
}
