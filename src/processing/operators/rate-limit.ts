import { z } from 'zod';
import { parseOptions } from '../../core/options.ts';
import { parseRate, type Rate } from '../../core/rate.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { checkCallback, nameOf } from './check-callback.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { keyId } from './key-id.ts';
import { TokenBuckets } from './token-buckets.ts';

export interface RateLimitOptions<A> extends OperatorOptions {
  /** Records in a time: `'100/s'`, `'10/min'`, `'1/250ms'`. */
  readonly rate: Rate;
  /** Records that may go at once after a pause. @default what comes in 10 ms, at least 1 */
  readonly burst?: number;
  /** What the rate holds for each of. @default all records together */
  readonly key?: (record: A) => unknown;
  /** With `key`: records that wait at the most, of all keys; then upstream waits, too. @default 1000 */
  readonly size?: number;
  /** With `key`: keys that are remembered, which are those whose burst is not whole again. @default 100_000 */
  readonly keys?: number;
}

/** The options of `rateLimit`. */
export const rateLimitOptions = operatorOptions.extend({
  rate: z.string().describe('Records in a time, e.g. "100/s"'),
  burst: z.number().int().min(1).optional().describe('Records that may go at once after a pause'),
  key: z.unknown().optional().describe('What the rate holds for each of'),
  size: z.number().int().min(1).default(1000).describe('Records that wait at the most'),
  keys: z.number().int().min(1).default(100_000).describe('Keys that are remembered'),
});

/** Timers are no finer: a default burst that is smaller would hold back high rates. */
const GRAIN_MS = 10;

/**
 * Holds records back so that no more than `rate` of them pass, by a token bucket and by the clock: `burst`
 * records after a pause, then one after the other. Drops none. With `key`, each key has the rate for itself:
 * records of a key keep their order, those of other keys overtake them.
 *
 * - Emits: each record when there is a token for it.
 * - Backpressures: while a record waits; with `key` while `size` of them do; and when downstream does.
 * - Completes: when the input is over and no record waits.
 * - Cancels: when downstream does.
 * - On error: what `key` throws is a failure of the record, a key that cannot be compared is `ERR_KEY`, and
 *   one more than `keys` of them `ERR_LIMIT`. No token is taken.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `rate` is a rate, `key` a function, and the others whole numbers from 1.
 * @example
 * ```ts
 * import { from, rateLimit } from 'millrace';
 *
 * const polite = from([{ host: 'a.example' }]).pipe(rateLimit({ rate: '10/s', key: (page) => page.host }));
 * ```
 */
export function rateLimit<A>(options: RateLimitOptions<A>): Operator<A, A> {
  const { rate, burst, size, keys, onError } = parseOptions(rateLimitOptions, options, 'rateLimit');
  const { key } = options;
  if (key !== undefined) checkCallback('rateLimit', key);
  const { count, perMs } = parseRate(rate, 'rate of rateLimit()');
  const limits = {
    perMs: count / perMs,
    burst: burst ?? Math.max(1, Math.ceil((count / perMs) * GRAIN_MS)),
    keys,
  };
  return defineOperator<A, A>({
    name: 'rateLimit',
    remembers: 'none',
    kind: 'async',
    cardinality: 'one',
    detail: key === undefined ? rate : `${rate} by ${nameOf(key) ?? 'key'}`,
    onError,
    async: key === undefined ? { concurrency: 1 } : { concurrency: size, ordered: false },
    create(context) {
      const buckets = new TokenBuckets(context.clock, (ms, callback) => context.after(ms, callback), limits);
      return {
        call: (record) => buckets.pass(record, key === undefined ? undefined : keyId(key(record))),
      };
    },
  });
}
