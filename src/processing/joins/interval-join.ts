import { z } from 'zod';
import type { Duration } from '../../core/duration.ts';
import { MillraceError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import type { Flow } from '../graph/flow.ts';
import { defineOperator } from '../operators/define-operator.ts';
import { IntervalJoinLogic } from './interval-join-logic.ts';
import { type Joined, type JoinKind, type JoinMerge, joinKinds, pair } from './join-kinds.ts';
import { type Sided, sided } from './sided.ts';
import { signedDuration, type TimedJoinOptions, timedJoinSchema, timeReaders } from './timed-join-options.ts';

/** How `intervalJoin` works. */
export interface IntervalJoinOptions<L, R, K extends JoinKind, B> extends TimedJoinOptions<L, R> {
  /** How much earlier, and how much later than the left record the right one may be: `['-5m', '5m']`. */
  readonly within: readonly [Duration, Duration];
  /** Which records come out: pairs, and records without a partner. @default 'inner' */
  readonly kind?: K;
  /** Makes one record of a pair; not for `semi` and `anti`. @default `{ left, right }` */
  readonly merge?: JoinMerge<L, R, K, B>;
}

const time = z.union([z.number(), z.string()]);
const schema = timedJoinSchema.extend({
  within: z.tuple([time, time]).describe('How much earlier and later the right record may be'),
  kind: z.enum(joinKinds).default('inner').describe('Which records come out'),
  merge: z
    .custom<(left: never, right: never) => unknown>(
      (value) => typeof value === 'function',
      'expected a function',
    )
    .optional(),
});

/**
 * Joins records of two flows that share a key and happened near one another: the right one at most
 * `within` before and after the left one. Both flows need `eventTime()` in front: as event time goes on,
 * what can have no more partners is dropped, and comes out alone where `kind` says so.
 *
 * Records whose key is `null` or `undefined` have no partner.
 *
 * - Emits: what `merge` makes of a pair, when the second of the two comes; records without a partner
 *   when event time has passed those that they could have had, and at the end.
 * - Backpressures: when downstream does.
 * - Completes: when both flows are over.
 * - Cancels: both flows, when downstream does.
 * - On error: what a function throws is a failure of the record; so are a time that is none,
 *   `ERR_EVENT_TIME`, a key that is an object, `ERR_KEY`, a record that event time has passed,
 *   `ERR_LATE`, and one more than `maxRows`, `ERR_LIMIT`.
 *
 * @throws MillraceError `ERR_OPTIONS` for wrong options, and for what is no flow.
 * @example
 * ```ts
 * import { eventTime, from, intervalJoin } from 'millrace';
 *
 * const at = (record: { at: string }) => record.at;
 * const clicks = from([{ user: 1, at: '2026-01-01T10:00:00Z' }]).pipe(eventTime(at));
 * const orders = from([{ user: 1, at: '2026-01-01T10:03:00Z', total: 7 }]).pipe(eventTime(at));
 * const bought = intervalJoin(clicks, orders, {
 *   on: (record) => record.user,
 *   time: at,
 *   within: ['0s', '10m'],
 * });
 * ```
 */
export function intervalJoin<L, R, K extends JoinKind = 'inner', B = Joined<L, R, K>>(
  left: Flow<L>,
  right: Flow<R>,
  options: IntervalJoinOptions<L, R, K, B>,
): Flow<B> {
  const settings = parseOptions(schema, options, 'intervalJoin');
  const { on, kind, maxRows, onError } = settings;
  const [from, to] = settings.within.map((one) => signedDuration(one, 'within of intervalJoin()')) as [
    number,
    number,
  ];
  if (from > to) {
    throw new MillraceError('ERR_OPTIONS', `Cannot use intervalJoin(): within begins after it ends`, {
      hint: "Write the earlier bound first: within: ['-5m', '5m'].",
    });
  }
  const spec = {
    on,
    times: timeReaders(settings),
    from,
    to,
    kind,
    merge: (settings.merge ?? pair) as (left: unknown, right: unknown) => unknown,
    maxRows,
  };
  const joining = defineOperator<Sided, B>({
    joins: true,
    name: 'intervalJoin',
    remembers: 'snapshot',
    cardinality: 'many',
    detail: `${kind} within ${settings.within.join(' to ')}`,
    onError,
    create: () => new IntervalJoinLogic<B>(spec),
  });
  return sided(left as Flow<unknown>, right as Flow<unknown>).pipe(joining);
}
