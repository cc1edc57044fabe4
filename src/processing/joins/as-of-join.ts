import { z } from 'zod';
import { type Duration, duration } from '../../core/duration.ts';
import { parseOptions } from '../../core/options.ts';
import type { Flow } from '../graph/flow.ts';
import { defineOperator } from '../operators/define-operator.ts';
import { AsOfJoinLogic } from './as-of-join-logic.ts';
import { type Joined, type JoinMerge, pair } from './join-kinds.ts';
import { type Sided, sided } from './sided.ts';
import { type TimedJoinOptions, timedJoinSchema, timeReaders } from './timed-join-options.ts';

/** How `asOfJoin` works. */
export interface AsOfJoinOptions<L, R, K extends 'left' | 'inner', B> extends TimedJoinOptions<L, R> {
  /** Whether left records come out for which there is no right one yet. @default 'left' */
  readonly kind?: K;
  /** How old the right record may be. @default any age */
  readonly tolerance?: Duration;
  /** Makes one record of the two. @default `{ left, right }` */
  readonly merge?: JoinMerge<L, R, K, B>;
}

const schema = timedJoinSchema.extend({
  kind: z.enum(['left', 'inner']).default('left').describe('Whether left records come out that have none'),
  tolerance: z.union([z.number(), z.string()]).optional().describe('How old the right record may be'),
  merge: z
    .custom<(left: never, right: never) => unknown>(
      (value) => typeof value === 'function',
      'expected a function',
    )
    .optional(),
});

/**
 * Joins each left record with the latest right record of its key that is not later: the price that held
 * when the order came. Of right records of one time the last to come counts. Both flows need
 * `eventTime()` in front: a left record waits until event time has passed it, as an earlier right one
 * may still come.
 *
 * - Emits: what `merge` makes of a left record and its right one, `undefined` where there is none, when
 *   event time has passed the left one, and at the end; in the order of time.
 * - Backpressures: when downstream does.
 * - Completes: when both flows are over.
 * - Cancels: both flows, when downstream does.
 * - On error: what a function throws is a failure of the record, `merge` ends the run; so are a time that
 *   is none, `ERR_EVENT_TIME`, a key that is an object, `ERR_KEY`, a record that event time has passed,
 *   `ERR_LATE`, and one more than `maxRows`, `ERR_LIMIT`. Held are left records that wait, and of each key
 *   the right ones that may still be asked for: the latest at least, without a `tolerance` to the end.
 *
 * @throws MillraceError `ERR_OPTIONS` for wrong options, and for what is no flow.
 * @example
 * ```ts
 * import { asOfJoin, eventTime, from } from 'millrace';
 *
 * const at = (record: { at: string }) => record.at;
 * const orders = from([{ item: 'a', at: '2026-01-01T10:00:00Z' }]).pipe(eventTime(at));
 * const prices = from([{ item: 'a', at: '2026-01-01T09:00:00Z', price: 7 }]).pipe(eventTime(at));
 * const priced = asOfJoin(orders, prices, {
 *   on: (record) => record.item,
 *   time: at,
 *   merge: (order, price) => ({ ...order, price: price?.price }),
 * });
 * ```
 */
export function asOfJoin<L, R, K extends 'left' | 'inner' = 'left', B = Joined<L, R, K>>(
  left: Flow<L>,
  right: Flow<R>,
  options: AsOfJoinOptions<L, R, K, B>,
): Flow<B> {
  const settings = parseOptions(schema, options, 'asOfJoin');
  const { on, kind, tolerance, maxRows, onError } = settings;
  const spec = {
    on,
    times: timeReaders(settings),
    kind,
    tolerance:
      tolerance === undefined ? Number.POSITIVE_INFINITY : duration(tolerance, 'tolerance of asOfJoin()'),
    merge: (settings.merge ?? pair) as (left: unknown, right: unknown) => unknown,
    maxRows,
  };
  const joining = defineOperator<Sided, B>({
    joins: true,
    name: 'asOfJoin',
    remembers: 'snapshot',
    cardinality: 'many',
    detail: kind,
    onError,
    create: () => new AsOfJoinLogic<B>(spec),
  });
  return sided(left as Flow<unknown>, right as Flow<unknown>).pipe(joining);
}
