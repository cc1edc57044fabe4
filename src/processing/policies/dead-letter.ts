import { z } from 'zod';
import { MillraceError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import type { DeadLetter } from '../../interfaces/failure.ts';
import type { Budget, DeadLetterPolicy, LetterTarget } from '../../interfaces/policy.ts';
import type { Writer } from '../../interfaces/writer.ts';
import { budgetOption, parseBudget } from './budget.ts';

export interface DeadLetterOptions {
  /** Failures to absorb before the run fails. @default no limit */
  readonly budget?: Budget;
}

const schema = z.strictObject({ budget: budgetOption });

/**
 * Puts a record that failed aside, with its error, its raw text and its origin, and goes on. Many
 * operators may share one target.
 *
 * @throws MillraceError `ERR_OPTIONS` when `to` is neither a writer nor made by `deadLetters()`.
 * @example
 * ```ts
 * import { deadLetter, map, ndjson } from 'millrace';
 *
 * const rejects = ndjson.write('rejects.ndjson');
 * const parsed = map((line: string) => JSON.parse(line), { onError: deadLetter(rejects, { budget: 100 }) });
 * ```
 */
export function deadLetter(
  to: Writer<DeadLetter> | LetterTarget,
  options: DeadLetterOptions = {},
): DeadLetterPolicy {
  if (!isTarget(to)) {
    throw new MillraceError('ERR_OPTIONS', 'Cannot send dead letters: the target is not a writer', {
      hint: 'Give deadLetter() a writer such as ndjson.write("rejects.ndjson"), or the target of deadLetters().',
    });
  }
  const { budget } = parseOptions(schema, options, 'deadLetter');
  if (budget === undefined) return Object.freeze({ kind: 'dead-letter', to });
  parseBudget(budget);
  return Object.freeze({ kind: 'dead-letter', to, budget });
}

function isTarget(to: unknown): boolean {
  if (typeof to !== 'object' || to === null) return false;
  return Reflect.get(to, 'kind') === 'dead-letters' || typeof Reflect.get(to, 'open') === 'function';
}
