import { isThenable } from '../../../core/thenable.ts';
import type {
  ExpressionFunction,
  Parameter,
  ParameterKind,
} from '../../../interfaces/expression-function.ts';
import { Fault } from '../fault.ts';
import { aKind, kindOf } from '../values.ts';

/** How it is written, e.g. `replace(text, text, text)`. */
export function signatureOf({ name, parameters }: ExpressionFunction): string {
  const shown = parameters.map((kind) => (kind.endsWith('?') ? `[${kind.slice(0, -1)}]` : kind));
  return `${name}(${shown.join(', ')})`;
}

/** The numbers of arguments that it takes. */
export function arityOf({ parameters }: ExpressionFunction): {
  readonly least: number;
  readonly most: number;
} {
  return {
    least: parameters.filter((kind) => !kind.endsWith('?')).length,
    most: parameters.length,
  };
}

/** @throws Fault for an argument of another kind. */
export function checkedCall(fn: ExpressionFunction, given: readonly unknown[]): unknown {
  const checked = given.map((value, at) => argument(fn, value, at));
  const result = fn.call(...(checked as never[])) ?? null;
  if (fn.returns !== undefined) checkResult(fn.name, fn.returns, result);
  return result;
}

/** @throws Fault for a result of another kind than the function says. */
function checkResult(name: string, returns: Parameter, result: unknown): void {
  const kind = kindIn(returns);
  if (result === null && (returns.endsWith('?') || kind === 'any')) return;
  if (isThenable(result)) {
    throw new Fault(`${name}() returned a promise`, { hint: 'Functions of expressions answer at once.' });
  }
  if (kind === 'any' || (kind === 'integer' ? Number.isSafeInteger(result) : kindOf(result) === kind)) return;
  throw new Fault(`${name}() returns ${inWords(kind)}, and this is ${aKind(result)}`);
}

/**
 * Why a value of a kind that is known before there is any record cannot be an argument; `undefined` where it can be, as
 * far as that is known.
 */
export function misfit(
  { name, parameters }: ExpressionFunction,
  at: number,
  known: Known,
): string | undefined {
  const wanted = kindIn(parameters[at]!);
  if (wanted === 'any' || known === undefined) return undefined;
  const fits = wanted === 'integer' ? known === 'integer' || known === 'number' : wanted === plain(known);
  return fits ? undefined : `${name}() takes ${inWords(wanted)} here, and this is ${inWords(known)}`;
}

/** The kind of a value, where that is known without it. */
export type Known = Exclude<ParameterKind, 'any'> | 'null' | undefined;

/** The kind of what a function gives, where it gives nothing else, nor null. */
export function resultKind({ returns }: ExpressionFunction): Known {
  return returns === undefined || returns === 'any' || returns.endsWith('?') ? undefined : (returns as Known);
}

function plain(kind: Known): Known {
  return kind === 'integer' ? 'number' : kind;
}

function kindIn(parameter: Parameter): ParameterKind {
  return parameter.replace('?', '') as ParameterKind;
}

function inWords(kind: ParameterKind | 'null'): string {
  if (kind === 'text' || kind === 'null') return kind;
  return kind === 'integer' ? 'a whole number' : `a ${kind}`;
}

function argument(fn: ExpressionFunction, value: unknown, at: number): unknown {
  const kind = kindIn(fn.parameters[at]!);
  if (kind === 'any') return value;
  if (kind === 'integer') {
    const whole = typeof value === 'bigint' ? Number(value) : value;
    if (Number.isSafeInteger(whole)) return whole;
  } else if (kindOf(value) === kind) return value instanceof Set ? [...value] : value;
  throw new Fault(`${fn.name}() takes ${inWords(kind)} here, and this is ${aKind(value)}`);
}
