import { z } from 'zod';
import { MillraceError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import type { OnError } from '../../interfaces/policy.ts';
import type { Flow } from '../graph/flow.ts';
import { defineOperator, operatorOptions } from '../operators/define-operator.ts';
import { timeReader } from '../operators/record-time.ts';
import type { Window, WindowSpan } from '../operators/windows/window.ts';
import {
  type Joined,
  type JoinKeys,
  type JoinKind,
  type JoinMerge,
  joinKeys,
  joinKinds,
} from './join-kinds.ts';
import { type Sided, sided } from './sided.ts';
import { WindowJoinLogic } from './window-join-logic.ts';

type WindowMerge<L, R, K extends JoinKind, B> = (
  ...parts: [...Parameters<JoinMerge<L, R, K, B>>, window: WindowSpan]
) => B;

/** How `windowJoin` works. */
export interface WindowJoinOptions<L, R, K extends JoinKind, B> {
  /** What a left and a right record share: one function for both, or one for each. */
  readonly on: JoinKeys<L, R>;
  /** `tumbling(…)` or `hopping(…)`; its `time` tells the time of records of both sides. */
  readonly window: Window<L | R>;
  /** Which records come out: pairs, and records without a partner in their window. @default 'inner' */
  readonly kind?: K;
  /** Makes one record of a pair; not for `semi` and `anti`. @default `{ left, right, window }` */
  readonly merge?: WindowMerge<L, R, K, B>;
  /** Records of both sides that may be held. @default 1_000_000 */
  readonly maxRows?: number;
  /** What happens to a record that fails, or is late. @default the pipeline's */
  readonly onError?: OnError;
}

const schema = operatorOptions.extend({
  on: joinKeys,
  window: z.custom<Window<unknown>>(
    (value) => typeof (value as { kind?: unknown } | null)?.kind === 'string',
    'expected a window such as tumbling("1m", { time })',
  ),
  kind: z.enum(joinKinds).default('inner').describe('Which records come out'),
  merge: z
    .custom<(...parts: never[]) => unknown>((value) => typeof value === 'function', 'expected a function')
    .optional(),
  maxRows: z.int().min(1).default(1_000_000).describe('Records of both sides that may be held'),
});

/**
 * Joins records of two flows that share a key and a window: each left one with each right one. Both flows
 * need `eventTime()` in front, which says when a window is over.
 *
 * Records whose key is `null` or `undefined` have no partner.
 *
 * - Emits: what `merge` makes of the pairs of a window, and the records that have no partner in it, when
 *   event time reaches its end; of windows that are still open at the end of both flows, then.
 * - Backpressures: when downstream does.
 * - Completes: when both flows are over.
 * - Cancels: both flows, when downstream does.
 * - On error: what `on` and `time` throw is a failure of the record, `merge` ends the run; so are a time
 *   that is none, `ERR_EVENT_TIME`, a key that is an object, `ERR_KEY`, a record whose windows are over,
 *   `ERR_LATE`, and one more than `maxRows`, `ERR_LIMIT`.
 *
 * @throws MillraceError `ERR_OPTIONS` for wrong options, other windows, and for what is no flow.
 * @example
 * ```ts
 * import { eventTime, from, tumbling, windowJoin } from 'millrace';
 *
 * const at = (record: { at: string }) => record.at;
 * const left = from([{ user: 1, at: '2026-01-01T10:00:00Z', page: '/' }]).pipe(eventTime(at));
 * const right = from([{ user: 1, at: '2026-01-01T10:00:30Z', total: 7 }]).pipe(eventTime(at));
 * const both = windowJoin(left, right, {
 *   on: (record) => record.user,
 *   window: tumbling('1m', { time: at }),
 * });
 * ```
 */
export function windowJoin<L, R, K extends JoinKind = 'inner', B = WindowJoined<L, R, K>>(
  left: Flow<L>,
  right: Flow<R>,
  options: WindowJoinOptions<L, R, K, B>,
): Flow<B> {
  const { on, window, kind, merge, maxRows, onError } = parseOptions(schema, options, 'windowJoin');
  const { time, unit } = window.time ?? {};
  if (window.kind !== 'aligned' || typeof time !== 'function') {
    throw new MillraceError('ERR_OPTIONS', 'Cannot use windowJoin(): its window is not one of event time', {
      hint: 'Give it tumbling() or hopping() with a function that tells the time.',
    });
  }
  const spec = {
    on,
    time: timeReader(time, unit),
    place: window.place,
    kind,
    merge: (merge ?? triple) as (left: unknown, right: unknown, span: WindowSpan) => unknown,
    maxRows,
  };
  const joining = defineOperator<Sided, B>({
    joins: true,
    name: 'windowJoin',
    remembers: 'snapshot',
    cardinality: 'many',
    detail: `${kind} ${window.label}`,
    onError,
    create: () => new WindowJoinLogic<B>(spec),
  });
  return sided(left as Flow<unknown>, right as Flow<unknown>).pipe(joining);
}

/** What comes out of a join by windows of which nothing else is said. */
export type WindowJoined<L, R, K extends JoinKind> = K extends 'semi' | 'anti'
  ? L
  : Joined<L, R, K> & { readonly window: WindowSpan };

function triple(left: unknown, right: unknown, window: WindowSpan): unknown {
  return { left, right, window };
}
