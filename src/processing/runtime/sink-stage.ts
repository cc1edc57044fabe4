import { isMillraceError } from '../../core/errors.ts';
import type { Batch } from '../../interfaces/batch.ts';
import type { Barrier, Item } from '../../interfaces/signal.ts';
import type { Sink, Writer } from '../../interfaces/writer.ts';
import type { SinkNode } from '../graph/node.ts';
import { patiently } from './patience.ts';
import type { RunContext } from './run-context.ts';
import { SinkRecovery } from './sink-recovery.ts';
import type { StageNode } from './stage-node.ts';
import { Stopwatch } from './stopwatch.ts';
import type { Receiver } from './streams.ts';
import { traceBatch } from './trace.ts';
import { Turnstile } from './turnstile.ts';

/** A sink in a run: writes what comes, prepares its output for checkpoints, and publishes or gives it up. */
export class SinkStage {
  readonly node: StageNode;
  readonly stopwatch = new Stopwatch();
  readonly receiver: Receiver;
  readonly waitingFor = 'the writer';
  /** Settles when all input has been written; the output is not published yet. */
  readonly drained: Promise<void>;
  /** What the sink gave for the checkpoint that comes next, once its input is over. */
  prepared: unknown;
  readonly #run: RunContext;
  readonly #passed: (barrier: Barrier, prepared: unknown) => void;
  readonly #turns = new Turnstile();
  readonly #drain: () => void;
  readonly #recovery: SinkRecovery;
  #opening: Promise<Sink<unknown>> | undefined;
  #sink: Sink<unknown> | undefined;
  /** The call of the writer or the sink that is going on, if any. */
  #working: Promise<unknown> | undefined;
  /** Lets go on what waits for the checkpoint to be complete, or to come to nothing. */
  #decided: (() => void) | undefined;
  #preparing: Promise<void> | undefined;
  #closed = false;
  #aborted = false;
  /** The barrier that came last. */
  #barred = 0;

  /** `passed` is called when a barrier goes on, with what the sink has prepared. */
  constructor(node: StageNode, run: RunContext, passed: (barrier: Barrier, prepared: unknown) => void) {
    this.node = node;
    this.#run = run;
    this.#passed = passed;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.drained = promise;
    this.#drain = resolve;
    this.#recovery = new SinkRecovery({
      node,
      run,
      stopwatch: this.stopwatch,
      aborted: () => this.#aborted,
      write: (batch) => this.#sink!.write(batch),
      wrote: (batch) => this.#wrote(batch),
    });
    this.receiver = {
      heedsTime: false,
      receive: (item) => this.#turns.pass(() => this.#receive(item)),
      ended: () => this.#turns.pass(() => this.#end()),
      crashed: (error) => run.fail(error),
    };
  }

  get #writer(): Writer<unknown> {
    return (this.node.vertex.node as SinkNode).writer;
  }

  async open(): Promise<void> {
    const { signal, clock, plan } = this.#run;
    const wrote = (bytes: number) => {
      this.node.counters.bytesOut += bytes;
    };
    this.stopwatch.switchTo('busy');
    const { checkpoints } = this.#run;
    const from = checkpoints?.restored(this.node.name)?.state?.value;
    this.#opening = this.#writer.open({
      signal,
      clock,
      wrote,
      run: signal,
      strict: this.node.failures.strict,
      ...(checkpoints !== undefined && { checkpointed: true, files: checkpoints.files(this.node.name) }),
      ...(from !== undefined && { from }),
      ...(plan?.checkPath && { checkPath: plan.checkPath }),
    });
    this.#sink = await this.#settling(this.#opening);
    this.stopwatch.switchTo('waiting');
  }

  #receive(item: Item<unknown>): void | Promise<void> {
    if (item.kind === 'barrier') return this.#barrier(item);
    if (item.kind !== 'batch') return;
    const { counters } = this.node;
    counters.in += item.records.length;
    traceBatch(this.#run, this.node.name, item);
    this.stopwatch.switchTo('busy');
    let pending: void | Promise<void>;
    try {
      pending = this.#sink!.write(item);
    } catch (error) {
      return this.#settling(this.#recovery.recover(item, error));
    }
    if (pending === undefined) {
      this.#wrote(item);
      return;
    }
    return this.#settling(
      pending.then(
        () => this.#wrote(item),
        (error: unknown) => this.#recovery.recover(item, error),
      ),
    );
  }

  #barrier(barrier: Barrier): void | Promise<void> {
    this.#run.emit({ type: 'barrier', node: this.node.name, id: barrier.id });
    // A checkpoint that has come to nothing meanwhile needs nothing of it.
    if (this.#run.checkpoints?.underway !== barrier.id) return this.node.lettersPort?.send(barrier);
    // What comes behind the barrier waits, where it would become part of the transaction.
    const decided = this.#writer.traits.commit === 'transaction' ? this.#decision() : undefined;
    this.#preparing = this.#settling(this.#prepare(barrier));
    return decided === undefined ? this.#preparing : this.#preparing.then(() => decided);
  }

  #decision(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#decided = resolve;
    return promise;
  }

  /** What the sink cannot prepare fails the checkpoint, not the run: the next one has it, too. */
  async #prepare(barrier: Barrier): Promise<void> {
    const { checkpoints } = this.#run;
    this.#barred = barrier.id;
    this.stopwatch.switchTo('busy');
    try {
      this.#passed(barrier, await this.#sink!.prepare?.(barrier.id));
    } catch (error) {
      checkpoints!.failed(
        barrier.id,
        this.node.explain(error, `prepare a checkpoint in "${this.node.name}"`),
      );
    }
    this.stopwatch.switchTo('waiting');
    this.node.lettersPort?.send(barrier);
  }

  /** What there is of the output before the first record: what a run that is killed soon has to go on with. */
  async prepare(id: number): Promise<unknown> {
    return this.#settling(this.#sink!.prepare?.(id) ?? Promise.resolve());
  }

  /** A checkpoint is complete. */
  commit(id: number): Promise<void> {
    return this.#decide(async () => this.#sink?.commit?.(id));
  }

  /** A checkpoint for which it may have prepared has come to nothing. */
  release(id: number): Promise<void> {
    return this.#decide(async () => this.#sink?.release?.(id));
  }

  /** Where the stage waits for it, it is its turn; else behind what is being written. */
  async #decide(tell: () => Promise<void>): Promise<void> {
    if (this.#aborted || this.#closed) return;
    const settling = () => this.#settling(tell());
    if (this.#decided === undefined) return this.#turns.pass(settling);
    await this.#preparing;
    try {
      await settling();
    } finally {
      this.#decided?.();
      this.#decided = undefined;
    }
  }

  #wrote(batch: Batch<unknown>): void {
    this.node.counters.out += batch.records.length;
    this.stopwatch.switchTo('waiting');
  }

  /** Remembers what is going on, so that an abort can wait for it. */
  #settling<T>(work: Promise<T>): Promise<T> {
    const settled = work.finally(() => {
      if (this.#working === settled) this.#working = undefined;
    });
    this.#working = settled;
    return settled;
  }

  /** What is written to the end is prepared once for all checkpoints that follow: not for one whose barrier came before. */
  async #end(): Promise<void> {
    this.node.failures.settleBudgets();
    const { checkpoints } = this.#run;
    if (checkpoints !== undefined && !this.#aborted) {
      this.prepared = await this.#late(this.prepare(Math.max(checkpoints.next, this.#barred + 1)));
    }
    this.node.lettersPort?.end();
    this.#drain();
  }

  /** What fails at the end may be about a record that was taken long before, and says which. */
  #late<T>(work: Promise<T>): Promise<T> {
    return work.catch((error: unknown) => {
      const origin = isMillraceError(error) && error.node === undefined ? error.origin : undefined;
      if (origin === undefined) throw error;
      throw this.node.failures.explain(error, { origin: () => origin, raw: () => undefined });
    });
  }

  /** Its input was over in the run that this one goes on with. */
  skip(): void {
    this.prepared = this.#run.checkpoints?.restored(this.node.name)?.state?.value;
    this.node.lettersPort?.end();
    this.#drain();
  }

  /** Publishes the output. */
  async close(): Promise<void> {
    this.stopwatch.switchTo('busy');
    await this.#late(this.#settling(this.#sink!.close()));
    this.#closed = true;
    this.stopwatch.switchTo('waiting');
  }

  /** Gives up the output, after what is going on. A writer that opens only later is given up then. */
  async abort(cause: unknown): Promise<void> {
    this.#drain();
    if (this.#aborted) return;
    this.#aborted = true;
    const { name } = this.node;
    await patiently(this.#working, `what "${name}" is at`).catch(() => {});
    if (this.#closed) return;
    const give = (sink: Sink<unknown>): Promise<void> =>
      this.#run.checkpoints?.resumable === true && sink.suspend !== undefined
        ? sink.suspend()
        : sink.abort(cause);
    if (this.#sink !== undefined) await patiently(give(this.#sink), `"${name}" to give up its output`);
    else this.#opening?.then(give).catch(() => {});
  }
}
