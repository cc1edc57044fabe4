import { z } from 'zod';
import { exportOption, functionOption } from '../core/option-role.ts';
import type { CallLimit } from '../interfaces/call-limit.ts';
import { asyncOperatorOptions } from '../processing/operators/define-operator.ts';
import { type Bulkhead, bulkhead, bulkheadOptions } from '../processing/policies/bulkhead.ts';
import {
  type CircuitBreaker,
  circuitBreaker,
  circuitBreakerOptions,
} from '../processing/policies/circuit-breaker.ts';

const USE = { expression: false };

// What has no name is shared by those who are given this very one, which plain data cannot say.
const bulkheadData = bulkheadOptions.omit({ acrossRuns: true }).extend({
  name: z.string().min(1).describe('In a run, bulkheads of the same name are one'),
});
const circuitBreakerData = circuitBreakerOptions.omit({ acrossRuns: true }).extend({
  when: functionOption(['error'], 'Which errors count', USE).optional(),
  onChange: functionOption(['change'], 'Gets each change of state', USE).optional(),
});

/** What bounds calls besides the operator itself, as plain data. */
const callLimits = {
  bulkhead: exportOption(
    (value) => isLimit(value, 'bulkhead'),
    'what bulkhead() makes',
    'Bounds open calls together with other operators that have one of the same name',
    bulkheadData,
  ).optional(),
  circuitBreaker: exportOption(
    (value) => isLimit(value, 'circuit-breaker'),
    'what circuitBreaker() makes',
    'Makes no calls for a while when many have failed',
    circuitBreakerData,
  ).optional(),
};

/** The options of operators that call functions, as plain data. */
export const callOptions = asyncOperatorOptions.extend(callLimits);

interface CallOptions {
  readonly bulkhead?: unknown;
  readonly circuitBreaker?: unknown;
}

/** The same options, with bulkheads and circuit breakers in the place of what stands for them. */
export function withLimits<O extends CallOptions>({ bulkhead: calls, circuitBreaker: circuit, ...rest }: O) {
  return {
    ...rest,
    ...(calls !== undefined && {
      bulkhead: isLimit(calls, 'bulkhead') ? (calls as Bulkhead) : bulkhead(calls as never),
    }),
    ...(circuit !== undefined && {
      circuitBreaker: isLimit(circuit, 'circuit-breaker')
        ? (circuit as CircuitBreaker)
        : circuitBreaker(circuit as never),
    }),
  };
}

function isLimit(value: unknown, kind: CallLimit['kind']): boolean {
  return typeof value === 'object' && value !== null && (value as CallLimit).kind === kind;
}
