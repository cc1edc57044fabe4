import { z } from 'zod';
import { type Duration, duration, formatDuration } from '../../core/duration.ts';
import { parseOptions } from '../../core/options.ts';
import type { CallLimit } from '../../interfaces/call-limit.ts';
import { Circuit, type CircuitChange, type CircuitSettings } from './circuit.ts';
import { RunShared } from './run-shared.ts';

export interface CircuitBreakerOptions {
  /** Who is called, for messages and events. In a run, breakers of the same name are one. */
  readonly name: string;
  /** So many failed calls within `within` open the circuit. @default 5 */
  readonly failures?: number;
  /** @default '10s' */
  readonly within?: Duration;
  /** How long no call is made before one is tried. @default '30s' */
  readonly reset?: Duration;
  /** Which errors count as failures of who is called. @default all but those marked permanent */
  readonly when?: (error: unknown) => boolean;
  /** Gets each change of state; what it throws fails the run. */
  readonly onChange?: (change: CircuitChange) => void;
  /** Whether all runs share it, and not each has one of its own. @default false */
  readonly acrossRuns?: boolean;
}

/** Keeps calls from a service that fails; made by `circuitBreaker`. */
export interface CircuitBreaker extends CallLimit {
  readonly kind: 'circuit-breaker';
}

function callback<F>() {
  return z.custom<F>((value) => typeof value === 'function', 'must be a function').optional();
}

const time = z.union([z.number(), z.string()]);

/** The options of `circuitBreaker`. */
export const circuitBreakerOptions = z.strictObject({
  name: z.string().min(1).describe('Who is called'),
  failures: z.number().int().min(1).max(1_000_000).default(5).describe('Failed calls that open the circuit'),
  within: time.default('10s').describe('Time in which they are counted'),
  reset: time.default('30s').describe('How long no call is made before one is tried'),
  when: callback<(error: unknown) => boolean>().describe('Which errors count'),
  onChange: callback<(change: CircuitChange) => void>().describe('Gets each change of state'),
  acrossRuns: z.boolean().default(false).describe('Whether all runs share it'),
});

const shared = new RunShared<Circuit>('circuit breaker');

/**
 * Keeps calls away from a service that fails. Closed, calls are made; after `failures` of them within
 * `within` the circuit is open: no call is made, and records fail at once with `ERR_CIRCUIT_OPEN`, which may be
 * tried again. After `reset` it is half open: one call is made, which closes it or opens it anew. A timeout
 * of the call is a failure, too; with `retry()`, each try is a call.
 *
 * @throws MillraceError `ERR_OPTIONS` unless there is a name, `failures` is a whole number from 1, and the times are durations.
 * @example
 * ```ts
 * import { circuitBreaker, from, mapAsync, retry } from 'millrace';
 *
 * const payments = circuitBreaker({ name: 'payments', failures: 5, within: '10s', reset: '30s' });
 * const paid = from([1, 2]).pipe(
 *   mapAsync(async (id) => ({ id, paid: true }), {
 *     circuitBreaker: payments,
 *     onError: retry({ attempts: 10, backoff: '1s..1m' }),
 *   }),
 * );
 * ```
 */
export function circuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  const { acrossRuns, within, reset, ...given } = parseOptions(
    circuitBreakerOptions,
    options,
    'circuitBreaker',
  );
  const settings: CircuitSettings = {
    ...given,
    within: duration(within, 'within of circuitBreaker()'),
    reset: duration(reset, 'reset of circuitBreaker()'),
  };
  const { name, failures } = settings;
  const common = acrossRuns ? new Circuit(settings) : undefined;
  return Object.freeze({
    kind: 'circuit-breaker',
    label: `circuit breaker "${name}" (${failures} within ${formatDuration(settings.within)})`,
    create(context) {
      const circuit = common ?? shared.of(context, name, settings, () => new Circuit(settings));
      return { enter: () => circuit.enter(context), withdraw() {} };
    },
  } satisfies CircuitBreaker);
}
