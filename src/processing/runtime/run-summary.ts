import { elapsedMs } from '../../core/clock.ts';
import { MillraceError } from '../../core/errors.ts';
import type { Clock } from '../../interfaces/clock.ts';
import type { CheckpointSummary, Summary } from '../../interfaces/run.ts';
import { drawBalance, measureNodes } from './accounting.ts';
import type { MemoryBudget } from './spill/memory-budget.ts';
import type { Wired } from './wiring.ts';

/** What a run is summed up from. */
export interface SummaryParts extends Wired {
  readonly pipeline: string;
  /** When it began, by the clock. */
  readonly began: number;
  readonly clock: Clock;
  readonly memory: MemoryBudget;
  /** Bytes that went to the disk. */
  readonly spilled: number;
  /** Whether it stands still for a later run to go on with. */
  readonly standsStill: boolean;
  readonly checkpoints: CheckpointSummary | undefined;
}

export function runSummary(parts: SummaryParts): Summary {
  const { pipeline, began, clock, memory, spilled, standsStill, checkpoints, stages, edges } = parts;
  const nodes = measureNodes(stages);
  return {
    pipeline,
    state: standsStill || stages.some((stage) => stage.reader?.stoppedEarly) ? 'stopped' : 'done',
    started: new Date(began).toISOString(),
    durationMs: elapsedMs(clock, began),
    balance: drawBalance(stages, edges, nodes),
    nodes,
    ...(memory.asked && { held: { memory: memory.bytes, peak: memory.peak, spilled } }),
    ...(checkpoints !== undefined && { checkpoints }),
  };
}

/** @throws MillraceError `ERR_BALANCE` when not all is accounted for. */
export function checkBalance({ pipeline, balance }: Summary): void {
  if (balance.closed) return;
  throw new MillraceError(
    'ERR_BALANCE',
    `Cannot close the balance of "${pipeline}": ${balance.gaps.join('; ')}`,
    {
      hint: 'An operator that says cardinality "one" or "filter" must keep to it; if all do, this is a bug in millrace.',
      details: { balance },
    },
  );
}
