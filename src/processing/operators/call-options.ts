import { z } from 'zod';
import type { CallLimit } from '../../interfaces/call-limit.ts';
import type { ConcurrencyBounds } from '../policies/adaptive-concurrency.ts';
import type { Bulkhead } from '../policies/bulkhead.ts';
import type { CircuitBreaker } from '../policies/circuit-breaker.ts';

/** Records in flight at the most, or the bounds between which the engine finds out how many. */
export type Concurrency = number | 'auto' | { readonly min?: number; readonly max: number };

const AUTO: ConcurrencyBounds = Object.freeze({ min: 1, max: 64 });

const whole = z.number().int().min(1);

export const concurrencyOption = z
  .union([
    whole,
    z.literal('auto'),
    z
      .strictObject({
        min: whole.default(1).describe('At the least'),
        max: whole.describe('At the most'),
      })
      .refine(({ min, max }) => min <= max, 'min is above max'),
  ])
  .default(16)
  .describe('Records in flight at the most: a number, "auto", or bounds');

/** What a `concurrency` comes to; a number is both bounds. */
export function concurrencyBounds(concurrency: z.output<typeof concurrencyOption>): ConcurrencyBounds {
  if (concurrency === 'auto') return AUTO;
  return typeof concurrency === 'number' ? { min: concurrency, max: concurrency } : concurrency;
}

function limitOption<L extends CallLimit>(kind: L['kind'], maker: string) {
  return z
    .custom<L>(
      (value) => typeof value === 'object' && value !== null && (value as CallLimit).kind === kind,
      `must be made by ${maker}()`,
    )
    .optional();
}

export const bulkheadOption = limitOption<Bulkhead>('bulkhead', 'bulkhead').describe(
  'Bounds open calls together with other operators that have the same',
);

export const circuitBreakerOption = limitOption<CircuitBreaker>('circuit-breaker', 'circuitBreaker').describe(
  'Makes no calls for a while when many have failed',
);
