import { z } from 'zod';
import { parseOptions } from '../../core/options.ts';
import type { OnError } from '../../interfaces/policy.ts';
import type { Flow } from '../graph/flow.ts';
import { concat } from '../graph/join.ts';
import { defineOperator, operatorOptions } from '../operators/define-operator.ts';
import { transforming } from '../operators/plain-logic.ts';
import { hashJoin, type ProbeAndBuildKeys } from './hash-join.ts';
import {
  type Joined,
  type JoinKeys,
  type JoinKind,
  type JoinMerge,
  joinKeys,
  joinKinds,
} from './join-kinds.ts';
import { BuildRow } from './join-table.ts';
import { spilledJoin } from './spilled-join.ts';

/** How `join` works. */
export interface JoinOptions<L, R, K extends JoinKind, B> {
  /** What a left and a right record share: one function for both, or one for each. Text, a number, a `Date`, or a list of such. */
  readonly on: JoinKeys<L, R>;
  /** Which records come out: pairs, and records without a partner. @default 'inner' */
  readonly kind?: K;
  /** Makes one record of a pair; not for `semi` and `anti`. @default `{ left, right }` */
  readonly merge?: JoinMerge<L, R, K, B>;
  /** Which side is read first and held in memory: the smaller one. @default 'right' */
  readonly build?: 'left' | 'right';
  /** Records of the build side that may be held; not with `spill`. @default 10_000_000 */
  readonly maxRows?: number;
  /**
   * Whether the build side is counted in bytes against the pipeline's `memory`: with `true`, what has no room there
   * goes to the disk; with `false` it is an error, `ERR_MEMORY`. @default not counted; `maxRows` bounds it
   */
  readonly spill?: boolean;
  /** What happens when a key or `merge` fails on a record; not with `spill`, where it ends the run. @default the pipeline's */
  readonly onError?: OnError;
}

const schema = operatorOptions
  .extend({
    on: joinKeys,
    kind: z.enum(joinKinds).default('inner').describe('Which records come out'),
    merge: z
      .custom<(left: never, right: never) => unknown>(
        (value) => typeof value === 'function',
        'expected a function',
      )
      .optional(),
    build: z.enum(['left', 'right']).default('right').describe('Which side is held in memory'),
    maxRows: z.int().min(1).optional().describe('Records of the build side that may be held'),
    spill: z.boolean().optional().describe('Whether what has no room in memory goes to the disk'),
  })
  .refine(
    ({ spill, maxRows }) => spill === undefined || maxRows === undefined,
    'take spill or maxRows, not both: with spill, the memory of the pipeline bounds the rows',
  )
  .refine(
    ({ spill, onError }) => spill === undefined || onError === undefined,
    'take spill or onError, not both: with spill, a record that fails ends the run',
  );

/**
 * Joins two flows that end by what their records share. One side, `build`, is read first and held in a
 * table; the other then flows past it, and what it finds there comes out in its order. Records whose key
 * is `null` or `undefined` have no partner, as in SQL.
 *
 * - `inner`: pairs. `left`, `right`, `full`: also records of that side, or both, without a partner.
 * - `semi`, `anti`: left records that have a partner, or have none; each once.
 *
 * Records of the build side without a partner come out at the end.
 *
 * With `spill: true` the build side may be larger than memory. As long as it fits, all is as without; if it does not,
 * a part of it goes to the disk, and so do those records of the other side whose partners may be there, to be joined
 * at the end. Those come as structured clones, without the classes of objects.
 *
 * - Emits: what `merge` makes of each pair; for a side without a partner it gets `undefined`. What has been on the
 *   disk comes at the end, by partitions, in an order that is the same for the same input and memory; then the event
 *   time that has been reached.
 * - Backpressures: when downstream does; with `spill` also while it writes to the disk.
 * - Completes: when both flows are over.
 * - Cancels: both flows, when downstream does.
 * - On error: what a key function or `merge` throws is a failure of the record, and so are a key that is
 *   an object, `ERR_KEY`, and a record of the build side beyond `maxRows`, `ERR_LIMIT`. With `spill` they end the
 *   run: policies do not apply. So do a record on its way to the disk that is no plain data, `ERR_ENCODE`, one that has
 *   no room by itself, or any beyond the memory where nothing may spill, `ERR_MEMORY`, and a full disk, `ERR_SPACE`.
 *
 * @throws MillraceError `ERR_OPTIONS` for wrong options, and for what is no flow.
 * @example
 * ```ts
 * import { from, join } from 'millrace';
 *
 * const orders = from([{ id: 1, customer: 7 }]);
 * const customers = from([{ id: 7, name: 'Ada' }]);
 * const named = join(orders, customers, {
 *   on: [(order) => order.customer, (customer) => customer.id],
 *   kind: 'left',
 *   merge: (order, customer) => ({ ...order, name: customer?.name }),
 * });
 * ```
 */
export function join<L, R, K extends JoinKind = 'inner', B = Joined<L, R, K>>(
  left: Flow<L>,
  right: Flow<R>,
  options: JoinOptions<L, R, K, B>,
): Flow<B> {
  const {
    on,
    kind,
    merge,
    build,
    maxRows = 10_000_000,
    spill,
    onError,
  } = parseOptions(schema, options, 'join');
  const buildsLeft = build === 'left';
  const [built, probe] = buildsLeft ? [left, right] : [right, left];
  const keys: ProbeAndBuildKeys = buildsLeft ? [on[1], on[0]] : on;
  const table = {
    kind,
    buildsLeft,
    merge: merge as ((left: unknown, right: unknown) => unknown) | undefined,
  };
  const joined =
    spill === undefined
      ? hashJoin({ ...table, keys, maxRows, onError })
      : spilledJoin({ ...table, keys, spill });
  return concat((built as Flow<unknown>).pipe(asBuildRow), probe as Flow<unknown>).pipe(joined) as Flow<B>;
}

const asBuildRow = defineOperator<unknown, BuildRow>({
  name: 'build',
  remembers: 'none',
  cardinality: 'one',
  create: () => transforming((record) => new BuildRow(record)),
});
