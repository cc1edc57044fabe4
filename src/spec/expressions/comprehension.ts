import type { ASTNode } from '@marcbachmann/cel-js';
import type { Functions, Locals } from './closures.ts';
import { Fault } from './fault.ts';
import { type Evaluate, type Scope, spend } from './scope.ts';
import { aKind, entriesOf, isTrue, kindOf } from './values.ts';
import { madeList } from './weight.ts';

type Close = (node: ASTNode, functions: Functions, locals: Locals) => Evaluate;

/** `list.all(x, …)`, `exists`, `exists_one`, `filter`, `map(x, …)` and `map(x, condition, …)`. */
export function comprehension(
  node: ASTNode & { readonly op: 'rcall' },
  functions: Functions,
  locals: Locals,
  close: Close,
): Evaluate {
  const [name, over, [variable, ...said]] = node.args;
  const list = close(over, functions, locals);
  const at = Math.max(-1, ...locals.values()) + 1;
  const within = new Map([...locals, [String(variable!.args), at]]);
  const [first, second] = said.map((one) => close(one, functions, within));
  const each = eachOf(name, first!, second);
  return (scope) => {
    const items = itemsOf(list(scope));
    return each(items, scope, (item) => {
      spend(scope, 1);
      scope.locals[at] = item;
    });
  };
}

type Each = (items: readonly unknown[], scope: Scope, take: (item: unknown) => void) => unknown;

function eachOf(name: string, first: Evaluate, second: Evaluate | undefined): Each {
  switch (name) {
    case 'all':
      return (items, scope, take) => !decided(items, scope, take, first, false);
    case 'exists':
      return (items, scope, take) => decided(items, scope, take, first, true);
    case 'exists_one':
      return (items, scope, take) => chosen(items, scope, take, first).length === 1;
    case 'filter':
      return (items, scope, take) => madeList(chosen(items, scope, take, first));
    default:
      return (items, scope, take) => madeList(mapped(items, scope, take, first, second));
  }
}

/** Whether one item has this outcome; the failures of others count only where none has. */
function decided(
  items: readonly unknown[],
  scope: Scope,
  take: (item: unknown) => void,
  said: Evaluate,
  outcome: boolean,
): boolean {
  let fault: unknown;
  for (const item of items) {
    take(item);
    try {
      if (isTrue(said(scope)) === outcome) return true;
    } catch (thrown) {
      fault ??= thrown;
    }
  }
  if (fault !== undefined) throw fault;
  return false;
}

function chosen(
  items: readonly unknown[],
  scope: Scope,
  take: (item: unknown) => void,
  said: Evaluate,
): readonly unknown[] {
  return items.filter((item) => {
    take(item);
    return isTrue(said(scope));
  });
}

function mapped(
  items: readonly unknown[],
  scope: Scope,
  take: (item: unknown) => void,
  first: Evaluate,
  second: Evaluate | undefined,
): readonly unknown[] {
  const made: unknown[] = [];
  for (const item of items) {
    take(item);
    if (second === undefined) made.push(first(scope));
    else if (isTrue(first(scope))) made.push(second(scope));
  }
  return made;
}

function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Set) return [...value];
  if (kindOf(value) === 'map') return entriesOf(value as object).map(([key]) => key);
  throw new Fault(`a list or a map is needed, and this is ${aKind(value)}`);
}
