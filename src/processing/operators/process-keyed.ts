import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { checkCallback } from './check-callback.ts';
import { defineOperator } from './define-operator.ts';
import { ProcessLogic } from './process-logic.ts';
import {
  type CheckedProcess,
  type OutputName,
  type OutputRecord,
  type Outputs,
  type ProcessSpec,
  processOptions,
} from './process-spec.ts';
import type { Tagged } from './side-outputs.ts';
import type { StateKinds } from './state/state-kind.ts';

/** What leaves the operator: records, or with side outputs records that say where they go. */
export type ProcessOutput<T, O, Main> = [OutputName<O>] extends [never]
  ? Main
  : Tagged<'main', Main> | { [N in OutputName<O>]: Tagged<N, OutputRecord<T, O, N>> }[OutputName<O>];

/**
 * The general tool: keeps state for each key, declared in the spec, and does what its callbacks say with each
 * record, when a timer fires, and at the end. A callback takes effect as a whole when it has returned: what it
 * emits, what it writes to the state, and the timers that it sets. Values in the state are replaced, never
 * changed in place. `keyBy(key).process(spec)` takes the side outputs apart, too.
 *
 * - Emits: what callbacks give to `emit`, and what they return, when they have returned.
 * - Backpressures: when downstream does. What one callback emits is held while it runs.
 * - Completes: when the input is over, what waits for event time has fired in order of time, and `onEnd` has
 *   run for each key that is known, in the order in which they came. What waits for the clock does not fire.
 * - Cancels: when downstream does.
 * - On error: what `onRecord` and the key function throw is a failure of the record, and state, timers and output
 *   are as they were before it; a promise is a failure, too, `ERR_CALLBACK`. What `onTimer` and `onEnd` throw
 *   ends the run. `ERR_LIMIT` for one key more than `maxKeys`.
 *
 * A key is known as long as it has state or a timer; with an `onEnd`, from its first record until all of its
 * state is too old, or `forget()` was called.
 *
 * @throws MillraceError `ERR_OPTIONS` for a spec without `onRecord`, or with what is no state.
 * @example
 * ```ts
 * import { from, processKeyed, state } from 'millrace';
 *
 * const repeats = from(['a', 'b', 'a']).pipe(
 *   processKeyed((word: string) => word, {
 *     state: { seen: state.value(false, { ttl: '1h' }) },
 *     onRecord(word, { state }) {
 *       if (state.seen.get()) return [word];
 *       state.seen.set(true);
 *       return [];
 *     },
 *   }),
 * );
 * ```
 */
export function processKeyed<
  T,
  K,
  // biome-ignore lint/complexity/noBannedTypes: no state is what is kept by default
  S extends StateKinds = {},
  E = never,
  const O extends Outputs = readonly [],
  R1 = never,
  R2 = never,
  R3 = never,
>(
  key: (record: T) => K,
  spec: ProcessSpec<T, K, S, E, O, R1, R2, R3>,
): Operator<T, ProcessOutput<T, O, E | R1 | R2 | R3>> {
  checkCallback('process', key);
  const { onError, ...checked } = parseOptions(processOptions, spec, 'process');
  const names = [...Object.keys(checked.state), ...checked.outputs.map((name) => `-> ${name}`)];
  return defineOperator<T, unknown>({
    name: 'process',
    remembers: 'snapshot',
    cardinality: 'many',
    repeats: checked.onTimer === undefined && !agesByClock(checked.state),
    detail: names.length === 0 ? undefined : names.join(', '),
    onError,
    create: (context) => new ProcessLogic(key, checked as unknown as CheckedProcess, context),
  }) as Operator<T, ProcessOutput<T, O, E | R1 | R2 | R3>>;
}

/** Whether state goes away by the clock. */
function agesByClock(kinds: StateKinds): boolean {
  return Object.values(kinds).some(({ ttl }) => ttl?.by === 'clock');
}
