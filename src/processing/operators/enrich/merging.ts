import { z } from 'zod';
import { MillraceError } from '../../../core/errors.ts';
import { showValue } from '../../../core/show-value.ts';
import { refusePromise } from '../../../core/thenable.ts';

/** What becomes of a record whose key has no value. */
export type Missing = 'keep' | 'drop' | 'fail';

/** Makes one record of a record and what was found for it. */
export type Merge<A, V, B> = (record: A, found: V | undefined) => B;

export const missingSchema = z
  .enum(['keep', 'drop', 'fail'])
  .default('keep')
  .describe('What becomes of a record whose key has no value');

/**
 * What an operator gives for a record: one record; a list of none or one where records are dropped.
 *
 * @throws MillraceError `ERR_NOT_FOUND` where a missing value is a failure.
 */
export function merging(
  operator: string,
  missing: Missing,
  merge: Merge<never, never, unknown> = spread,
): (record: unknown, found: unknown, key: unknown) => unknown {
  const one = (record: unknown, found: unknown) => {
    const merged = (merge as Merge<unknown, unknown, unknown>)(record, found);
    refusePromise(merged, `Give ${operator}() a synchronous merge.`);
    return merged;
  };
  return (record, found, key) => {
    if (found !== undefined || missing === 'keep') {
      return missing === 'drop' ? [one(record, found)] : one(record, found);
    }
    if (missing === 'drop') return [];
    throw new MillraceError('ERR_NOT_FOUND', `there is nothing for the key ${showValue(key)}`, {
      hint: 'Say missing: "keep" or "drop", or what is to happen to such records by onError.',
    });
  };
}

function spread(record: unknown, found: unknown): unknown {
  return { ...(record as object), ...(found as object | undefined) };
}
