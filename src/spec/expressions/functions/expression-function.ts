import { Fault } from '../fault.ts';
import { aKind, kindOf } from '../values.ts';

/** What a parameter takes; with a question mark it may be left out. `integer` is a whole number, as a double. */
export type ParameterKind =
  | 'any'
  | 'text'
  | 'number'
  | 'integer'
  | 'bool'
  | 'time'
  | 'duration'
  | 'list'
  | 'map';
export type Parameter = ParameterKind | `${ParameterKind}?`;

/** A function of expressions: `name(a, b)`, or `a.name(b)`, which is the same. */
export interface ExpressionFunction {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** What it does, in one line for lists. */
  readonly summary: string;
  /** Is called with what the parameters say, checked. What it throws is what went wrong with the record. */
  readonly call: (...given: never[]) => unknown;
}

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
  return fn.call(...(checked as never[])) ?? null;
}

function argument(fn: ExpressionFunction, value: unknown, at: number): unknown {
  const kind = fn.parameters[at]!.replace('?', '') as ParameterKind;
  if (kind === 'any') return value;
  if (kind === 'integer') {
    const whole = typeof value === 'bigint' ? Number(value) : value;
    if (Number.isSafeInteger(whole)) return whole;
  } else if (kindOf(value) === kind) return value instanceof Set ? [...value] : value;
  const wanted = { text: 'text', integer: 'a whole number' }[kind as 'text' | 'integer'] ?? `a ${kind}`;
  throw new Fault(`${fn.name}() takes ${wanted} here, and this is ${aKind(value)}`);
}
