import type { ASTNode } from '@marcbachmann/cel-js';
import { didYouMean } from '../../core/did-you-mean.ts';
import type { ExpressionFunction } from '../../interfaces/expression-function.ts';
import { Fault } from './fault.ts';
import { arityOf, type Known, misfit, resultKind, signatureOf } from './functions/expression-function.ts';
import { patternOf } from './functions/pattern-functions.ts';
import { LIST_MACROS, MACROS } from './macros.ts';
import { partsOf } from './parse-expression.ts';

/** What an expression may name. */
export interface Names {
  readonly functions: ReadonlyMap<string, ExpressionFunction>;
  /** Fields of records, where they are known. */
  readonly fields: readonly string[] | undefined;
  /** Parameters, where they are known. */
  readonly params: readonly string[] | undefined;
}

/** What an expression turned out to use. */
export interface Uses {
  /** Fields of the record; `undefined` when it uses the record as a whole. */
  readonly columns: readonly string[] | undefined;
  readonly origin: boolean;
  /** Whether it asks for the line or the byte, which may have to be looked for in the text. */
  readonly place: boolean;
}

const ORIGIN_FIELDS: readonly string[] = ['source', 'file', 'record', 'line', 'byte'];
const VARIABLES = ['record', 'origin', 'params'];
const PATTERNS: ReadonlySet<string> = new Set(['matches', 'extract', 'replaceMatches']);

/**
 * Finds names that there are not, and what is used of the record.
 *
 * @throws Fault at the first one, with the nearest name.
 */
export function checkExpression(ast: ASTNode, names: Names): Uses {
  const columns = new Set<string>();
  let whole = false;
  let origin = false;
  let place = false;
  visit(ast, new Set());
  return { columns: whole ? undefined : [...columns], origin, place };

  function visit(node: ASTNode, locals: ReadonlySet<string>): void {
    const named = namedField(node);
    if (named !== undefined && !locals.has(named.variable)) {
      if (named.variable === 'record') columns.add(checkField(node, named.field, names.fields));
      if (named.variable === 'params') checkField(node, named.field, names.params, 'parameter');
      if (named.variable === 'origin') {
        origin = true;
        checkField(node, named.field, ORIGIN_FIELDS);
        place ||= named.field === 'line' || named.field === 'byte';
      }
      if (VARIABLES.includes(named.variable)) return;
    }
    if (node.op === 'id') {
      checkVariable(node, node.args, locals, names);
      if (node.args === 'record' && !locals.has('record')) whole = true;
      if (node.args === 'origin' && !locals.has('origin')) {
        origin = true;
        place = true;
      }
    }
    if (node.op === '.?' || node.op === '[?]')
      throw new Fault('optional access is not supported', range(node));
    if (node.op === 'call' || node.op === 'rcall') checkCall(node, names);
    if (node.op === 'rcall' && isListMacro(node)) {
      visit(node.args[1], locals);
      const variable = node.args[2][0]!;
      const inner = new Set([...locals, String(variable.args)]);
      for (const part of node.args[2].slice(1)) visit(part, inner);
    } else for (const part of partsOf(node)) visit(part, locals);
  }
}

/** `variable.field` or `variable["field"]`. */
function namedField(node: ASTNode): { readonly variable: string; readonly field: string } | undefined {
  if ((node.op !== '.' && node.op !== '[]') || node.args[0].op !== 'id') return undefined;
  const variable = node.args[0].args;
  if (node.op === '.') return { variable, field: node.args[1] };
  const [, key] = node.args;
  return key.op === 'value' && typeof key.args === 'string' ? { variable, field: key.args } : undefined;
}

function checkField(
  node: ASTNode,
  name: string,
  known: readonly string[] | undefined,
  what = 'field',
): string {
  if (known === undefined || known.includes(name)) return name;
  throw new Fault(`there is no ${what} "${name}"`, { ...range(node), hint: didYouMean(name, known) });
}

function checkVariable(node: ASTNode, name: string, locals: ReadonlySet<string>, names: Names): void {
  if (locals.has(name) || VARIABLES.includes(name)) return;
  const isField = names.fields === undefined || names.fields.includes(name);
  const near = didYouMean(name, VARIABLES);
  const hint =
    near.startsWith('Did') || !isField ? near : `Fields are written record.${name}, texts "${name}".`;
  throw new Fault(`there is no variable "${name}"`, { ...range(node), hint });
}

function checkCall(node: ASTNode & { readonly op: 'call' | 'rcall' }, { functions }: Names): void {
  const name = node.args[0];
  const given = node.op === 'call' ? node.args[1] : [node.args[1], ...node.args[2]];
  if (MACROS.has(name) || (node.op === 'rcall' && isListMacro(node))) {
    const problem = MACROS.get(name)?.(given, node.op === 'call');
    if (problem !== undefined) throw new Fault(problem, range(node));
    return;
  }
  const fn = functions.get(name);
  if (fn === undefined) {
    const known = [...functions.keys(), ...MACROS.keys(), ...LIST_MACROS.keys()];
    throw new Fault(`there is no function ${name}()`, { ...range(node), hint: didYouMean(name, known) });
  }
  const { least, most } = arityOf(fn);
  if (given.length < least || given.length > most) {
    throw new Fault(`${name}() is given ${given.length} of its arguments`, {
      ...range(node),
      hint: `It is written ${signatureOf(fn)}, or ${signatureOf(fn).replace(/^(\w+)\((\w+)(?:, )?/, '$2.$1(')}.`,
    });
  }
  // Of the built-in ones, which do not say what they return, wrong arguments are errors of the record.
  for (const [at, argument] of fn.returns === undefined ? [] : given.entries()) {
    const problem = misfit(fn, at, knownKind(argument, functions));
    if (problem !== undefined) throw new Fault(problem, range(argument));
  }
  if (!PATTERNS.has(name)) return;
  const pattern = given[1]!;
  if (pattern.op === 'value' && typeof pattern.args === 'string') checkPattern(pattern.args, pattern);
}

const TESTS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', '&&', '||', '!_', 'in']);

/** The kind of what a part gives, where it says so by itself. */
function knownKind(node: ASTNode, functions: Names['functions']): Known {
  if (node.op === 'list' || node.op === 'map') return node.op;
  if (TESTS.has(node.op)) return 'bool';
  if (node.op === 'call' || node.op === 'rcall') {
    const fn = functions.get(node.args[0]);
    return fn === undefined ? undefined : resultKind(fn);
  }
  if (node.op !== 'value') return undefined;
  if (node.args === null) return 'null';
  if (typeof node.args === 'string') return 'text';
  if (typeof node.args === 'boolean') return 'bool';
  return typeof node.args === 'number' || typeof node.args === 'bigint' ? 'number' : undefined;
}

function checkPattern(pattern: string, node: ASTNode): void {
  try {
    patternOf(pattern);
  } catch (error) {
    if (error instanceof Fault) error.range ??= { start: node.start, end: node.end };
    throw error;
  }
}

/** Whether it is `list.map(x, …)` or its like. The parser has refused those without a variable. */
export function isListMacro(node: ASTNode & { readonly op: 'rcall' }): boolean {
  const arities = LIST_MACROS.get(node.args[0]);
  return arities?.includes(node.args[2].length) === true && node.args[2][0]!.op === 'id';
}

function range({ start, end }: ASTNode): {
  readonly range: { readonly start: number; readonly end: number };
} {
  return { range: { start, end } };
}
