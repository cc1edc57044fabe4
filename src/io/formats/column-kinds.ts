/** What the columns of columnar files can hold; `json` is any value, as JSON text. */
export const COLUMN_KINDS = [
  'boolean',
  'int32',
  'int64',
  'double',
  'string',
  'timestamp',
  'binary',
  'json',
] as const;

/** One of {@link COLUMN_KINDS}. */
export type ColumnKind = (typeof COLUMN_KINDS)[number];

/** The kind of a value; nothing for one that is missing, and for one that no column can hold. */
export function kindOf(value: unknown): ColumnKind | undefined {
  switch (typeof value) {
    case 'boolean':
      return 'boolean';
    case 'number':
      return 'double';
    case 'bigint':
      return 'int64';
    case 'string':
      return 'string';
    case 'object':
      if (value === null) return undefined;
      if (value instanceof Date) return 'timestamp';
      return value instanceof Uint8Array ? 'binary' : 'json';
    default:
      return undefined;
  }
}

/**
 * The value as a column of this kind holds it: `null` where there is none, integers of `int64` as BigInt, `json`
 * as text. `undefined` when the column cannot hold it.
 */
export function columnValue(kind: ColumnKind, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  switch (kind) {
    case 'int32':
      return typeof value === 'number' && (value | 0) === value ? value : undefined;
    case 'int64':
      return int64(value);
    case 'timestamp':
      return value instanceof Date && !Number.isNaN(value.getTime()) ? value : undefined;
    case 'json':
      return jsonOf(value);
    default:
      return kindOf(value) === kind ? value : undefined;
  }
}

function int64(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? value : undefined;
  return Number.isSafeInteger(value) ? BigInt(value as number) : undefined;
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
