import { batch as makeBatch, PickedOrigin } from '../../core/batch.ts';
import { isMillraceError } from '../../core/errors.ts';
import type { Batch } from '../../interfaces/batch.ts';
import { lettersOrigin } from './letters-origin.ts';
import type { RunContext } from './run-context.ts';
import type { StageNode } from './stage-node.ts';
import type { Stopwatch } from './stopwatch.ts';

/** The sink whose writes fail. */
export interface RecoveringSink {
  readonly node: StageNode;
  readonly run: RunContext;
  readonly stopwatch: Stopwatch;
  /** Whether the output has been given up. */
  readonly aborted: () => boolean;
  readonly write: (batch: Batch<unknown>) => void | Promise<void>;
  readonly wrote: (batch: Batch<unknown>) => void;
}

/**
 * Settles what a batch failed with: it is tried again whole; when that is of no use, in parts, so that one poisoned record
 * does not take its batch along: what is in front of it and behind it, where the sink says which it is; else one by one.
 */
export class SinkRecovery {
  readonly #sink: RecoveringSink;

  constructor(sink: RecoveringSink) {
    this.#sink = sink;
  }

  get #node(): StageNode {
    return this.#sink.node;
  }

  async recover(batch: Batch<unknown>, thrown: unknown): Promise<void> {
    if (this.#sink.aborted()) throw thrown;
    const failure = await this.#retry(batch, thrown);
    if (failure !== undefined) {
      if (batch.records.length === 1 || !this.#node.failures.lenient) {
        await this.#settle(batch, saidIndex(failure.error) ?? 0, failure);
      } else await this.#apart(batch, failure);
    }
    await this.#sendLetters();
    this.#sink.stopwatch.switchTo('waiting');
  }

  /** Tries a batch again as long as the policies say; returns the last failure, or nothing. */
  async #retry(batch: Batch<unknown>, thrown: unknown): Promise<Failure | undefined> {
    let error = thrown;
    for (let attempt = 1; ; attempt++) {
      const waitMs = this.#node.failures.retryAfter(error, attempt);
      if (waitMs === undefined) return { error, attempts: attempt };
      await this.#wait(waitMs);
      const failed = await this.#tryOnce(batch);
      if (failed === undefined) return undefined;
      error = failed.error;
    }
  }

  async #apart(batch: Batch<unknown>, failure: Failure): Promise<void> {
    let rest = batch;
    let failed: Failure | undefined = failure;
    while (failed !== undefined) {
      const at = saidIndex(failed.error);
      const { length } = rest.records;
      if (at === undefined || at >= length) return this.#oneByOne(rest);
      const before = part(rest, 0, at);
      const found = await this.#try(before);
      if (found !== undefined) await this.#apart(before, found);
      await this.#oneByOne(part(rest, at, at + 1));
      rest = part(rest, at + 1, length);
      failed = await this.#try(rest);
    }
  }

  async #oneByOne(batch: Batch<unknown>): Promise<void> {
    for (const [index, record] of batch.records.entries()) {
      const failure = await this.#try(this.#single(batch, index, record));
      if (failure !== undefined) await this.#settle(batch, index, failure);
    }
  }

  /** Writes a batch, as often as the policies say; returns the last failure, or nothing. */
  async #try(batch: Batch<unknown>): Promise<Failure | undefined> {
    if (batch.records.length === 0) return undefined;
    const failed = await this.#tryOnce(batch);
    return failed && this.#retry(batch, failed.error);
  }

  /** Returns what the write failed with. Throws when the output has been given up meanwhile. */
  async #tryOnce(batch: Batch<unknown>): Promise<{ readonly error: unknown } | undefined> {
    if (this.#sink.aborted()) throw this.#sink.run.signal.reason;
    try {
      await this.#sink.write(batch);
    } catch (error) {
      if (this.#sink.aborted()) throw error;
      return { error };
    }
    this.#sink.wrote(batch);
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
    const verdict = this.#node.failures.settle(error, batch.records[index], attempts, {
      origin: () => batch.origin.at(index),
      raw: () => batch.origin.raw?.(index),
    });
    if (verdict.kind === 'fail') throw verdict.error;
    if (verdict.kind === 'dead-letter') this.#node.letters.push(verdict.letter);
    if (verdict.kind !== 'replace') return;
    const failed = await this.#tryOnce(this.#single(batch, index, verdict.record));
    if (failed !== undefined) throw failed.error;
  }

  async #sendLetters(): Promise<void> {
    const { letters, lettersPort } = this.#node;
    if (letters.length === 0) return;
    this.#node.letters = [];
    lettersPort!.send(makeBatch(letters, lettersOrigin(letters)));
    if (!lettersPort!.full) return;
    this.#sink.stopwatch.switchTo('held-back');
    await lettersPort!.room();
    this.#sink.stopwatch.switchTo('busy');
  }

  #wait(ms: number): Promise<void> {
    const { clock, signal } = this.#sink.run;
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
}

interface Failure {
  readonly error: unknown;
  readonly attempts: number;
}

/** Which record of a batch a sink stumbled over, where it says that. */
function saidIndex(error: unknown): number | undefined {
  const index = isMillraceError(error) ? error.details['index'] : undefined;
  return typeof index === 'number' && index >= 0 ? index : undefined;
}

/** Some records of a batch, behind one another. */
function part({ records, origin }: Batch<unknown>, from: number, to: number): Batch<unknown> {
  const indices = Array.from({ length: to - from }, (_, index) => from + index);
  return makeBatch(records.slice(from, to), new PickedOrigin(origin, indices));
}
