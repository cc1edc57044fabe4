import type { ASTNode } from '@marcbachmann/cel-js';

/** Macros over the items of a list, or the keys of a map, and how many parts they take: a variable, and what is said of it. */
export const LIST_MACROS: ReadonlyMap<string, readonly number[]> = new Map([
  ['all', [2]],
  ['exists', [2]],
  ['exists_one', [2]],
  ['filter', [2]],
  ['map', [2, 3]],
]);

type Check = (parts: readonly ASTNode[], asFunction: boolean) => string | undefined;

/** Other macros, and what is wrong with how one is written. */
export const MACROS: ReadonlyMap<string, Check> = new Map<string, Check>([
  [
    'has',
    (parts, asFunction) =>
      asFunction && parts.length === 1 && isField(parts[0]!)
        ? undefined
        : 'has() takes a field, has(record.field)',
  ],
  [
    'coalesce',
    (parts, asFunction) =>
      asFunction && parts.length > 0 ? undefined : 'coalesce() takes values, coalesce(record.field, 0)',
  ],
]);

/** Whether it is `a.b` or `a["b"]`. */
export function isField(node: ASTNode): boolean {
  return node.op === '.' || node.op === '[]';
}
