import { MillraceError, toError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { transforming } from './plain-logic.ts';
import { type FieldMaker, fieldNames, fieldReader, fieldSetter, type Replaced } from './record-fields.ts';

/** `A` with fields `K` as JSON texts. */
export type FieldsStringified<A, K> = A extends unknown
  ? Replaced<
      A,
      {
        [F in K & string]:
          | string
          | (F extends keyof A ? (undefined extends A[F] ? undefined : never) : never);
      }
    >
  : never;

/**
 * Replaces values of fields by JSON texts that say the same: the opposite of `parseFields`, for
 * systems that have no nested values. `undefined`, and a field that a record lacks, is `undefined`.
 *
 * - Emits: a new object for each record.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: a record fails with a value that JSON cannot say (a cycle, a `BigInt`), `ERR_ENCODE`,
 *   and when it is no object, `ERR_CALLBACK`.
 *
 * @throws MillraceError `ERR_OPTIONS` without names, and for a field that is named twice.
 * @example
 * ```ts
 * import { from, stringifyFields } from 'millrace';
 *
 * const rows = from([{ id: 1, payload: { qty: 2 } }]).pipe(stringifyFields('payload'));
 * ```
 */
export function stringifyFields<A, const K extends keyof A & string>(
  fields: K | readonly K[],
  options: OperatorOptions = {},
): Operator<A, FieldsStringified<A, K>> {
  const names = fieldNames('stringifyFields', Array.isArray(fields) ? fields : [fields]);
  const set = fieldSetter(new Map(names.map((name) => [name, stringifier(name)])));
  return defineOperator<A, FieldsStringified<A, K>>({
    name: 'stringifyFields',
    remembers: 'none',
    cardinality: 'one',
    detail: names.join(', '),
    ...parseOptions(operatorOptions, options, 'stringifyFields'),
    create: () => transforming(set as (record: A) => FieldsStringified<A, K>),
  });
}

function stringifier(name: string): FieldMaker {
  const read = fieldReader(name);
  return (record) => {
    const value = read(record);
    let text: string | undefined;
    try {
      text = JSON.stringify(value);
    } catch (error) {
      const [message] = toError(error).message.split('\n');
      throw new MillraceError('ERR_ENCODE', `${name}: ${message}`, { cause: error });
    }
    if (text !== undefined || value === undefined) return text;
    throw new MillraceError('ERR_ENCODE', `${name}: a ${typeof value} cannot be said in JSON`);
  };
}
