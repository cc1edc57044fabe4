import type { Operator } from '../../interfaces/operator.ts';
import { defineOperator } from './define-operator.ts';
import { transforming } from './plain-logic.ts';
import { fieldNames } from './record-fields.ts';
import { shapedBuilder } from './record-shapes.ts';

/**
 * Leaves the named fields of each record out: the opposite of `select`. The others keep their order;
 * a field that a record lacks is left out already.
 *
 * - Emits: a new object for each record.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: a record that is no object fails, `ERR_CALLBACK`.
 *
 * @throws MillraceError `ERR_OPTIONS` without names, and for a field that is named twice.
 * @example
 * ```ts
 * import { drop, from } from 'millrace';
 *
 * const short = from([{ id: 1, status: 'paid', note: '' }]).pipe(drop('note'));
 * ```
 */
export function drop<A, const K extends keyof A & string>(...fields: readonly K[]): Operator<A, Omit<A, K>> {
  const dropped = new Set(fieldNames('drop', fields));
  return defineOperator<A, Omit<A, K>>({
    name: 'drop',
    remembers: 'none',
    cardinality: 'one',
    detail: [...dropped].join(', '),
    create: () =>
      transforming(
        shapedBuilder((names) =>
          names.filter((name) => !dropped.has(name)).map((name) => ({ name, from: name })),
        ) as (record: A) => Omit<A, K>,
      ),
  });
}
