import type { Operator } from '../interfaces/operator.ts';
import type { SkipPolicy } from '../interfaces/policy.ts';
import { skip as skipRecords } from './operators/skip.ts';
import { type SkipOptions, skip as skipFailures } from './policies/skip.ts';

/**
 * Two things under the one name that both go by: `skip(n)` is the operator that leaves out the first
 * `n` records; `skip()` and `skip({ budget })` are the policy that drops a record that failed, and
 * counts it.
 *
 * @example
 * ```ts
 * import { from, map, skip } from 'millrace';
 *
 * const parsed = from(['header', '1', 'x', '2']).pipe(
 *   skip(1),
 *   map((text) => BigInt(text), { onError: skip({ budget: '50%' }) }),
 * );
 * ```
 */
export function skip<A>(count: number): Operator<A, A>;
export function skip(options?: SkipOptions): SkipPolicy;
export function skip<A>(given?: number | SkipOptions): Operator<A, A> | SkipPolicy {
  return typeof given === 'number' ? skipRecords<A>(given) : skipFailures(given);
}
