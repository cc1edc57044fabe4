import { z } from 'zod';
import { parseOptions } from '../../core/options.ts';
import type { Budget, SkipPolicy } from '../../interfaces/policy.ts';
import { budgetOption, parseBudget } from './budget.ts';

export interface SkipOptions {
  /** Failures to absorb before the run fails. @default no limit */
  readonly budget?: Budget;
}

const schema = z.strictObject({ budget: budgetOption });

/**
 * Drops a record that failed, and counts it as skipped in the balance.
 *
 * @throws MillraceError `ERR_OPTIONS` for a budget that cannot be read.
 * @example
 * ```ts
 * import { map, skip } from 'millrace';
 *
 * const parsed = map((line: string) => JSON.parse(line), { onError: skip({ budget: '1%' }) });
 * ```
 */
export function skip(options: SkipOptions = {}): SkipPolicy {
  const { budget } = parseOptions(schema, options, 'skip');
  if (budget === undefined) return Object.freeze({ kind: 'skip' });
  parseBudget(budget);
  return Object.freeze({ kind: 'skip', budget });
}
