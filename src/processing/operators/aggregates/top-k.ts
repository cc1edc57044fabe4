import { z } from 'zod';
import { parseOptions } from '../../../core/options.ts';
import type { Aggregate } from '../../../interfaces/aggregate.ts';
import { keyId } from '../key-id.ts';
import { fieldAggregate } from './field-aggregate.ts';
import type { FieldsOf, Source, ValueOf } from './fields.ts';

/** What bounds `topK`. */
export interface TopKOptions {
  /** Different values that are counted exactly. @default 1000, or ten times `k` where that is more */
  readonly max?: number;
}

/** A value, and how often it came. */
export interface Frequent<V> {
  value: V;
  count: number;
}

/** How many values `topK` gives. */
export const topKCount = z.number().int().min(1).describe('How many of the most frequent values');

/** The options of `topK`. */
export const topKOptions = z.strictObject({
  max: z.number().int().min(1).optional().describe('Different values that are counted exactly'),
});

type State = Map<unknown, Frequent<unknown>>;

/**
 * The `k` most frequent values of a field, or of what a function makes of the record, with their counts, the most
 * frequent first; of equally frequent ones, the one that came first.
 *
 * Exact for up to `max` different values. Where there are more, the rarest are forgotten now and then (the
 * summary of Misra and Gries): a count may then be too low by as much as the number of values divided by `max`,
 * never too high, and a value that is more frequent than that is not missed. It holds counters for twice `max` values.
 *
 * `null` and `undefined` are passed over; a value that cannot be compared, such as an object, fails its record,
 * `ERR_KEY`.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `k` is a whole number from 1, and `max` one from `k`.
 * @example
 * ```ts
 * import { aggregate, from, topK } from 'millrace';
 *
 * const favourites = from([{ page: '/' }, { page: '/help' }]).pipe(aggregate({ pages: topK('page', 3) }));
 * ```
 */
export function topK<T, V>(
  value: (record: T) => V,
  k: number,
  options?: TopKOptions,
): Aggregate<T, Frequent<NonNullable<V>>[]>;
export function topK<T, const F extends FieldsOf<T, unknown> = FieldsOf<T, unknown>>(
  field: F,
  k: number,
  options?: TopKOptions,
): Aggregate<T, Frequent<ValueOf<T, F>>[]>;
export function topK(
  source: Source,
  k: number,
  options: TopKOptions = {},
): Aggregate<never, Frequent<unknown>[]> {
  const most = parseOptions(topKCount, k, 'topK');
  const { max = Math.max(1000, 10 * most) } = parseOptions(
    topKOptions.safeExtend({ max: z.number().int().min(most).optional() }),
    options,
    'topK',
  );
  const add = (counts: State, id: unknown, value: unknown, count: number): void => {
    const known = counts.get(id);
    if (known === undefined) counts.set(id, { value, count });
    else known.count += count;
  };
  return fieldAggregate<unknown, Frequent<unknown>[], State>(source, {
    name: 'topK',
    create: () => new Map(),
    check: (_counts, value) => void keyId(value),
    take(counts, value) {
      add(counts, keyId(value), value, 1);
      if (counts.size > 2 * max) forgetRarest(counts, max);
      return counts;
    },
    merge(earlier, later) {
      for (const [id, { value, count }] of later) add(earlier, id, value, count);
      if (earlier.size > 2 * max) forgetRarest(earlier, max);
      return earlier;
    },
    result: (counts) =>
      byCount(counts)
        .slice(0, most)
        .map((entry) => ({ ...entry })),
  });
}

function byCount(counts: State): Frequent<unknown>[] {
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

/** Takes from each counter what the largest of those beyond `max` has: at most `max` are left. */
function forgetRarest(counts: State, max: number): void {
  const taken = byCount(counts)[max]!.count;
  for (const [id, entry] of counts) {
    if (entry.count <= taken) counts.delete(id);
    else entry.count -= taken;
  }
}
