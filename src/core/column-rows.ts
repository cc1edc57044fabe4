import { literalKey } from './record-builder.ts';

/** Makes the rows `from` to `to` (not with it) of columns: an object a row. */
export type ColumnRows = (
  columns: readonly ArrayLike<unknown>[],
  from: number,
  to: number,
) => Record<string, unknown>[];

/**
 * Makes rows of columns that have these names, in their order. Generated as one object literal in a loop, so
 * that all rows share one hidden class; where a process forbids generated code, key by key.
 */
export function columnRows(names: readonly string[]): ColumnRows {
  const columns = names.map((_, index) => `const c${index} = columns[${index}];`).join('');
  const entries = names.map((name, index) => `${literalKey(name)}: c${index}[at]`).join(', ');
  const body = `${columns} const rows = []; for (let at = from; at < to; at++) rows.push({ ${entries} }); return rows;`;
  try {
    return new Function('columns', 'from', 'to', body) as ColumnRows;
  } catch (error) {
    if (error instanceof EvalError) return genericRows(names);
    throw error;
  }
}

/** Like {@link columnRows}, without the cost of generating code. */
export function genericRows(names: readonly string[]): ColumnRows {
  return (columns, from, to) =>
    Array.from({ length: to - from }, (_, row) =>
      Object.fromEntries(names.map((name, index) => [name, columns[index]![from + row]])),
    );
}
