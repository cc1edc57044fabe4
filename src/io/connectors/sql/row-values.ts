/** Puts the values of a record into an array, from an index on, in the order of the columns. */
export type RowValues = (record: Record<string, unknown>, into: unknown[], at: number) => void;

/**
 * Takes the values of these columns out of records, generated as one function without a loop; where a process forbids
 * generated code, one with a loop. What every object inherits is no value.
 */
export function rowValues(columns: readonly string[]): RowValues {
  try {
    const body = columns.map((name, index) => `into[at + ${index}] = ${access(name)};`).join('\n');
    return new Function('record', 'into', 'at', body) as RowValues;
  } catch (error) {
    if (error instanceof EvalError) return genericValues(columns);
    throw error;
  }
}

/** Like {@link rowValues}, without generating code. */
export function genericValues(columns: readonly string[]): RowValues {
  return (record, into, at) => {
    for (const [index, name] of columns.entries()) {
      into[at + index] = name in Object.prototype && !Object.hasOwn(record, name) ? undefined : record[name];
    }
  };
}

function access(name: string): string {
  const key = JSON.stringify(name);
  return name in Object.prototype
    ? `Object.hasOwn(record, ${key}) ? record[${key}] : undefined`
    : `record[${key}]`;
}
