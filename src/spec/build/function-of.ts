import type { FunctionRole } from '../../core/option-role.ts';
import type { BuildContext } from '../build-context.ts';
import {
  kindOf,
  type Located,
  type LocatedEntry,
  type LocatedMap,
  type LocatedScalar,
} from '../source/located.ts';
import { expressionFunction } from './expression-function.ts';
import { moduleExport } from './module-export.ts';

/** Whether what is written stands for a function in this place. */
export function saysFunction(node: Located, { text = 'expression' }: FunctionRole): boolean {
  if (node.kind === 'map') return node.entries.has('use') || node.entries.has('expression');
  return node.kind === 'scalar' && typeof node.value === 'string' && text === 'expression';
}

/** The function that an expression or the name of an export stands for; `undefined` where there is none. */
export async function functionOf(node: Located, role: FunctionRole, context: BuildContext): Promise<unknown> {
  const { problems } = context;
  if (node.kind === 'scalar') return expression(node, role, context);
  if (node.kind !== 'map') return problems.add(node.span, `expected a function, found ${kindOf(node)}`);
  const [[key, { value }], ...rest] = [...node.entries] as [[string, LocatedEntry]];
  for (const [other, entry] of rest as [string, LocatedEntry][]) {
    problems.add(entry.key, `"${other}" cannot stand beside "${key}"`);
  }
  if (value.kind !== 'scalar') return problems.add(value.span, `expected text, found ${kindOf(value)}`);
  if (key === 'expression') return expression(value, role, context);
  const found = await moduleExport(value, context);
  if (found === undefined || typeof found === 'function') return found;
  return problems.add(value.span, `${String(value.value)} is not a function`);
}

/** The export that a map with `use` stands for, whatever it is; `undefined` where there is none. */
export async function usedExport(node: LocatedMap, context: BuildContext): Promise<unknown> {
  const { problems } = context;
  for (const [other, entry] of node.entries) {
    if (other !== 'use') problems.add(entry.key, `"${other}" cannot stand beside "use"`);
  }
  const { value } = node.entries.get('use')!;
  if (value.kind !== 'scalar') return problems.add(value.span, `expected text, found ${kindOf(value)}`);
  return moduleExport(value, context);
}

function expression(node: LocatedScalar, role: FunctionRole, context: BuildContext): unknown {
  const { problems } = context;
  if (typeof node.value !== 'string') {
    return problems.add(node.span, `expected a function, found ${kindOf(node)}`);
  }
  if (role.expression === false) {
    return problems.add(
      node.span,
      'an expression cannot stand here: it cannot wait for something',
      'Name a function of a module: { use: "./module.ts#name" }.',
    );
  }
  return expressionFunction(node, role, context);
}
