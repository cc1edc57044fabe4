import { Fault } from './fault.ts';

/** What an expression is evaluated in. */
export interface Scope {
  readonly record: unknown;
  readonly origin: object | undefined;
  readonly params: object | undefined;
  /** Variables of macros, by how many are around them. */
  readonly locals: unknown[];
  work: number;
}

export type Evaluate = (scope: Scope) => unknown;

/** Rounds of macros, function calls and values compared that one evaluation may take. */
const MAX_WORK = 2_000_000;

export function newScope(record: unknown, origin: object | undefined, params: object | undefined): Scope {
  return { record, origin, params, locals: [], work: 0 };
}

/**
 * Counts work that grows with the data.
 *
 * @throws Fault when an evaluation takes too much: macros in macros multiply.
 */
export function spend(scope: Scope, work: number): void {
  scope.work += work;
  if (scope.work > MAX_WORK) {
    throw new Fault('it takes too long', { hint: 'Macros within macros multiply: write it with fewer.' });
  }
}

/** What it costs to look at a value. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length >> 6;
  return Array.isArray(value) ? value.length : 0;
}
