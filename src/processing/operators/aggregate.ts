import { parseOptions } from '../../core/options.ts';
import type { Aggregate, Aggregates } from '../../interfaces/aggregate.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { checkedAggregates, listed } from './groups/checked-aggregates.ts';
import { groupedAggregates } from './groups/grouped-aggregates.ts';

/** The results of aggregates under their names. */
export type Aggregated<A> = {
  // biome-ignore lint/suspicious/noExplicitAny: only the result counts
  -readonly [N in keyof A]: A[N] extends Aggregate<any, infer R, any> ? R : never;
};

/**
 * Works out what all records come to: counts, sums, quantiles and so on, each under its name. For one result a key, see
 * `keyBy`.
 *
 * - Emits: one record, when the input is over; of no records, too.
 * - Backpressures: never: it holds accumulators, each of which says what bounds it.
 * - Completes: when the input is over and the result is emitted.
 * - Cancels: when downstream does.
 * - On error: a value that an aggregate cannot take, and what a function of yours throws, is a failure of the
 *   record, `ERR_CALLBACK`; what goes past the bound of an aggregate is, too, `ERR_LIMIT`. No aggregate has then taken the record.
 *
 * @throws MillraceError `ERR_OPTIONS` without aggregates, and for what is none.
 * @example
 * ```ts
 * import { aggregate, count, from, max } from 'millrace';
 *
 * const whole = from([{ ms: 7 }, { ms: 9 }]).pipe(aggregate({ calls: count(), slowest: max('ms') }));
 * ```
 */
export function aggregate<T, const A extends Aggregates<T>>(
  aggregates: A,
  options: OperatorOptions = {},
): Operator<T, Aggregated<A>> {
  const list = checkedAggregates('aggregate', aggregates);
  return defineOperator<T, Aggregated<A>>({
    name: 'aggregate',
    remembers: 'snapshot',
    cardinality: 'many',
    detail: listed(list),
    ...parseOptions(operatorOptions, options, 'aggregate'),
    create: () => groupedAggregates({ aggregates: list, maxKeys: 1 }),
  });
}
