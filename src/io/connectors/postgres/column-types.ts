/** What the columns of a table are that is made for records: by the first value of each. */
export function columnTypes(
  names: readonly string[],
  records: readonly unknown[],
): readonly (readonly [name: string, type: string])[] {
  return names.map((name) => {
    const values = records.map((record) => (record as Record<string, unknown> | null)?.[name]);
    return [name, columnType(values.find((value) => value !== null && value !== undefined))];
  });
}

/** Whole numbers may be followed by others: all are floats. */
function columnType(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return 'double precision';
    case 'bigint':
      return 'bigint';
    case 'boolean':
      return 'boolean';
    case 'object':
      if (value instanceof Date) return 'timestamptz';
      return value instanceof Uint8Array ? 'bytea' : 'jsonb';
    default:
      return 'text';
  }
}
