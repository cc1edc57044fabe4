import { z } from 'zod';
import { MillraceError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { transforming } from './plain-logic.ts';
import { fieldSetter, fieldsOf, type Replaced } from './record-fields.ts';

/** How `index` works. */
export interface IndexOptions<N extends string = string> extends OperatorOptions {
  /** The field that the number gets. @default 'index' */
  readonly name?: N;
  /** The number of the first record. @default 0 */
  readonly from?: number;
}

/** `A` with a running number in the field `N`. */
export type Indexed<A, N extends string> = A extends unknown ? Replaced<A, { [F in N]: number }> : never;

/** The options of `index`. */
export const indexOptions = operatorOptions.extend({
  name: z.string().min(1).default('index').describe('The field that the number gets'),
  from: z.number().int().default(0).describe('The number of the first record'),
});

/**
 * Adds a running number to each record, as its last field.
 *
 * - Emits: a new object for each record.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: a record that has such a field already, or is no object, fails, `ERR_CALLBACK`; it uses
 *   up no number.
 *
 * @throws MillraceError `ERR_OPTIONS` for an empty `name` and unless `from` is a whole number.
 * @example
 * ```ts
 * import { from, index } from 'millrace';
 *
 * const lines = from([{ text: 'a' }, { text: 'b' }]).pipe(index({ name: 'line', from: 1 }));
 * ```
 */
export function index<A, const N extends string = 'index'>(
  options: IndexOptions<N> = {},
): Operator<A, Indexed<A, N>> {
  const { name, from, onError } = parseOptions(indexOptions, options, 'index');
  return defineOperator<A, Indexed<A, N>>({
    name: 'index',
    remembers: 'snapshot',
    cardinality: 'one',
    detail: name,
    onError,
    create() {
      let next = from;
      const set = fieldSetter(new Map([[name, () => next++]])) as (record: A) => Indexed<A, N>;
      return {
        ...transforming((record: A) => {
          if (Object.hasOwn(fieldsOf(record), name)) throw taken(name);
          return set(record);
        }),
        snapshot: () => next,
        restore(state) {
          next = state as number;
        },
      };
    },
  });
}

function taken(name: string): MillraceError {
  return new MillraceError('ERR_CALLBACK', `the record has a field "${name}" already`, {
    hint: 'Give index() another name, or drop() the field in front.',
  });
}
