import { toError } from '../../../core/errors.ts';
import { showValue } from '../../../core/show-value.ts';
import { dateText } from './date-text.ts';
import type { TableColumn } from './table-columns.ts';

const [BYTEA, JSON_TYPE, JSONB] = [17, 114, 3802];

/** What a column takes, as far as it matters for how values are written. */
export interface CellKind {
  /** `json`: each value as JSON, texts too; `bytes`: bytes in hexadecimal; `array`: arrays as PostgreSQL writes them. */
  readonly form: 'json' | 'bytes' | 'array' | 'other';
  /** What the elements of an array are. */
  readonly element?: CellKind;
}

export function cellKind({ type, element }: Pick<TableColumn, 'type' | 'element'>): CellKind {
  if (element !== undefined)
    return { form: 'array', element: cellKind({ type: element, element: undefined }) };
  if (type === JSON_TYPE || type === JSONB) return { form: 'json' };
  return { form: type === BYTEA ? 'bytes' : 'other' };
}

/** Thrown for a value that cannot be written; its message says what it is. */
export class UnwritableValue extends Error {}

/**
 * A value, which is not null, as PostgreSQL reads it. Dates are ISO 8601 in UTC, bytes hexadecimal, arrays of an array column
 * what PostgreSQL writes, all other objects JSON.
 *
 * @throws UnwritableValue
 */
export function cellText(value: unknown, kind: CellKind): string {
  if (kind.form === 'json') return jsonText(value);
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return Object.is(value, -0) ? '-0' : `${value}`;
    case 'bigint':
    case 'boolean':
      return `${value}`;
    case 'object':
      return objectText(value!, kind);
    default:
      throw new UnwritableValue(`a ${typeof value} is no value`);
  }
}

function objectText(value: object, kind: CellKind): string {
  if (value instanceof Date) {
    const text = dateText(value);
    if (text === undefined) throw new UnwritableValue('it is an invalid date');
    return text;
  }
  if (value instanceof Uint8Array) {
    if (kind.form !== 'bytes') throw new UnwritableValue('bytes are for columns of bytea');
    return `\\x${Buffer.from(value.buffer, value.byteOffset, value.length).toString('hex')}`;
  }
  if (Array.isArray(value) && kind.form === 'array') return arrayText(value, kind.element!);
  return jsonText(value);
}

function arrayText(values: readonly unknown[], element: CellKind): string {
  const nested: CellKind = { form: 'array', element };
  const texts = values.map((value) => {
    if (value === null || value === undefined) return 'NULL';
    if (Array.isArray(value) && element.form !== 'json') return cellText(value, nested);
    return `"${cellText(value, element).replace(/["\\]/g, '\\$&')}"`;
  });
  return `{${texts.join(',')}}`;
}

function jsonText(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw new UnwritableValue(toError(error).message.split('\n', 1)[0]!);
  }
  if (text === undefined) throw new UnwritableValue(`${showValue(value)} is no JSON`);
  return text;
}
