import { z } from 'zod';

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

/** What writers of columnar files take. */
export interface ColumnWriteOptions {
  /** The columns, in their order, and what they hold; by default as the first batch of records says. */
  readonly columns?: Readonly<Record<string, ColumnKind>> | undefined;
  /** What happens to a record with a key that is no column. @default 'fail' */
  readonly extra?: 'fail' | 'ignore' | undefined;
}

export const columnWriteFields = {
  columns: z
    .record(z.string(), z.enum(COLUMN_KINDS))
    .refine((columns) => Object.keys(columns).length > 0, 'there must be a column')
    .optional()
    .describe('The columns, in their order, and what they hold; by default as the first records say'),
  extra: z.enum(['fail', 'ignore']).default('fail').describe('What happens to a key that is no column'),
} as const;

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
