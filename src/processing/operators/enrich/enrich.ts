import { z } from 'zod';
import { type Duration, duration } from '../../../core/duration.ts';
import { parseOptions } from '../../../core/options.ts';
import type { Operator } from '../../../interfaces/operator.ts';
import { checkCallback, nameOf } from '../check-callback.ts';
import { type AsyncOperatorOptions, asyncOperatorOptions, defineOperator } from '../define-operator.ts';
import { keyId } from '../key-id.ts';
import { type Found, LookupBatches } from './lookup-batches.ts';
import { LookupCache } from './lookup-cache.ts';
import { type Merge, type Missing, merging, missingSchema } from './merging.ts';

/** What is remembered of lookups. */
export interface LookupCacheOptions {
  /** Keys that are remembered; the one that was not used for longest is forgotten first. @default 10_000 */
  readonly size?: number;
  /** How long a value is remembered. @default for the whole run */
  readonly ttl?: Duration;
  /** How long it is remembered that a key has no value; `false` for never. @default as long as a value */
  readonly negative?: Duration | false;
}

/** How `enrich` works. */
export interface EnrichOptions<A, K, V, B> extends AsyncOperatorOptions {
  /** What to look up for a record: text, a number, a `Date`, or a list of such. */
  readonly key: (record: A) => K;
  /** Records with what was found, which is `undefined` where nothing was. @default its fields are added to the record's */
  readonly merge?: Merge<A, V, B>;
  /** What becomes of a record whose key has no value. @default 'keep' */
  readonly missing?: Missing;
  /** Keys of one call, and how long the first of them waits for others; `lookup` then gets a list of keys. @default one key a call */
  readonly batch?: number | { readonly size: number; readonly within?: Duration };
  /** What is remembered; `false` for nothing. @default 10_000 keys, for the whole run */
  readonly cache?: LookupCacheOptions | false;
}

const time = z.union([z.number(), z.string()]);
const size = z.int().min(1).describe('Keys of one call at the most');

/** The options that are plain data. */
export const lookupOptions = asyncOperatorOptions.omit({ bulkhead: true, circuitBreaker: true }).extend({
  missing: missingSchema,
  batch: z
    .union([
      size,
      z.strictObject({ size, within: time.optional().describe('How long the first key waits for others') }),
    ])
    .optional()
    .describe('Keys of one call'),
  concurrency: z.int().min(1).optional().describe('Records in flight at the most'),
  cache: z
    .union([
      z.literal(false),
      z.strictObject({
        size: z.int().min(1).default(10_000).describe('Keys that are remembered'),
        ttl: time.optional().describe('How long a value is remembered'),
        negative: z
          .union([z.literal(false), time])
          .optional()
          .describe('How long it is remembered that a key has no value'),
      }),
    ])
    .prefault({})
    .describe('What is remembered'),
});

const schema = asyncOperatorOptions.extend({
  ...lookupOptions.shape,
  key: z.custom<(record: never) => unknown>((value) => typeof value === 'function', 'expected a function'),
  merge: z
    .custom<Merge<never, never, unknown>>((value) => typeof value === 'function', 'expected a function')
    .optional(),
});

type Settings = z.output<typeof schema>;

/**
 * Adds to each record what `lookup` finds for its key. Records that ask for the same key at a time ask
 * once; with `batch`, keys are gathered and `lookup` gets a list of them; what was found is remembered
 * within bounds. A failed lookup is not remembered: each record that asked fails, and `retry()` asks again.
 *
 * - Emits: what `merge` makes of the record and what was found, in the order of the input; with
 *   `ordered: false` as it comes. With `missing: 'drop'` nothing for a key that has no value.
 * - Backpressures: when `concurrency` records are in flight, twice a batch and 16 at least by default,
 *   or when downstream does.
 * - Completes: when the input is over and the last lookup has settled.
 * - Cancels: when downstream does; the signal of lookups aborts when nothing more is wanted of them.
 * - On error: what `key`, `lookup` or `merge` throws is a failure of the record; so is a key without a
 *   value with `missing: 'fail'`, `ERR_NOT_FOUND`, a key that is an object, `ERR_KEY`, and a lookup
 *   that takes longer than `timeout`, `ERR_TIMEOUT`.
 *
 * @throws MillraceError `ERR_OPTIONS` for wrong options.
 * @example
 * ```ts
 * import { enrich, from } from 'millrace';
 *
 * const customers = new Map([[7, { country: 'DE' }]]);
 * const orders = from([{ id: 1, customer: 7 }]).pipe(
 *   enrich(async (ids: readonly number[]) => ids.map((id) => customers.get(id)), {
 *     key: (order) => order.customer,
 *     batch: { size: 100, within: '5ms' },
 *     cache: { size: 50_000, ttl: '10m', negative: '1m' },
 *   }),
 * );
 * ```
 */
export function enrich<A, K, V, B = A & V>(
  lookup: (
    keys: readonly K[],
    context: { readonly signal: AbortSignal },
  ) => Found<K, V> | PromiseLike<Found<K, V>>,
  options: EnrichOptions<A, K, V, B> & { readonly batch: NonNullable<EnrichOptions<A, K, V, B>['batch']> },
): Operator<A, B>;
export function enrich<A, K, V, B = A & V>(
  lookup: (
    key: K,
    context: { readonly signal: AbortSignal },
  ) => V | undefined | null | PromiseLike<V | undefined | null>,
  options: EnrichOptions<A, K, V, B>,
): Operator<A, B>;
// biome-ignore lint/suspicious/noExplicitAny: what the overloads say
export function enrich(lookup: unknown, options: unknown): Operator<any, any> {
  checkCallback('enrich', lookup);
  const settings = parseOptions(schema, options, 'enrich');
  const { missing, onError, ordered, timeout } = settings;
  const batch = batchOf(settings);
  const cached = cacheOf(settings);
  const merge = merging('enrich', missing, settings.merge);
  const key = settings.key as (record: unknown) => unknown;
  return defineOperator<unknown, unknown>({
    name: 'enrich',
    remembers: 'none',
    kind: 'async',
    cardinality: missing === 'drop' ? 'many' : 'one',
    origins: 'kept',
    // What is missing today may be there tomorrow.
    repeats: missing !== 'drop',
    detail: nameOf(lookup),
    onError,
    async: { ordered, timeout, concurrency: settings.concurrency ?? Math.max(16, 2 * (batch?.size ?? 0)) },
    create(context) {
      const over = new AbortController();
      const calling = { signal: over.signal };
      const cache = new LookupCache<unknown>(cached, context.clock);
      const batches =
        batch === undefined
          ? undefined
          : new LookupBatches({ lookup: lookup as never, ...batch }, calling, context.clock);
      const find = async (wanted: unknown): Promise<unknown> => {
        if (batches !== undefined) return batches.find(wanted);
        return (await (lookup as (key: unknown, context: object) => unknown)(wanted, calling)) ?? undefined;
      };
      return {
        call(record, { attempt }) {
          const wanted = key(record);
          const known = cache.get(keyId(wanted), () => find(wanted), attempt > 1);
          if (!(known instanceof Promise)) return merge(record, known.value, wanted);
          return known.then((value) => merge(record, value, wanted));
        },
        close() {
          over.abort();
          batches?.close();
          cache.close();
        },
      };
    },
  });
}

function batchOf({ batch }: Settings): { readonly size: number; readonly within: number } | undefined {
  if (batch === undefined) return undefined;
  if (typeof batch === 'number') return { size: batch, within: 0 };
  return {
    size: batch.size,
    within: batch.within === undefined ? 0 : duration(batch.within, 'time of a batch of enrich()'),
  };
}

function cacheOf({ cache }: Settings): { size: number; ttl: number | undefined; negative: number } {
  if (cache === false) return { size: 0, ttl: undefined, negative: 0 };
  const ttl = cache.ttl === undefined ? undefined : duration(cache.ttl, 'ttl of enrich()');
  const { negative } = cache;
  if (negative === false) return { size: cache.size, ttl, negative: 0 };
  const forNothing = negative === undefined ? ttl : duration(negative, 'negative of enrich()');
  return { size: cache.size, ttl, negative: forNothing ?? Number.MAX_SAFE_INTEGER };
}
