import { MillraceError } from '../../core/errors.ts';
import { recordBuilder } from '../../core/record-builder.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { defineOperator } from './define-operator.ts';
import { transforming } from './plain-logic.ts';

/**
 * Keeps the named columns of each record, in this order; a column that a record lacks is `undefined`.
 *
 * - Emits: a new object for each record.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: a record that is `null` or `undefined` fails, `ERR_CALLBACK`.
 *
 * @throws MillraceError `ERR_OPTIONS` without columns, and for a column that is named twice.
 * @example
 * ```ts
 * import { from, select } from 'millrace';
 *
 * const short = from([{ id: 1, status: 'paid', note: '' }]).pipe(select('id', 'status'));
 * ```
 */
export function select<A, const K extends keyof A & string>(
  ...columns: readonly K[]
): Operator<A, Pick<A, K>> {
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (columns.length === 0 || twice !== undefined || columns.some((column) => typeof column !== 'string')) {
    const found = twice === undefined ? 'it needs names of columns' : `"${twice}" is named twice`;
    throw new MillraceError('ERR_OPTIONS', `Cannot select columns: ${found}`);
  }
  // A reader that selects leaves null and undefined to fail here.
  const build = recordBuilder(columns.map((name) => ({ name, from: name }))) as (record: A) => Pick<A, K>;
  return defineOperator<A, Pick<A, K>>({
    name: 'select',
    remembers: 'none',
    cardinality: 'one',
    detail: columns.join(', '),
    selects: columns,
    create: ({ selected }) =>
      transforming(selected ? (record) => (record as Pick<A, K>) ?? build(record) : build),
  });
}
