import { z } from 'zod';
import { type Backoff, parseBackoff } from '../../core/backoff.ts';
import { MillraceError, toError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import { refusePromise } from '../../core/thenable.ts';
import type { Budget, RetryPolicy } from '../../interfaces/policy.ts';
import { budgetOption, parseBudget } from './budget.ts';

export interface RetryOptions {
  /** Calls in all, the first one included. */
  readonly attempts: number;
  /** First and longest wait between two calls; each wait is drawn with full jitter. @default '100ms..10s' */
  readonly backoff?: Backoff;
  /** Which errors are worth another try. @default all but those marked permanent */
  readonly when?: (error: Error) => boolean;
  /** Repeated calls before the run fails. @default no limit */
  readonly budget?: Budget;
}

const bound = z.union([z.number().nonnegative(), z.string()]);

const schema = z.strictObject({
  attempts: z.number().int().min(1).describe('Calls in all, the first one included'),
  backoff: z
    .union([z.string(), z.strictObject({ first: bound, most: bound })])
    .default('100ms..10s')
    .describe('First and longest wait between two calls'),
  when: z
    .custom<(error: Error) => boolean>((value) => typeof value === 'function', 'must be a function')
    .optional()
    .describe('Which errors are worth another try'),
  budget: budgetOption,
});

/**
 * Tries again. When all attempts have failed, the next policy of the list decides; after the last
 * the run fails. Waits grow exponentially between two bounds and are jittered in full.
 *
 * @throws MillraceError `ERR_OPTIONS` for fewer than one attempt, and for a backoff or budget that
 * cannot be read.
 * @example
 * ```ts
 * import { mapAsync, retry } from 'millrace';
 *
 * const pages = mapAsync((url: string) => fetch(url).then((response) => response.text()), {
 *   onError: retry({ attempts: 5, backoff: '100ms..10s' }),
 * });
 * ```
 */
export function retry(options: RetryOptions): RetryPolicy {
  const { attempts, backoff, when, budget } = parseOptions(schema, options, 'retry');
  if (budget !== undefined) parseBudget(budget);
  return Object.freeze({
    kind: 'retry',
    attempts,
    backoff: parseBackoff(backoff),
    ...(when !== undefined && { when: synchronous(when) }),
    ...(budget !== undefined && { budget }),
  });
}

/** What goes wrong in `when` ends the run: no policy is left to settle it. A promise would always mean yes. */
function synchronous(when: (error: Error) => boolean): (error: Error) => boolean {
  return (error) => {
    try {
      const worthIt: unknown = when(error);
      refusePromise(worthIt, 'Give retry() a synchronous function as `when`.');
      return Boolean(worthIt);
    } catch (cause) {
      const failed = `Cannot decide on a retry after "${error.message}": ${toError(cause).message}`;
      throw new MillraceError('ERR_CALLBACK', failed, {
        cause,
        hint: 'Let the `when` of retry() return true or false.',
      });
    }
  };
}
