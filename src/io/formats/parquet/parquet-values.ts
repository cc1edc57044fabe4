import { BIG_INTEGERS, UnsafeInteger } from '../columnar/big-integers.ts';
import type { ParquetReadSettings } from './parquet-read-options.ts';

/** The values of a column for the rows of a group. */
export type Column = ArrayLike<unknown>;

/**
 * The values of a column as records have them: `null` where there is none, big integers as the settings say.
 * `unsafe` is told of the rows whose integer cannot be said so.
 */
export function columnValues(
  column: Column,
  { bigints }: Pick<ParquetReadSettings, 'bigints'>,
  unsafe: (row: number) => void,
): Column {
  if (ArrayBuffer.isView(column) && !(column instanceof BigInt64Array || column instanceof BigUint64Array)) {
    return column;
  }
  const integer = BIG_INTEGERS[bigints];
  const values = new Array<unknown>(column.length);
  for (let row = 0; row < column.length; row++) {
    try {
      values[row] = converted(column[row], integer);
    } catch (error) {
      if (!(error instanceof UnsafeInteger)) throw error;
      values[row] = String(column[row]);
      unsafe(row);
    }
  }
  return values;
}

function converted(value: unknown, integer: (value: bigint) => unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'bigint') return integer(value);
  if (typeof value !== 'object' || value instanceof Date || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((one) => converted(one, integer));
  if (ArrayBuffer.isView(value))
    return converted(Array.from(value as Iterable<unknown> & NodeJS.ArrayBufferView), integer);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, converted(one, integer)]));
}
