import { MillraceError, toError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import { showValue } from '../../core/show-value.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { transforming } from './plain-logic.ts';
import { type FieldMaker, fieldNames, fieldReader, fieldSetter, type Replaced } from './record-fields.ts';

/** `A` with fields `K` parsed: of any type, until somebody looks. */
export type FieldsParsed<A, K> = A extends unknown ? Replaced<A, { [F in K & string]: unknown }> : never;

/**
 * Replaces JSON texts in fields by what they say. A field that is `null` stays so, and one that a
 * record lacks is `undefined`. Say what came of it by `validate`, behind.
 *
 * - Emits: a new object for each record.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: a record fails with a field that is not JSON or no text, `ERR_JSON_SYNTAX`, and when it
 *   is no object, `ERR_CALLBACK`.
 *
 * @throws MillraceError `ERR_OPTIONS` without names, and for a field that is named twice.
 * @example
 * ```ts
 * import { from, parseFields } from 'millrace';
 *
 * const events = from([{ id: 1, payload: '{"qty":2}' }]).pipe(parseFields('payload'));
 * ```
 */
export function parseFields<A, const K extends keyof A & string>(
  fields: K | readonly K[],
  options: OperatorOptions = {},
): Operator<A, FieldsParsed<A, K>> {
  const names = fieldNames('parseFields', Array.isArray(fields) ? fields : [fields]);
  const set = fieldSetter(new Map(names.map((name) => [name, parser(name)])));
  return defineOperator<A, FieldsParsed<A, K>>({
    name: 'parseFields',
    remembers: 'none',
    cardinality: 'one',
    detail: names.join(', '),
    ...parseOptions(operatorOptions, options, 'parseFields'),
    create: () => transforming(set as (record: A) => FieldsParsed<A, K>),
  });
}

function parser(name: string): FieldMaker {
  const read = fieldReader(name);
  return (record) => {
    const text = read(record);
    if (text === null || text === undefined) return text;
    if (typeof text !== 'string') {
      throw new MillraceError('ERR_JSON_SYNTAX', `${name}: ${showValue(text)} is no JSON text`);
    }
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new MillraceError('ERR_JSON_SYNTAX', `${name}: ${toError(error).message}`, { cause: error });
    }
  };
}
