import { batch as makeBatch } from '../../core/batch.ts';
import { isMillraceError } from '../../core/errors.ts';
import type { Batch } from '../../interfaces/batch.ts';
import type { Barrier, Item } from '../../interfaces/signal.ts';
import type { Sink, Writer } from '../../interfaces/writer.ts';
import type { SinkNode } from '../graph/node.ts';
import { lettersOrigin } from './letters-origin.ts';
import { patiently } from './patience.ts';
import type { RunContext } from './run-context.ts';
import type { StageNode } from './stage-node.ts';
import { Stopwatch } from './stopwatch.ts';
import type { Receiver } from './streams.ts';
import { traceBatch } from './trace.ts';
import { Turnstile } from './turnstile.ts';

/**
 * Writes what comes. A batch that fails is tried again whole; when that is of no use, its records are
 * written one by one, so that one poisoned record does not take its batch along.
 */
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
  #opening: Promise<Sink<unknown>> | undefined;
  #sink: Sink<unknown> | undefined;
  /** The call of the writer or the sink that is going on, if any. */
  #working: Promise<unknown> | undefined;
  #closed = false;
  #aborted = false;

  /** `passed` is called when a barrier goes on, with what the sink has prepared. */
  constructor(node: StageNode, run: RunContext, passed: (barrier: Barrier, prepared: unknown) => void) {
    this.node = node;
    this.#run = run;
    this.#passed = passed;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.drained = promise;
    this.#drain = resolve;
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
    const { signal, clock } = this.#run;
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
      ...(checkpoints !== undefined && { checkpointed: true }),
      ...(from !== undefined && { from }),
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
      return this.#settling(this.#recover(item, error));
    }
    if (pending === undefined) {
      this.#wrote(item);
      return;
    }
    return this.#settling(
      pending.then(
        () => this.#wrote(item),
        (error: unknown) => this.#recover(item, error),
      ),
    );
  }

  #barrier(barrier: Barrier): void | Promise<void> {
    this.#run.emit({ type: 'barrier', node: this.node.name, id: barrier.id });
    if (this.#run.checkpoints === undefined) return;
    return this.#settling(this.#prepare(barrier));
  }

  /** What the sink cannot prepare fails the checkpoint, not the run: the next one has it, too. */
  async #prepare(barrier: Barrier): Promise<void> {
    const { checkpoints } = this.#run;
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
  async commit(id: number): Promise<void> {
    if (this.#aborted || this.#closed || this.#sink?.commit === undefined) return;
    await this.#turns.pass(() => this.#settling(this.#sink!.commit!(id)));
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

  async #recover(batch: Batch<unknown>, thrown: unknown): Promise<void> {
    if (this.#aborted) throw thrown;
    const failure = await this.#retry(batch, thrown);
    if (failure !== undefined) {
      if (batch.records.length === 1 || !this.node.failures.lenient) {
        await this.#settle(batch, failedIndex(failure.error), failure);
      } else await this.#oneByOne(batch);
    }
    await this.#sendLetters();
    this.stopwatch.switchTo('waiting');
  }

  /** Tries a batch again as long as the policies say; returns the last failure, or nothing. */
  async #retry(batch: Batch<unknown>, thrown: unknown): Promise<Failure | undefined> {
    let error = thrown;
    for (let attempt = 1; ; attempt++) {
      const waitMs = this.node.failures.retryAfter(error, attempt);
      if (waitMs === undefined) return { error, attempts: attempt };
      await this.#wait(waitMs);
      const failed = await this.#tryOnce(batch);
      if (failed === undefined) return undefined;
      error = failed.error;
    }
  }

  async #oneByOne(batch: Batch<unknown>): Promise<void> {
    for (const [index, record] of batch.records.entries()) {
      const single = this.#single(batch, index, record);
      const failed = await this.#tryOnce(single);
      const failure = failed && (await this.#retry(single, failed.error));
      if (failure !== undefined) await this.#settle(batch, index, failure);
    }
  }

  /** Returns what the write failed with. Throws when the output has been given up meanwhile. */
  async #tryOnce(batch: Batch<unknown>): Promise<{ readonly error: unknown } | undefined> {
    if (this.#aborted) throw this.#run.signal.reason;
    try {
      await this.#sink!.write(batch);
    } catch (error) {
      if (this.#aborted) throw error;
      return { error };
    }
    this.#wrote(batch);
    return undefined;
  }

  #single(batch: Batch<unknown>, index: number, record: unknown): Batch<unknown> {
    return makeBatch([record], {
      source: batch.origin.source,
      at: () => batch.origin.at(index),
      raw: () => batch.origin.raw?.(index),
    });
  }

  async #settle(batch: Batch<unknown>, index: number, { error, attempts }: Failure): Promise<void> {
    const verdict = this.node.failures.settle(error, batch.records[index], attempts, {
      origin: () => batch.origin.at(index),
      raw: () => batch.origin.raw?.(index),
    });
    if (verdict.kind === 'fail') throw verdict.error;
    if (verdict.kind === 'dead-letter') this.node.letters.push(verdict.letter);
    if (verdict.kind !== 'replace') return;
    const failed = await this.#tryOnce(this.#single(batch, index, verdict.record));
    if (failed !== undefined) throw failed.error;
  }

  async #sendLetters(): Promise<void> {
    const { letters, lettersPort } = this.node;
    if (letters.length === 0) return;
    this.node.letters = [];
    lettersPort!.send(makeBatch(letters, lettersOrigin(letters)));
    if (!lettersPort!.full) return;
    this.stopwatch.switchTo('held-back');
    await lettersPort!.room();
    this.stopwatch.switchTo('busy');
  }

  #wait(ms: number): Promise<void> {
    const { clock, signal } = this.#run;
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const cancel = clock.schedule(() => {
        signal.removeEventListener('abort', abort);
        resolve();
      }, ms);
      const abort = () => {
        cancel();
        reject(signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** What a run with checkpoints has written to the end is prepared once for all that follow. */
  async #end(): Promise<void> {
    this.node.failures.settleBudgets();
    const { checkpoints } = this.#run;
    if (checkpoints !== undefined && !this.#aborted) {
      this.prepared = await this.#settling(this.#sink!.prepare?.(checkpoints.next) ?? Promise.resolve());
    }
    this.node.lettersPort?.end();
    this.#drain();
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
    await this.#settling(this.#sink!.close());
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

interface Failure {
  readonly error: unknown;
  readonly attempts: number;
}

/** Which record of a batch an encoder stumbled over; the first where that is not said. */
function failedIndex(error: unknown): number {
  const index = isMillraceError(error) ? error.details.index : undefined;
  return typeof index === 'number' ? index : 0;
}
