import { map } from '../operators/map.ts';
import { processKeyed } from '../operators/process-keyed.ts';
import type { OutputName, OutputRecord, Outputs, ProcessSpec } from '../operators/process-spec.ts';
import { outputRoutes, type Tagged, untagged } from '../operators/side-outputs.ts';
import type { StateKinds } from '../operators/state/state-kind.ts';
import type { Flow } from './flow.ts';

/** What `process` gives: a flow, or with side outputs one for each, and `main`. */
export type Processed<T, O, Main> = [OutputName<O>] extends [never]
  ? Flow<Main>
  : { readonly main: Flow<Main> } & { readonly [N in OutputName<O>]: Flow<OutputRecord<T, O, N>> };

/** Sends a flow through `processKeyed`, and takes its outputs apart. */
export function processFlow<T, K, S extends StateKinds, E, const O extends Outputs, R1, R2, R3>(
  flow: Flow<T>,
  key: (record: T) => K,
  spec: ProcessSpec<T, K, S, E, O, R1, R2, R3>,
): Processed<T, O, E | R1 | R2 | R3> {
  const processed = flow.pipe(processKeyed(key, spec)) as Flow<unknown>;
  const { outputs = [] } = spec;
  const names = Array.isArray(outputs) ? (outputs as readonly string[]) : Object.keys(outputs);
  if (names.length === 0) return processed as Processed<T, O, E | R1 | R2 | R3>;
  return outputFlows(processed as Flow<Tagged>, names) as Processed<T, O, E | R1 | R2 | R3>;
}

/** The outputs of `processKeyed`, apart; `names` are those besides `main`. */
export function outputFlows(
  processed: Flow<Tagged>,
  names: readonly string[],
): Readonly<Record<string, Flow<unknown>>> {
  const parts = processed.split(outputRoutes(names));
  const flows = Object.entries(parts).map(([name, part]) => [name, part.pipe(map(untagged))]);
  return Object.freeze(Object.fromEntries(flows));
}
