import { z } from 'zod';
import { parseOptions } from '../../../core/options.ts';
import type { Aggregate } from '../../../interfaces/aggregate.ts';
import { keyId } from '../key-id.ts';
import { callOf, fieldAggregate } from './field-aggregate.ts';
import type { FieldsOf, Source } from './fields.ts';
import { hashValue } from './hash-value.ts';
import { addHash, type Estimate, estimated, mergeEstimates } from './hyper-log-log.ts';
import { tooMany } from './list.ts';

/** How `countDistinct` counts. */
export interface CountDistinctOptions {
  /** Different values that are told apart at the most; one more fails its record. @default 100_000 */
  readonly max?: number;
  /** Whether to estimate, in little memory however many there are. @default false */
  readonly approximate?: boolean;
}

/** The options of `countDistinct`. */
export const countDistinctOptions = z.strictObject({
  max: z.number().int().min(1).optional().describe('Different values that are told apart at the most'),
  approximate: z.boolean().default(false).describe('Whether to estimate, in little memory'),
});
const schema = countDistinctOptions.refine(
  ({ max, approximate }) => max === undefined || !approximate,
  'take max or approximate, not both',
);

/**
 * How many different values there are of a field, or of what a function makes of the record; `null` and `undefined`
 * are passed over.
 *
 * Exact for up to `max` different values: one more fails its record, `ERR_LIMIT`. With `{ approximate: true }` it is
 * an estimate beyond 512 values, by HyperLogLog: within 0.8 % (one standard error), 16 KiB however many there are, and
 * the same however the records are parted and merged. A value that cannot be compared, such as an object, fails its
 * record, `ERR_KEY`.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `max` is a whole number from 1, and for `max` with `approximate`.
 * @example
 * ```ts
 * import { countDistinct, from } from 'millrace';
 *
 * const perPage = from([{ page: '/', user: 'ann' }])
 *   .keyBy((visit) => visit.page)
 *   .aggregate({ users: countDistinct('user'), about: countDistinct('user', { approximate: true }) });
 * ```
 */
export function countDistinct<T>(
  value: (record: T) => unknown,
  options?: CountDistinctOptions,
): Aggregate<T, number>;
export function countDistinct<T, const F extends FieldsOf<T, unknown> = FieldsOf<T, unknown>>(
  field: F,
  options?: CountDistinctOptions,
): Aggregate<T, number>;
export function countDistinct(source: Source, options: CountDistinctOptions = {}): Aggregate<never, number> {
  const { max = 100_000, approximate } = parseOptions(schema, options, 'countDistinct');
  return approximate ? estimate(source) : exact(source, max);
}

function exact(source: Source, max: number): Aggregate<never, number> {
  const call = callOf('countDistinct', source);
  const checkRoom = (ids: Set<unknown>, id: unknown): void => {
    if (ids.size >= max && !ids.has(id)) throw tooMany(call, max, 'estimate: { approximate: true }');
  };
  return fieldAggregate<unknown, number, Set<unknown>>(source, {
    name: 'countDistinct',
    create: () => new Set(),
    check: (ids, value) => checkRoom(ids, keyId(value)),
    take: (ids, value) => ids.add(keyId(value)),
    merge(earlier, later) {
      for (const id of later) {
        checkRoom(earlier, id);
        earlier.add(id);
      }
      return earlier;
    },
    result: (ids) => ids.size,
  });
}

function estimate(source: Source): Aggregate<never, number> {
  return fieldAggregate<unknown, number, Estimate>(source, {
    name: 'countDistinct',
    create: () => new Set(),
    check: (_estimate, value) => void keyId(value),
    take: (state, value) => addHash(state, hashValue(keyId(value))),
    merge: mergeEstimates,
    result: estimated,
  });
}
