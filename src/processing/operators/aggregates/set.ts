import { z } from 'zod';
import { parseOptions } from '../../../core/options.ts';
import type { Aggregate } from '../../../interfaces/aggregate.ts';
import { keyId } from '../key-id.ts';
import { callOf, fieldAggregate } from './field-aggregate.ts';
import type { FieldsOf, Source, ValueOf } from './fields.ts';
import { tooMany } from './list.ts';

/** What bounds a `set`. */
export interface SetOptions {
  /** Different values that are kept at the most. @default 10_000 */
  readonly max?: number;
  /** What happens to one more: it fails its record, or it is left out. @default 'fail' */
  readonly overflow?: 'fail' | 'drop-newest';
}

/** The options of `set`. */
export const setOptions = z.strictObject({
  max: z.number().int().min(1).default(10_000).describe('Different values that are kept at the most'),
  overflow: z
    .enum(['fail', 'drop-newest'])
    .default('fail')
    .describe('What happens to one more: it fails its record, or it is left out'),
});

/**
 * The different values of a field, or of what a function makes of the record, as an array, in the order in which
 * they first came. An empty one where there are none: `null` and `undefined` are passed over.
 *
 * Holds `max` values. One more fails its record, `ERR_LIMIT`, unless `overflow` says to leave it out. A value that
 * cannot be compared, such as an object, fails its record, `ERR_KEY`.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `max` is a whole number from 1.
 * @example
 * ```ts
 * import { from, set } from 'millrace';
 *
 * const perUser = from([{ user: 'ann', page: '/' }])
 *   .keyBy((visit) => visit.user)
 *   .aggregate({ pages: set('page', { max: 100 }) });
 * ```
 */
export function set<T, V>(value: (record: T) => V, options?: SetOptions): Aggregate<T, NonNullable<V>[]>;
export function set<T, const F extends FieldsOf<T, unknown> = FieldsOf<T, unknown>>(
  field: F,
  options?: SetOptions,
): Aggregate<T, ValueOf<T, F>[]>;
export function set(source: Source, options: SetOptions = {}): Aggregate<never, unknown[]> {
  type State = Map<unknown, unknown>;
  const { max, overflow } = parseOptions(setOptions, options, 'set');
  const call = callOf('set', source);
  const room = (values: State, id: unknown): boolean => {
    if (values.size < max || values.has(id)) return true;
    if (overflow === 'fail') throw tooMany(call, max);
    return false;
  };
  const put = (values: State, id: unknown, value: unknown): void => {
    if (room(values, id) && !values.has(id)) values.set(id, value);
  };
  return fieldAggregate<unknown, unknown[], State>(source, {
    name: 'set',
    create: () => new Map(),
    check: (values, value) => void room(values, keyId(value)),
    take(values, value) {
      put(values, keyId(value), value);
      return values;
    },
    merge(earlier, later) {
      for (const [id, value] of later) put(earlier, id, value);
      return earlier;
    },
    result: (values) => [...values.values()],
  });
}
