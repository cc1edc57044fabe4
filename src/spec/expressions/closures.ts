import type { ASTNode } from '@marcbachmann/cel-js';
import { UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import type { ExpressionFunction } from '../../interfaces/expression-function.ts';
import { add, divide, multiply, negate, remainder, subtract } from './arithmetic.ts';
import { isListMacro } from './check-expression.ts';
import { comprehension } from './comprehension.ts';
import { placed } from './fault.ts';
import { field, hasField, isIn, item, originFields } from './fields.ts';
import { checkedCall } from './functions/expression-function.ts';
import { narrowed } from './functions/number-functions.ts';
import { isField } from './macros.ts';
import { type Evaluate, type Scope, sizeOf, spend } from './scope.ts';
import { atLeast, atMost, equals, isTrue, less, more } from './values.ts';
import { madeList } from './weight.ts';

export type Functions = ReadonlyMap<string, ExpressionFunction>;

/** The variables of the macros around a part, and where each is among the locals. */
export type Locals = ReadonlyMap<string, number>;

type Node<Op extends ASTNode['op']> = ASTNode & { readonly op: Op };

/**
 * A part of a checked expression as a closure, which calls those of its parts. It says exactly what the part means;
 * code that is generated for the most common parts only says it faster.
 */
export function closureOf(node: ASTNode, functions: Functions, locals: Locals = new Map()): Evaluate {
  const evaluate = meaningOf(node, functions, locals);
  if (node.op === 'value' || node.op === 'id') return evaluate;
  return (scope) => {
    try {
      return evaluate(scope);
    } catch (thrown) {
      throw placed(thrown, node);
    }
  };
}

function meaningOf(node: ASTNode, functions: Functions, locals: Locals): Evaluate {
  const part = (one: ASTNode) => closureOf(one, functions, locals);
  switch (node.op) {
    case 'value': {
      const value = literalOf(node);
      return () => value;
    }
    case 'id':
      return variable(node.args, locals);
    case '.': {
      const [of, name] = [part(node.args[0]), node.args[1]];
      return (scope) => field(of(scope), name);
    }
    case '[]': {
      const [of, key] = node.args.map(part) as [Evaluate, Evaluate];
      return (scope) => item(of(scope), key(scope));
    }
    case '&&':
      return logical(node, false, part);
    case '||':
      return logical(node, true, part);
    case '?:': {
      const [condition, yes, no] = node.args.map(part) as [Evaluate, Evaluate, Evaluate];
      return (scope) => (isTrue(condition(scope)) ? yes(scope) : no(scope));
    }
    case '!_': {
      const inner = part(node.args);
      return (scope) => !isTrue(inner(scope));
    }
    case '-_': {
      const inner = part(node.args);
      return (scope) => negate(inner(scope));
    }
    case 'list': {
      const items = node.args.map(part);
      return (scope) => madeList(items.map((one) => one(scope)));
    }
    case 'map':
      return mapOf(node, part);
    case 'rcall':
      if (isListMacro(node)) return comprehension(node, functions, locals, closureOf);
      return call(node.args[0], [node.args[1], ...node.args[2]], functions, part);
    case 'call':
      if (node.args[0] === 'has') return has(node.args[1][0]!, part);
      if (node.args[0] === 'coalesce') return coalesce(node.args[1], part);
      return call(node.args[0], node.args[1], functions, part);
    case '.?':
    case '[?]':
      throw new Error('optional access gets past no check');
    default:
      return binary(node, part);
  }
}

/** The value of a literal: integers are doubles where they lose nothing by it, as in records. */
export function literalOf({ args }: Node<'value'>): unknown {
  if (args instanceof UnsignedInt) return narrowed(args.valueOf());
  return typeof args === 'bigint' ? narrowed(args) : args;
}

function variable(name: string, locals: Locals): Evaluate {
  const at = locals.get(name);
  if (at !== undefined) return ({ locals: values }) => values[at];
  if (name === 'record') return ({ record }) => record;
  if (name === 'origin') return ({ origin }) => originFields(origin);
  return ({ params }) => params ?? {};
}

type BinaryOperation = (a: unknown, b: unknown, scope: Scope) => unknown;

const BINARY: Readonly<Record<string, BinaryOperation>> = {
  '==': (a, b, scope) => equalsCounted(a, b, scope),
  '!=': (a, b, scope) => !equalsCounted(a, b, scope),
  '<': less,
  '>': more,
  '<=': atMost,
  '>=': atLeast,
  '+': (a, b, scope) => {
    spend(scope, sizeOf(a) + sizeOf(b));
    return add(a, b);
  },
  '-': subtract,
  '*': multiply,
  '/': divide,
  '%': remainder,
  in: (a, b, scope) => {
    spend(scope, sizeOf(b));
    return isIn(a, b, equals);
  },
};

function binary(
  node: Extract<ASTNode, { readonly args: [ASTNode, ASTNode] }>,
  part: (one: ASTNode) => Evaluate,
): Evaluate {
  const operation = BINARY[node.op]!;
  const [left, right] = node.args.map(part) as [Evaluate, Evaluate];
  return (scope) => operation(left(scope), right(scope), scope);
}

function equalsCounted(a: unknown, b: unknown, scope: Scope): boolean {
  if (typeof a === 'object') spend(scope, sizeOf(a));
  return equals(a, b);
}

/** `&&` and `||`: one side that decides it is enough, even where the other fails, whichever comes first. */
function logical(node: Node<'&&' | '||'>, decisive: boolean, part: (one: ASTNode) => Evaluate): Evaluate {
  const [left, right] = node.args.map(part) as [Evaluate, Evaluate];
  const sides = node.args;
  const side = (evaluate: Evaluate, at: 0 | 1, scope: Scope): boolean => {
    try {
      return isTrue(evaluate(scope));
    } catch (thrown) {
      throw placed(thrown, sides[at]);
    }
  };
  return (scope) => {
    let fault: unknown;
    try {
      if (side(left, 0, scope) === decisive) return decisive;
    } catch (thrown) {
      fault = thrown;
    }
    if (side(right, 1, scope) === decisive) return decisive;
    if (fault !== undefined) throw fault;
    return !decisive;
  };
}

function mapOf(node: Node<'map'>, part: (one: ASTNode) => Evaluate): Evaluate {
  const entries = node.args.map(([key, value]) => [part(key), part(value)] as const);
  // An own `__proto__` is a key like others for `fromEntries`.
  return (scope) =>
    madeList(Object.fromEntries(entries.map(([key, value]) => [String(key(scope)), value(scope)])));
}

function call(
  name: string,
  given: readonly ASTNode[],
  functions: Functions,
  part: (one: ASTNode) => Evaluate,
): Evaluate {
  const fn = functions.get(name)!;
  const parts = given.map(part);
  return (scope) => {
    const values = parts.map((one) => one(scope));
    spend(
      scope,
      values.reduce<number>((size, value) => size + sizeOf(value), 1),
    );
    return checkedCall(fn, values);
  };
}

/** Whether there is a field: `false`, too, where what it would be a field of is not there. */
function has(node: ASTNode, part: (one: ASTNode) => Evaluate): Evaluate {
  const soft = softly(node, part);
  return (scope) => soft(scope) !== undefined;
}

/** The first value that is there and not null; null when none is. */
function coalesce(given: readonly ASTNode[], part: (one: ASTNode) => Evaluate): Evaluate {
  const parts = given.map((one) => (isField(one) ? softly(one, part) : part(one)));
  return (scope) => {
    for (const one of parts) {
      const value = one(scope);
      if (value !== null && value !== undefined) return value;
    }
    return null;
  };
}

/** A chain of fields, `undefined` where one of them is not there. */
function softly(node: ASTNode, part: (one: ASTNode) => Evaluate): Evaluate {
  if (node.op !== '.' && node.op !== '[]') return part(node);
  const of = softly(node.args[0], part);
  const key = node.op === '.' ? () => node.args[1] : part(node.args[1]);
  return (scope) => {
    const map = of(scope);
    if (map === undefined || map === null) return undefined;
    const name = key(scope);
    if (Array.isArray(map))
      return typeof name === 'number' && name < map.length ? item(map, name) : undefined;
    return hasField(map, String(name)) ? field(map, String(name)) : undefined;
  };
}
