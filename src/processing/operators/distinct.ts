import { z } from 'zod';
import { MillraceError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import type { Operator, SyncLogic } from '../../interfaces/operator.ts';
import { nameOf } from './check-callback.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
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
}

const count = z.number().int().min(1);
/** The options of `distinct`. */
export const distinctOptions = operatorOptions.extend({
  key: keyOption,
  max: count.optional().describe('Keys that are kept at the most; one more fails'),
  last: count.optional().describe('Compare with so many of the last keys only'),
});
const schema = distinctOptions.refine(
  ({ max, last }) => max === undefined || last === undefined,
  'take max or last, not both',
);

/**
 * Lets the first record with a key through, and none after it with an equal one.
 *
 * - Emits: each record whose key was not seen before; with `last`, whose key is not among the `last`
 *   keys that were seen most recently.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: what `key` throws is a failure of the record; so is a key that cannot be compared,
 *   `ERR_KEY`, and a new one when `max` are kept, `ERR_LIMIT`.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `max` or `last` is a whole number from 1.
 * @example
 * ```ts
 * import { distinct, from } from 'millrace';
 *
 * const once = from([{ id: 1 }, { id: 1 }, { id: 2 }]).pipe(distinct({ key: (order) => order.id }));
 * ```
 */
export function distinct<A>(options: DistinctOptions<A> = {}): Operator<A, A> {
  const { key, max = 1_000_000, last, onError } = parseOptions(schema, options, 'distinct');
  const identity = recordKey(key as KeyFunction<A> | undefined);
  return defineOperator<A, A>({
    name: 'distinct',
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
    hint: 'Raise max if memory allows it, or compare with the last keys only: distinct({ last: 100_000 }).',
    details: { max },
  });
}
