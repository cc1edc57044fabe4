/** Takes the values of a row, one after the other. */
export interface RowTarget {
  put(value: unknown): void;
}

/** Puts the values of a record, in the order of the columns. */
export type RowWriter = (record: Record<string, unknown>, target: RowTarget) => void;

/** Writers by their columns: many files of one run have the same, and code is compiled once. */
const known = new Map<string, RowWriter>();

const MOST_KNOWN = 100;

/**
 * A writer of records with these columns, generated as one function without a loop; where code must not
 * be generated, one with a loop.
 */
export function rowWriter(columns: readonly string[]): RowWriter {
  const key = JSON.stringify(columns);
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= MOST_KNOWN) known.clear();
  const made = make(columns);
  known.set(key, made);
  return made;
}

function make(columns: readonly string[]): RowWriter {
  try {
    const body = columns.map((name) => `target.put(${access(name)});`).join('\n');
    return new Function('record', 'target', body) as RowWriter;
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    return (record, target) => {
      for (const name of columns) target.put(own(record, name));
    };
  }
}

function access(name: string): string {
  const key = JSON.stringify(name);
  return name in Object.prototype
    ? `Object.hasOwn(record, ${key}) ? record[${key}] : undefined`
    : `record[${key}]`;
}

/** The value of a column: what every object inherits is none. */
export function own(record: Record<string, unknown>, name: string): unknown {
  return name in Object.prototype && !Object.hasOwn(record, name) ? undefined : record[name];
}
