import { literalKey } from '../../../core/record-builder.ts';
import type { FromText } from './text-values.ts';

/** A row as the server sent it: the texts of its fields. */
export type Row = readonly (string | null)[];

/** Makes a record of a row; throws what a conversion throws. */
export type RecordOfRow = (row: Row) => Record<string, unknown>;

/** A field of a row: the key of its value in the record, and what becomes of its text; that itself without. */
export interface RowField {
  readonly name: string;
  readonly convert: FromText | undefined;
}

/**
 * Makes records of the first fields of rows. Generated as one object literal, so that all records share one hidden class;
 * where a process forbids generated code, key by key.
 */
export function recordOfRow(fields: readonly RowField[]): RecordOfRow {
  const entries = fields.map(({ name, convert }, at) => {
    const value = convert === undefined ? `row[${at}]` : `row[${at}] === null ? null : c[${at}](row[${at}])`;
    return `${literalKey(name)}: ${value}`;
  });
  try {
    const make = new Function('c', `return (row) => ({ ${entries.join(', ')} });`);
    return make(fields.map(({ convert }) => convert)) as RecordOfRow;
  } catch (error) {
    if (error instanceof EvalError) return genericRecordOfRow(fields);
    throw error;
  }
}

/** Like {@link recordOfRow}, without generating code. */
export function genericRecordOfRow(fields: readonly RowField[]): RecordOfRow {
  return (row) =>
    Object.fromEntries(
      fields.map(({ name, convert }, at) => {
        const text = row[at]!;
        return [name, text === null || convert === undefined ? text : convert(text)];
      }),
    );
}
