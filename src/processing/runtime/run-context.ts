import type { Clock } from '../../interfaces/clock.ts';
import type { Spill } from '../../interfaces/memory.ts';
import type { RunEvent } from '../../interfaces/run.ts';
import type { Plan } from '../plan/plan.ts';
import type { Beginnings } from './beginnings.ts';
import type { Checkpointing } from './checkpointing.ts';
import type { MemoryBudget } from './spill/memory-budget.ts';

/** What the parts of a running pipeline share. */
export interface RunContext {
  /** The name of the pipeline. */
  readonly pipeline: string;
  readonly plan?: Pick<Plan, 'checkPath'>;
  readonly clock: Clock;
  /** Aborts when the run is over, whichever way. */
  readonly signal: AbortSignal;
  /** Numbers in [0, 1) for jitter. */
  readonly random: () => number;
  /** What stateful operators may hold. */
  readonly memory: MemoryBudget;
  /** Where the state of a node goes that has no room in memory. */
  spillOf(node: string): Spill;
  /** Where readers begin that have not: in a run that goes on with another, as in that, if they were part of it. */
  readonly beginnings: Beginnings;
  /** Present when the run makes checkpoints. */
  readonly checkpoints?: Checkpointing | undefined;
  /** Whether sampled records report their way. */
  readonly debug: boolean;
  /** Whether anybody takes events: ask before making one for a record. */
  readonly observed: boolean;
  emit(event: RunEvent): void;
  /** Ends the run because of `error`; the first one is the cause. */
  fail(error: unknown): void;
  /** The run's end waits for `closed`. */
  closing(closed: Promise<unknown>): void;
}
