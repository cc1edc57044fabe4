import type { FailPolicy } from '../../interfaces/policy.ts';

const FAIL: FailPolicy = Object.freeze({ kind: 'fail' });

/**
 * Lets the first failure end the run, which is what happens without any policy: strict by default.
 *
 * @example
 * ```ts
 * import { fail, map } from 'millrace';
 *
 * const parsed = map((line: string) => JSON.parse(line), { onError: fail() });
 * ```
 */
export function fail(): FailPolicy {
  return FAIL;
}
