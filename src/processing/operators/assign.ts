import { parseOptions } from '../../core/options.ts';
import { refusePromise } from '../../core/thenable.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { transforming, USE_ASYNC } from './plain-logic.ts';
import { type FieldMaker, fieldSetter, fieldTable, type Replaced } from './record-fields.ts';

/** What a field is set to: a value, or a function that makes it of the record. */
export type FieldValue<A> =
  | ((record: A) => unknown)
  | string
  | number
  | boolean
  | bigint
  | symbol
  | object
  | null
  | undefined;

// biome-ignore lint/suspicious/noExplicitAny: a function is matched whatever it takes
type ValueOf<V> = V extends (record: any) => infer R ? R : V;

/** `A` with the fields of `F`, which hide those of the same name. */
export type Assigned<A, F> = A extends unknown
  ? Replaced<A, { -readonly [K in keyof F]: ValueOf<F[K]> }>
  : never;

/**
 * Sets fields of each record: to a value, or to what a function makes of the record as it was.
 * A field that is there keeps its place, a new one comes at the end.
 *
 * - Emits: a new object for each record.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: what a function throws is a failure of the record; a promise is one too, and so is a
 *   record that is no object, `ERR_CALLBACK`.
 *
 * @throws MillraceError `ERR_OPTIONS` unless it is given an object with at least one field.
 * @example
 * ```ts
 * import { assign, from } from 'millrace';
 *
 * const priced = from([{ qty: 2, price: 9.5 }]).pipe(
 *   assign({ total: (order) => order.qty * order.price, source: 'web' }),
 * );
 * ```
 */
export function assign<A, F extends { readonly [field: string]: FieldValue<A> }>(
  fields: F,
  options: OperatorOptions = {},
): Operator<A, Assigned<A, F>> {
  const table = new Map(
    fieldTable('assign', fields, "{ source: 'web' }").map(([name, value]) => [name, maker(value)]),
  );
  const set = fieldSetter(table) as (record: A) => Assigned<A, F>;
  return defineOperator<A, Assigned<A, F>>({
    name: 'assign',
    remembers: 'none',
    cardinality: 'one',
    detail: [...table.keys()].join(', '),
    ...parseOptions(operatorOptions, options, 'assign'),
    create: () => transforming(set),
  });
}

function maker(value: unknown): FieldMaker {
  if (typeof value !== 'function') return () => value;
  return (record) => {
    const made = value(record);
    if (made instanceof Promise) refusePromise(made, USE_ASYNC);
    return made;
  };
}
