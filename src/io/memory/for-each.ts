import { z } from 'zod';
import { callSite } from '../../core/call-site.ts';
import { MillraceError, toError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import { isThenable } from '../../core/thenable.ts';
import type { Batch } from '../../interfaces/batch.ts';
import type { Sink, WriteContext, Writer } from '../../interfaces/writer.ts';

/** What a callback of {@link forEach} gets besides the record. */
export interface ForEachContext {
  /** Aborts when the run is over, whichever way. */
  readonly signal: AbortSignal;
}

/** What {@link forEach} is told of its function. */
export interface ForEachOptions {
  /** Whether a record that it gets again does nothing that it has not done already. @default false */
  readonly idempotent?: boolean;
}

/** The options of `forEach`. */
export const forEachOptions = z.strictObject({
  idempotent: z.boolean().default(false).describe('Whether a record that comes again does nothing more'),
});

/**
 * A writer that calls a function for each record, one at a time and in order. What it returns is
 * awaited, so an asynchronous function holds the graph back until it is done.
 *
 * A call that throws or rejects fails with `ERR_CALLBACK`. When the batch is tried again, whole or
 * record by record, the records before the failed one are not passed to the function again. A run that goes on from a
 * checkpoint passes the records behind it again: say `idempotent` where that does no harm, as the function puts each
 * under its key, or under a `recordId()`.
 *
 * @example
 * ```ts
 * import { forEach, from, pipeline, run } from 'millrace';
 *
 * await run(pipeline('print', [from([1, 2, 3]).to(forEach((n) => console.log(n)))]));
 * ```
 */
export function forEach<T>(
  fn: (record: T, context: ForEachContext) => unknown,
  options: ForEachOptions = {},
): Writer<T> {
  const { idempotent } = parseOptions(forEachOptions, options, 'forEach');
  const site = callSite();
  const label = site === undefined ? 'for_each' : `for_each ${site}`;
  return Object.freeze({
    name: 'for_each',
    label,
    traits: Object.freeze({ commit: idempotent ? ('idempotent' as const) : ('none' as const) }),
    open: async (context: WriteContext) => new ForEachSink(fn, label, { signal: context.signal }),
  });
}

/** A batch that failed on the way: its first `taken` records are done; `seen` of them came again. */
interface Unfinished {
  readonly records: readonly unknown[];
  readonly taken: number;
  seen: number;
}

class ForEachSink<T> implements Sink<T> {
  readonly #fn: (record: T, context: ForEachContext) => unknown;
  readonly #label: string;
  readonly #context: ForEachContext;
  #unfinished: Unfinished | undefined;

  constructor(fn: (record: T, context: ForEachContext) => unknown, label: string, context: ForEachContext) {
    this.#fn = fn;
    this.#label = label;
    this.#context = context;
  }

  write(batch: Batch<T>): void | Promise<void> {
    const { records } = batch;
    for (let i = this.#taken(records); i < records.length; i++) {
      const returned = this.#call(batch, i);
      if (isThenable(returned)) return this.#rest(batch, i, returned);
    }
  }

  async close(): Promise<void> {}

  async abort(): Promise<void> {}

  /** How many records at the beginning were done before the batch failed. */
  #taken(records: readonly T[]): number {
    const unfinished = this.#unfinished;
    if (unfinished === undefined) return 0;
    const { taken, seen } = unfinished;
    const again = records.length === 1 && Object.is(records[0], unfinished.records[seen]);
    if (again) unfinished.seen++;
    if (!again || unfinished.seen === taken) this.#unfinished = undefined;
    if (records === unfinished.records) return taken;
    return again ? 1 : 0;
  }

  /** From the first call on that returned a promise. */
  async #rest(batch: Batch<T>, from: number, pending: PromiseLike<unknown>): Promise<void> {
    await this.#settled(batch, from, pending);
    for (let i = from + 1; i < batch.records.length; i++) {
      const returned = this.#call(batch, i);
      if (isThenable(returned)) await this.#settled(batch, i, returned);
    }
  }

  #call(batch: Batch<T>, index: number): unknown {
    try {
      return this.#fn(batch.records[index]!, this.#context);
    } catch (cause) {
      throw this.#failure(batch, index, cause);
    }
  }

  async #settled(batch: Batch<T>, index: number, pending: PromiseLike<unknown>): Promise<void> {
    try {
      await pending;
    } catch (cause) {
      throw this.#failure(batch, index, cause);
    }
  }

  #failure(batch: Batch<T>, index: number, cause: unknown): MillraceError {
    const origin = batch.origin.at(index);
    this.#unfinished = index === 0 ? undefined : { records: batch.records, taken: index, seen: 0 };
    return new MillraceError(
      'ERR_CALLBACK',
      `Cannot write record ${origin.record} of ${origin.source} to ${this.#label}: ${toError(cause).message}`,
      { cause, origin },
    );
  }
}
