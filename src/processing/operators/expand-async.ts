import { z } from 'zod';
import type { Duration } from '../../core/duration.ts';
import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { type Begun, CallsAhead, type Made } from './calls-ahead.ts';
import { checkCallback, nameOf } from './check-callback.ts';
import { defineOperator, operatorOptions } from './define-operator.ts';
import { type ExpandOptions, expansionOptions, iterable } from './expand.ts';
import type { Waiting } from './expansion.ts';
import { released } from './inner-records.ts';

/** How `expandAsync` works. */
export interface ExpandAsyncOptions extends ExpandOptions {
  /** Calls in flight at the most. @default 16 */
  readonly concurrency?: number;
  /** Longest time to wait for the next record, then it fails with `ERR_TIMEOUT`. @default no limit */
  readonly timeout?: Duration;
}

/** What the callback of `expandAsync` gets besides the record. */
export interface ExpandContext {
  /** Aborts when the run is over. */
  readonly signal: AbortSignal;
  /** 0 for records of the input. */
  readonly depth: number;
}

type MadeLater<A> = Made<A> | PromiseLike<Made<A>>;

/** The options of `expandAsync`. */
export const expandAsyncOptions = operatorOptions.extend({
  ...expansionOptions.shape,
  concurrency: z.number().int().min(1).default(16).describe('Calls in flight at the most'),
  timeout: z.union([z.number(), z.string()]).optional().describe('Longest time to wait for the next record'),
});

/**
 * Passes each record on, and all that comes of it, breadth first, asynchronously: what `fn` makes of
 * it, what it makes of that, and so on. Records of the input are expanded one after the other, and
 * within one, `concurrency` calls are made at a time.
 *
 * - Emits: each record, then the records of depth 1, of depth 2 … in the order of those they come of.
 * - Backpressures: when downstream does; then no more calls are begun.
 * - Completes: when the input is over and the last record is expanded.
 * - Cancels: when downstream does; the signal of every open call aborts.
 * - On error: what `fn` or its iterable throws or rejects with is a failure of the record of the input,
 *   and so are a wait for the next record that takes longer than `timeout`, `ERR_TIMEOUT`, more than `max` waiting
 *   records, and without `depth` more than 10 000 levels, `ERR_LIMIT`. What was emitted by then stays;
 *   `retry()` repeats the first call of a record only.
 *
 * @throws MillraceError `ERR_OPTIONS` for a depth, max, concurrency or timeout that is none.
 * @example
 * ```ts
 * import { expandAsync, from } from 'millrace';
 *
 * interface Page {
 *   readonly links: readonly string[];
 * }
 * declare const load: (url: string, signal: AbortSignal) => Promise<Page>;
 *
 * const pages = from(['https://example.org/']).pipe(
 *   expandAsync(async (url, { signal }) => (await load(url, signal)).links, { depth: 3, concurrency: 4 }),
 * );
 * ```
 */
export function expandAsync<A>(
  fn: (record: A, context: ExpandContext) => MadeLater<A>,
  options: ExpandAsyncOptions = {},
): Operator<A, A> {
  checkCallback('expandAsync', fn);
  const { onError, concurrency, timeout, depth, max } = parseOptions(
    expandAsyncOptions,
    options,
    'expandAsync',
  );
  return defineOperator<A, A>({
    name: 'expandAsync',
    remembers: 'none',
    kind: 'async',
    cardinality: 'many',
    origins: 'kept',
    detail: nameOf(fn),
    onError,
    async: { concurrency: 1, timeout },
    create: () => ({
      // Nothing of a record that cannot be expanded is emitted; its own call can be repeated.
      async call(record, { signal }) {
        const call = async (waiting: Waiting<A>): Promise<Made<A>> =>
          fn(waiting.record, { signal, depth: waiting.depth });
        const calls = new CallsAhead(call, { depth, max }, concurrency);
        calls.add(record, 0);
        const first = calls.next();
        await first?.made;
        return expanded(record, first, calls, signal);
      },
    }),
  });
}

async function* expanded<A>(
  record: A,
  first: Begun<A> | undefined,
  calls: CallsAhead<A>,
  signal: AbortSignal,
): AsyncGenerator<A> {
  yield record;
  for (let next = first; next !== undefined; next = calls.next()) {
    for await (const child of records(await next.made, signal)) {
      yield child;
      calls.add(child, next.depth + 1);
    }
  }
}

function records<A>(made: Made<A>, signal: AbortSignal): Iterable<A> | AsyncIterable<A> {
  if (made === null || made === undefined) return [];
  if (Symbol.asyncIterator in Object(made)) return released(made as AsyncIterable<A>, signal);
  return iterable(made as Iterable<A>);
}
