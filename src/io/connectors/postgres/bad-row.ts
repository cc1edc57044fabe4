import { formatOrigin } from '../../../core/batch.ts';
import { MillraceError, toError } from '../../../core/errors.ts';
import type { Origin } from '../../../interfaces/batch.ts';
import type { DecodeFailure } from '../../../interfaces/failure.ts';
import { UnsafeInteger, unsafeInteger } from '../../formats/columnar/big-integers.ts';
import type { Row, RowField } from './row-records.ts';

/** What is wrong with a row with a value that JavaScript cannot say. */
export function badRow(
  row: Row,
  fields: readonly RowField[],
  thrown: unknown,
  origin: Origin,
): DecodeFailure {
  const column = fields.find((field, at) => !converts(field, row[at]!))?.name ?? '';
  return { error: errorOf(thrown, column, origin), origin, partial: textsOf(row, fields) };
}

function converts({ convert }: RowField, text: string | null): boolean {
  try {
    if (text !== null) convert?.(text);
    return true;
  } catch {
    return false;
  }
}

function errorOf(thrown: unknown, column: string, origin: Origin): MillraceError {
  if (thrown instanceof UnsafeInteger) return unsafeInteger(column, origin);
  const message = `Cannot make a value of column "${column}" of ${formatOrigin(origin)}: ${toError(thrown).message}`;
  return new MillraceError('ERR_COLUMN_TYPE', message, {
    cause: thrown,
    origin,
    hint: `Read it as text: query: 'SELECT "${column}"::text …'.`,
    details: { column, type: 'date' },
  });
}

function textsOf(row: Row, fields: readonly RowField[]): object {
  return Object.fromEntries(fields.map(({ name }, at) => [name, row[at]]));
}
