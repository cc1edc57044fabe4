import { parseOptions } from '../../core/options.ts';
import type { CallContext, Operator } from '../../interfaces/operator.ts';
import { checkCallback, nameOf } from './check-callback.ts';
import { type AsyncOperatorOptions, asyncOperatorOptions, defineOperator } from './define-operator.ts';

/**
 * Makes one record of each, asynchronously: what `fn` returns or resolves to.
 *
 * - Emits: each result, in the order of the input; with `ordered: false` as they come.
 * - Backpressures: when `concurrency` records are in flight, finished ones that wait for their turn
 *   included, or when downstream does.
 * - Completes: when the input is over and the last call has settled.
 * - Cancels: when downstream does; the signal of every open call aborts.
 * - On error: what `fn` throws or rejects with is a failure of the record, and so is a call that
 *   takes longer than `timeout`, `ERR_TIMEOUT`, or that the `circuitBreaker` does not let be made,
 *   `ERR_CIRCUIT_OPEN`. `retry()` calls again.
 *
 * @throws MillraceError `ERR_OPTIONS` for a concurrency below 1 or a timeout that is no duration.
 * @example
 * ```ts
 * import { from, mapAsync } from 'millrace';
 *
 * const pages = from(['https://example.org/']).pipe(
 *   mapAsync(async (url, { signal }) => (await fetch(url, { signal })).text(), {
 *     concurrency: 4,
 *     timeout: '2s',
 *   }),
 * );
 * ```
 */
export function mapAsync<A, B>(
  fn: (record: A, context: CallContext) => B | PromiseLike<B>,
  options: AsyncOperatorOptions = {},
): Operator<A, B> {
  checkCallback('mapAsync', fn);
  const { onError, ...async } = parseOptions(asyncOperatorOptions, options, 'mapAsync');
  return defineOperator<A, B>({
    name: 'mapAsync',
    remembers: 'none',
    kind: 'async',
    cardinality: 'one',
    detail: nameOf(fn),
    onError,
    async,
    create: () => ({ call: fn }),
  });
}
