import { z } from 'zod';
import { parseOptions } from '../../core/options.ts';
import { refusePromise } from '../../core/thenable.ts';
import type { Replacement } from '../../interfaces/failure.ts';
import type { Budget, Failure, FallbackPolicy } from '../../interfaces/policy.ts';
import { budgetOption, parseBudget } from './budget.ts';

export interface FallbackOptions {
  /** Failures to absorb before the run fails. @default no limit */
  readonly budget?: Budget;
}

const schema = z.strictObject({ budget: budgetOption });

/**
 * Puts another record in the place of one that failed: a value, or what a function makes of the
 * failure. What a failing function throws ends the run.
 *
 * @throws MillraceError `ERR_OPTIONS` for a budget that cannot be read.
 * @example
 * ```ts
 * import { fallback, map } from 'millrace';
 *
 * const parsed = map((line: string) => Number.parseInt(line), {
 *   onError: fallback((failure) => ({ line: failure.record, problem: failure.error.message })),
 * });
 * ```
 */
export function fallback<R>(
  value: R | ((failure: Failure) => R),
  options: FallbackOptions = {},
): FallbackPolicy {
  const { budget } = parseOptions(schema, options, 'fallback');
  if (budget !== undefined) parseBudget(budget);
  return Object.freeze({
    kind: 'fallback',
    replace: typeof value === 'function' ? computed(value as (failure: Failure) => R) : constant(value),
    ...(budget !== undefined && { budget }),
  });
}

function constant(record: unknown): () => Replacement {
  const replacement: Replacement = Object.freeze({ record });
  return () => replacement;
}

function computed(make: (failure: Failure) => unknown): (failure: Failure) => Replacement {
  return (failure) => {
    const record = make(failure);
    refusePromise(record, 'Give fallback() a synchronous function.');
    return { record };
  };
}
