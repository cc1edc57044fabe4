import { parseOptions } from '../../core/options.ts';
import type { CallContext, Operator } from '../../interfaces/operator.ts';
import { checkCallback, nameOf } from './check-callback.ts';
import { type AsyncOperatorOptions, asyncOperatorOptions, defineOperator } from './define-operator.ts';

type Records<B> = Iterable<B> | AsyncIterable<B>;

/**
 * Makes any number of records of each, asynchronously: those of the iterable or async iterable that
 * `fn` returns or resolves to.
 *
 * - Emits: each record of each iterable; those of one input record stay together in the order of the
 *   input, with `ordered: false` they go on as they come.
 * - Backpressures: when `concurrency` input records are in flight, or when downstream does; an
 *   iterable is pulled only while there is room.
 * - Completes: when the input is over and the last iterable is exhausted.
 * - Cancels: when downstream does; open iterables are closed and the signals of open calls abort.
 * - On error: what `fn` or its iterable throws or rejects with is a failure of the record, and so is
 *   a call that takes longer than `timeout`, `ERR_TIMEOUT`, or that the `circuitBreaker` does not let
 *   be made, `ERR_CIRCUIT_OPEN`.
 *
 * @throws MillraceError `ERR_OPTIONS` for a concurrency below 1 or a timeout that is no duration.
 * @example
 * ```ts
 * import { flatMapAsync, from } from 'millrace';
 *
 * const lines = from(['https://example.org/']).pipe(
 *   flatMapAsync(async (url, { signal }) => (await (await fetch(url, { signal })).text()).split('\n')),
 * );
 * ```
 */
export function flatMapAsync<A, B>(
  fn: (record: A, context: CallContext) => Records<B> | PromiseLike<Records<B>>,
  options: AsyncOperatorOptions = {},
): Operator<A, B> {
  checkCallback('flatMapAsync', fn);
  const { onError, ...async } = parseOptions(asyncOperatorOptions, options, 'flatMapAsync');
  return defineOperator<A, B>({
    name: 'flatMapAsync',
    remembers: 'none',
    kind: 'async',
    cardinality: 'many',
    origins: 'kept',
    detail: nameOf(fn),
    onError,
    async,
    create: () => ({ call: fn }),
  });
}
