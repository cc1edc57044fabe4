import type { ASTNode } from '@marcbachmann/cel-js';
import { closureOf, type Functions, literalOf } from './closures.ts';
import type { ExpressionScope } from './expression.ts';
import { generateCall } from './generate-call.ts';
import { SUPPORT } from './generated-support.ts';

/** A part as JavaScript. Only what is no `bool` may be `undefined`: a field that is not there. */
export interface Code {
  readonly text: string;
  readonly kind: 'bool' | 'any';
  /** The value of a literal. */
  readonly literal?: unknown;
}

/** What code is generated into. */
export interface Target {
  readonly functions: Functions;
  /** Values that the code has by their index alone: closures of parts, patterns. */
  readonly constants: unknown[];
  /** A new variable of the code. */
  variable(): string;
  code(node: ASTNode): Code;
  /** The part by its closure. */
  closed(node: ASTNode): Code;
}

type Call = (record: unknown, scope?: ExpressionScope) => unknown;

/**
 * An expression as one generated function, with every part that is not common as a closure; where the code cannot go
 * on, `otherwise` evaluates all of it; `checked` is given what is not surely a bool. Nothing of the source gets into the code but texts and names as JSON, and numbers.
 * `undefined` where the process forbids generated code.
 */
export function generate(
  ast: ASTNode,
  functions: Functions,
  otherwise: Call,
  checked: (value: unknown) => unknown,
): Call | undefined {
  const constants: unknown[] = [];
  let variables = 0;
  const target: Target = {
    functions,
    constants,
    variable: () => `v${variables++}`,
    code: (node) => codeOf(node, target),
    closed: (node) => {
      const at = constants.push(closureOf(node, functions)) - 1;
      return { text: `c[${at}](s ??= newScope(record, scope?.origin, scope?.params))`, kind: 'any' };
    },
  };
  const { text, kind } = codeOf(ast, target);
  const declared = Array.from({ length: variables }, (_, at) => `, v${at}`).join('');
  const source = `'use strict';
const { ${Object.keys(SUPPORT).join(', ')} } = support;
return function (record, scope) {
  let s${declared};
  const params = scope?.params;
  try { if (isPlain(record)) return ${kind === 'bool' ? text : `checked(given(${text}))`}; } catch {}
  return otherwise(record, scope);
};`;
  try {
    return new Function('support', 'c', 'otherwise', 'checked', source)(
      SUPPORT,
      constants,
      otherwise,
      checked,
    ) as Call;
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

function codeOf(node: ASTNode, target: Target): Code {
  switch (node.op) {
    case 'value':
      return literal(node, target);
    case '.':
      return fieldCode(node.args[0], node.args[1], node, target);
    case '[]': {
      const [of, key] = node.args;
      const isName = key.op === 'value' && typeof key.args === 'string';
      return isName ? fieldCode(of, key.args as string, node, target) : target.closed(node);
    }
    case '&&':
    case '||':
      return bool(`(${truth(node.args[0], target)} ${node.op} ${truth(node.args[1], target)})`);
    case '!_':
      return bool(`!${truth(node.args, target)}`);
    case '?:': {
      const [condition, yes, no] = node.args;
      const [then, otherwise] = [target.code(yes), target.code(no)];
      const kind = then.kind === 'bool' && otherwise.kind === 'bool' ? 'bool' : 'any';
      return { text: `(${truth(condition, target)} ? ${then.text} : ${otherwise.text})`, kind };
    }
    case '-_': {
      const v = target.variable();
      return any(`(typeof (${v} = ${target.code(node.args).text}) === 'number' ? -${v} : negate(${v}))`);
    }
    case '==':
      return equality(node.args, target);
    case '!=':
      return bool(`!${equality(node.args, target).text}`);
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return numeric(node.op, node.args, target);
    case 'call':
    case 'rcall':
    case 'in':
      return generateCall(node, target);
    default:
      return target.closed(node);
  }
}

function literal(node: ASTNode & { readonly op: 'value' }, target: Target): Code {
  const value = literalOf(node);
  if (typeof value === 'boolean') return { text: String(value), kind: 'bool', literal: value };
  if (typeof value === 'string') return { text: JSON.stringify(value), kind: 'any', literal: value };
  if (typeof value === 'number') return { text: `${value}`, kind: 'any', literal: value };
  if (value === null) return { text: 'null', kind: 'any', literal: null };
  return any(`c[${target.constants.push(value) - 1}]`);
}

/** Names of what every object inherits are left to closures, which ask for an object's own. */
function fieldCode(of: ASTNode, name: string, node: ASTNode, target: Target): Code {
  if (name in Object.prototype) return target.closed(node);
  const key = JSON.stringify(name);
  if (of.op === 'id' && of.args === 'record') return any(`record[${key}]`);
  if (of.op === 'id' && of.args === 'origin') return target.closed(node);
  const v = target.variable();
  const map = of.op === 'id' && of.args === 'params' ? 'params' : target.code(of).text;
  return any(`(isPlain(${v} = ${map}) ? ${v}[${key}] : field(${v}, ${key}))`);
}

/** Each operand is evaluated once, in order, before its kind is asked for. */
function numeric(op: string, sides: readonly [ASTNode, ASTNode], target: Target): Code {
  const [a, b] = sides.map(target.code) as [Code, Code];
  const [left, right] = [operand(a, target), operand(b, target)];
  const tests = [left.test, right.test].filter((test) => test !== '');
  if (op === '/' || op === '%') tests.push(`${right.name} !== 0`);
  const prepared = [left.set, right.set].filter((set) => set !== '').map((set) => `${set}, `);
  const fast = `${left.name} ${op} ${right.name}`;
  const text = `(${prepared.join('')}${tests.join(' && ') || 'true'} ? ${fast} : ${SLOW[op]}(${left.name}, ${right.name}))`;
  return { text, kind: op.startsWith('<') || op.startsWith('>') ? 'bool' : 'any' };
}

interface Operand {
  readonly name: string;
  readonly set: string;
  readonly test: string;
}

function operand({ text, literal: value }: Code, target: Target): Operand {
  if (typeof value === 'number') return { name: text, set: '', test: '' };
  const name = target.variable();
  return { name, set: `${name} = ${text}`, test: `typeof ${name} === 'number'` };
}

/** What is called for operands that are not both numbers. */
const SLOW: Readonly<Record<string, string>> = {
  '<': 'less',
  '<=': 'atMost',
  '>': 'more',
  '>=': 'atLeast',
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '%': 'remainder',
};

function equality(sides: readonly [ASTNode, ASTNode], target: Target): Code {
  const [a, b] = sides.map(target.code) as [Code, Code];
  const [one, other] = isExact(a.literal) ? [b, a] : [a, b];
  const v = target.variable();
  if (isExact(other.literal)) return bool(`((${v} = ${one.text}) === ${other.text} || unequal(${v}))`);
  const w = target.variable();
  const both = `typeof ${v} === 'number' && typeof ${w} === 'number'`;
  return bool(`(${v} = ${one.text}, ${w} = ${other.text}, ${both} ? ${v} === ${w} : equals(${v}, ${w}))`);
}

/** Whether nothing else than the same text or bool is equal to it. */
function isExact(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean';
}

function truth(node: ASTNode, target: Target): string {
  const { text, kind } = target.code(node);
  return kind === 'bool' ? text : `bool(${text})`;
}

function bool(text: string): Code {
  return { text, kind: 'bool' };
}

function any(text: string): Code {
  return { text, kind: 'any' };
}
