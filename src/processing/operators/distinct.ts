import { z } from 'zod';
import { MillraceError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import type { Operator, SyncLogic } from '../../interfaces/operator.ts';
import { holdingRoom } from '../runtime/spill/holding-logic.ts';
import { PassingLogic } from '../runtime/spill/passing-logic.ts';
import { nameOf } from './check-callback.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { SpilledKeys } from './groups/spilled-keys.ts';
import { accepting } from './plain-logic.ts';
import { type KeyFunction, keyOption, recordKey } from './record-key.ts';

/** How `distinct` works. */
export interface DistinctOptions<A> extends OperatorOptions {
  /** What records are told apart by: text, a number, a `Date`, a list of such. @default the record itself */
  readonly key?: KeyFunction<A>;
  /** Keys that are kept at the most; one more fails. @default 1_000_000 */
  readonly max?: number;
  /** Compare with the last keys only, so many of them: never fails, and is not exact. @default with all */
  readonly last?: number;
  /**
   * Whether keys are counted in bytes against the pipeline's `memory`: with `true`, records whose keys have no room
   * there go to the disk; with `false` they are an error, `ERR_MEMORY`. Not with `max`, `last` and `onError`.
   * @default not counted; `max` bounds them
   */
  readonly spill?: boolean;
}

const count = z.number().int().min(1);
/** The options of `distinct`. */
export const distinctOptions = operatorOptions.extend({
  key: keyOption,
  max: count.optional().describe('Keys that are kept at the most; one more fails'),
  last: count.optional().describe('Compare with so many of the last keys only'),
  spill: z.boolean().optional().describe('Whether records whose keys have no room in memory go to the disk'),
});
const schema = distinctOptions
  .refine(({ max, last }) => max === undefined || last === undefined, 'take max or last, not both')
  .refine(
    ({ spill, max, last }) => spill === undefined || (max === undefined && last === undefined),
    'take spill, max or last, not several: with spill, the memory of the pipeline bounds the keys',
  )
  .refine(
    ({ spill, onError }) => spill === undefined || onError === undefined,
    'take spill or onError, not both: with spill, a record that fails ends the run',
  );

/**
 * Lets the first record with a key through, and none after it with an equal one.
 *
 * With `spill: true` there may be any number of keys. As long as they fit into the memory of the pipeline, records come
 * at once. Then no key is added any more: records whose keys are not there go to the disk, and what is left of
 * them comes when the input is over, as structured clones, without the classes of objects.
 *
 * - Emits: each record whose key was not seen before; with `last`, whose key is not among the `last`
 *   keys that were seen most recently. What has been on the disk comes at the end, by partitions, within each in the
 *   order of the input; then the event time that has been reached.
 * - Backpressures: when downstream does; with `spill` also while it writes to the disk.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: what `key` throws is a failure of the record; so is a key that cannot be compared,
 *   `ERR_KEY`, and a new one when `max` are kept, `ERR_LIMIT`. With `spill` they end the run: policies do not apply.
 *   So do a record on its way to the disk that is no plain data, `ERR_ENCODE`, keys beyond the memory where nothing
 *   may spill, `ERR_MEMORY`, and a full disk, `ERR_SPACE`.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `max` or `last` is a whole number from 1, and for several of `max`, `last`
 * and `spill`.
 * @example
 * ```ts
 * import { distinct, from } from 'millrace';
 *
 * const once = from([{ id: 1 }, { id: 1 }, { id: 2 }]).pipe(distinct({ key: (order) => order.id }));
 * ```
 */
export function distinct<A>(options: DistinctOptions<A> = {}): Operator<A, A> {
  const { key, max = 1_000_000, last, spill, onError } = parseOptions(schema, options, 'distinct');
  const identity = recordKey(key as KeyFunction<A> | undefined);
  if (spill !== undefined) {
    return defineOperator<A, A>({
      name: 'distinct',
      kind: 'duplex',
      cardinality: 'filter',
      remembers: 'snapshot',
      origins: 'lost',
      detail: nameOf(key),
      create: (context) =>
        new PassingLogic(new SpilledKeys(identity, holdingRoom(context, spill)), 'compare', context),
    });
  }
  return defineOperator<A, A>({
    name: 'distinct',
    remembers: 'snapshot',
    cardinality: 'filter',
    detail: [nameOf(key), last && `last ${last}`].filter(Boolean).join(', ') || undefined,
    onError,
    create: () => (last === undefined ? exact(identity, max) : recent(identity, last)),
  });
}

function exact<A>(identity: (record: A) => unknown, max: number): SyncLogic<A, A> {
  let seen = new Set<unknown>();
  return {
    ...accepting((record: A) => {
      const id = identity(record);
      if (seen.has(id)) return false;
      if (seen.size === max) throw tooMany(max);
      seen.add(id);
      return true;
    }),
    snapshot: () => [...seen],
    restore(state) {
      seen = new Set(state as unknown[]);
    },
  };
}

function recent<A>(identity: (record: A) => unknown, last: number): SyncLogic<A, A> {
  let seen = new Set<unknown>();
  // One walk for all: it goes on behind what is gone, which a new one would have to pass again.
  let oldest = seen.values();
  return {
    ...accepting((record: A) => {
      const id = identity(record);
      const isNew = !seen.delete(id);
      seen.add(id);
      if (seen.size > last) seen.delete(oldest.next().value);
      return isNew;
    }),
    snapshot: () => [...seen],
    restore(state) {
      seen = new Set(state as unknown[]);
      oldest = seen.values();
    },
  };
}

function tooMany(max: number): MillraceError {
  return new MillraceError('ERR_LIMIT', `distinct() keeps ${max} keys already, and this one is new`, {
    hint: 'Raise max if memory allows it, let it spill: distinct({ spill: true }), or compare with the last keys only: distinct({ last: 100_000 }).',
    details: { max },
  });
}
