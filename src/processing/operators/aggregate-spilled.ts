import { z } from 'zod';
import { parseOptions } from '../../core/options.ts';
import type { Aggregates } from '../../interfaces/aggregate.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { HoldingLogic, holdingRoom } from '../runtime/spill/holding-logic.ts';
import type { AggregatedBy } from './aggregate-by.ts';
import { checkCallback } from './check-callback.ts';
import { defineOperator } from './define-operator.ts';
import { checkedAggregates, listed } from './groups/checked-aggregates.ts';
import { SpilledGroups } from './groups/spilled-groups.ts';

/** Where accumulators may go. */
export interface SpilledOptions {
  /** Whether accumulators may go to the disk when they have no room in memory. @default true, unless the pipeline says otherwise */
  readonly spill?: boolean;
}

const schema = z.strictObject({
  spill: z.boolean().default(true).describe('Whether accumulators may go to the disk'),
});

/**
 * Works out what the records of each key come to, also of more keys than memory holds: like `aggregateBy`, but what it
 * holds is counted against the pipeline's `memory`, and goes to the disk when that is used up.
 *
 * - Emits: one record a key, when the input is over, then the event time that has been reached. In the order in which
 *   the keys first came, if all of them were in memory; else in an order that is the same for the same input and memory.
 * - Backpressures: while it writes to the disk, and when downstream does.
 * - Completes: when the input is over and the results are emitted.
 * - Cancels: when downstream does.
 * - On error: a value that an aggregate cannot take, what a function of yours throws, `ERR_CALLBACK`, and a key that
 *   cannot be compared, `ERR_KEY`, end the run: policies do not apply. So does a key whose accumulators have no room
 *   by themselves, or any where it may not spill, `ERR_MEMORY`, and a full disk, `ERR_SPACE`.
 *
 * @throws MillraceError `ERR_OPTIONS` without aggregates, for what is none, and for one that is called `key`.
 * @example
 * ```ts
 * import { count, from, sum } from 'millrace';
 *
 * const perUser = from([{ user: 'ann', amount: 7 }])
 *   .keyBy((order) => order.user)
 *   .aggregate({ n: count(), total: sum('amount') });
 * ```
 */
export function aggregateSpilled<T, K, const A extends Aggregates<T>>(
  key: (record: T) => K,
  aggregates: A,
  options: SpilledOptions = {},
): Operator<T, AggregatedBy<K, A>> {
  checkCallback('aggregate', key);
  const list = checkedAggregates('aggregate', aggregates, 'key');
  const { spill } = parseOptions(schema, options, 'aggregate');
  return defineOperator<T, AggregatedBy<K, A>>({
    name: 'aggregate',
    kind: 'duplex',
    cardinality: 'many',
    remembers: 'snapshot',
    detail: listed(list),
    create(context) {
      const groups = new SpilledGroups<T, AggregatedBy<K, A>>(key, list, holdingRoom(context, spill));
      return new HoldingLogic(groups, 'aggregate', context);
    },
  });
}
