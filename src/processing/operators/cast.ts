import { z } from 'zod';
import {
  COLUMN_TYPES,
  type ColumnType,
  type ColumnValues,
  fieldConvert,
  type TextRules,
  typeHint,
} from '../../core/column-types.ts';
import { MillraceError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import { showValue } from '../../core/show-value.ts';
import { UNCONVERTIBLE } from '../../core/unconvertible.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { transforming } from './plain-logic.ts';
import { type Fields, fieldReader, fieldSetter, fieldTable, type Replaced } from './record-fields.ts';

/** How `cast` works. */
export interface CastOptions extends OperatorOptions {
  /** Whether blanks at both ends of texts are taken away. @default false */
  readonly trim?: boolean;
  /** Texts that become `null`; for every type but `string`, the empty text does anyway. @default none */
  readonly nulls?: readonly string[];
}

/** `A` with the fields of `M` as their types. */
export type Cast<A, M> = A extends unknown
  ? Replaced<A, { -readonly [K in keyof M]: CastValue<K extends keyof A ? A[K] : unknown, M[K]> }>
  : never;

type CastValue<V, T> = T extends 'string'
  ? string | (null extends V ? null : undefined extends V ? null : never)
  : T extends ColumnType
    ? ColumnValues[T] | null
    : V;

/** The options of `cast`. */
export const castOptions = operatorOptions.extend({
  trim: z.boolean().default(false).describe('Whether blanks at both ends of texts are taken away'),
  nulls: z.array(z.string()).default([]).describe('Texts that become null'),
});

/** The type of each field that `cast` converts. */
export const castFields = z.record(z.string(), z.enum(COLUMN_TYPES));

/**
 * Makes typed values of fields, by the rules of `types` of `csv.read`: `int`, `float`, `bigint`,
 * `boolean`, `date`, `json`, `string`. A value that is of its type already stays; other numbers and
 * booleans are taken as their text. An empty text, `null`, and a field that a record lacks become `null`.
 *
 * - Emits: a new object for each record.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: a record with a value that does not convert, or that would lose a part of it, fails,
 *   `ERR_VALIDATION`; `details.issues` has all such fields. One that is no object fails, `ERR_CALLBACK`.
 *
 * @throws MillraceError `ERR_OPTIONS` without fields, and for a type that there is none of.
 * @example
 * ```ts
 * import { cast, from } from 'millrace';
 *
 * const orders = from([{ qty: '2', price: '9.50', at: '2025-01-31' }]).pipe(
 *   cast({ qty: 'int', price: 'float', at: 'date' }),
 * );
 * ```
 */
export function cast<A, const M extends { readonly [K in keyof A]?: ColumnType }>(
  fields: M,
  options: CastOptions = {},
): Operator<A, Cast<A, M>> {
  fieldTable('cast', fields, "{ qty: 'int' }");
  const table = Object.entries(parseOptions(castFields, fields, 'cast')) as [string, ColumnType][];
  const { onError, ...rules } = parseOptions(castOptions, options, 'cast');
  const set = fieldSetter(new Map(casters(table, rules))) as (record: A) => Cast<A, M>;
  return defineOperator<A, Cast<A, M>>({
    name: 'cast',
    remembers: 'none',
    cardinality: 'one',
    detail: table.map(([name, type]) => `${name}: ${type}`).join(', '),
    onError,
    create: () => transforming(set),
  });
}

type Caster = (record: Fields) => unknown;

function casters(table: readonly [string, ColumnType][], rules: TextRules): [string, Caster][] {
  const parts = table.map(([name, type]) => {
    return { name, type, read: fieldReader(name), convert: converter(type, rules) };
  });
  /** Looks at all fields again: what does not convert is rare. */
  const refused = (record: Fields): MillraceError => {
    const wrong = parts.filter(({ read, convert }) => convert(read(record)) === UNCONVERTIBLE);
    const issues = wrong.map(({ name, type, read }) => ({
      path: name,
      message: `${showValue(read(record))} is not of the type ${type}`,
    }));
    const [{ type, read }] = wrong as [(typeof wrong)[0]];
    const more = issues.length === 1 ? '' : ` (and ${issues.length - 1} more)`;
    const value = read(record);
    return new MillraceError('ERR_VALIDATION', `${issues[0]!.path}: ${issues[0]!.message}${more}`, {
      details: { issues },
      ...(typeof value === 'string' && type !== 'string' && { hint: typeHint(value, type) }),
    });
  };
  return parts.map(({ name, read, convert }) => [
    name,
    (record) => {
      const value = convert(read(record));
      if (value === UNCONVERTIBLE) throw refused(record);
      return value;
    },
  ]);
}

function converter(type: ColumnType, rules: TextRules): (value: unknown) => unknown {
  const convertText = fieldConvert(type, rules) ?? ((text: string) => text);
  return (value) => {
    if (typeof value === 'string') return convertText(value);
    if (value === null || value === undefined) return null;
    if (isOfType(value, type)) return value;
    if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') {
      return convertText(String(value));
    }
    return type === 'string' && isDate(value) ? value.toISOString() : UNCONVERTIBLE;
  };
}

function isOfType(value: unknown, type: ColumnType): boolean {
  switch (type) {
    case 'int':
    case 'float':
      return type === 'int' ? Number.isSafeInteger(value) : Number.isFinite(value);
    case 'bigint':
    case 'boolean':
      return typeof value === type;
    case 'date':
      return isDate(value);
    case 'json':
      return typeof value !== 'function' && typeof value !== 'symbol';
    case 'string':
      return false;
  }
}

function isDate(value: unknown): value is Date {
  return value instanceof Date && !Number.isNaN(value.getTime());
}
