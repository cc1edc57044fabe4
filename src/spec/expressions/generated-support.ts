import { add, divide, multiply, negate, remainder, subtract } from './arithmetic.ts';
import { field } from './fields.ts';
import { newScope } from './scope.ts';
import { atLeast, atMost, equals, less, more } from './values.ts';

/** Thrown where generated code cannot go on: closures take over, and say what is wrong if anything is. */
const GIVE_UP = Symbol('give up');

/** What was read without asking whether it is there. */
function given(value: unknown): unknown {
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') throw GIVE_UP;
  return value;
}

function bool(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw GIVE_UP;
}

/** For what has just been found unequal to a text or a bool. */
function unequal(value: unknown): false {
  given(value);
  return false;
}

/**
 * Plain objects have no other fields than their own, but for those of every object. `__proto__` is asked, as V8 inlines
 * that and not `getPrototypeOf`; where it is a field of its own, or the process has none, closures take over.
 */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { __proto__: prototype } = value as { readonly __proto__?: unknown };
  return prototype === Object.prototype || (prototype === undefined && Object.getPrototypeOf(value) === null);
}

function present(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';
}

/** What generated code calls, by the names that it has there. */
export const SUPPORT: Readonly<Record<string, unknown>> = Object.freeze({
  given,
  bool,
  unequal,
  isPlain,
  present,
  newScope,
  field: (of: unknown, name: string) => field(given(of), name),
  equals: (a: unknown, b: unknown) => equals(given(a), given(b)),
  less: (a: unknown, b: unknown) => less(given(a), given(b)),
  more: (a: unknown, b: unknown) => more(given(a), given(b)),
  atLeast: (a: unknown, b: unknown) => atLeast(given(a), given(b)),
  atMost: (a: unknown, b: unknown) => atMost(given(a), given(b)),
  add: (a: unknown, b: unknown) => add(given(a), given(b)),
  subtract: (a: unknown, b: unknown) => subtract(given(a), given(b)),
  multiply: (a: unknown, b: unknown) => multiply(given(a), given(b)),
  divide: (a: unknown, b: unknown) => divide(given(a), given(b)),
  remainder: (a: unknown, b: unknown) => remainder(given(a), given(b)),
  negate: (a: unknown) => negate(given(a)),
});
