import type { CheckpointSession } from '../../interfaces/checkpoint.ts';
import type { Clock } from '../../interfaces/clock.ts';
import type { RunEvent } from '../../interfaces/run.ts';
import type { Beginnings } from '../runtime/beginnings.ts';
import type { CheckpointSettings } from './checkpoint-options.ts';
import type { GraphPrint } from './graph-print.ts';
import type { KeptFiles } from './kept-files.ts';
import type { RestoredRun } from './restored-run.ts';

/** What makes the checkpoints of one run. */
export interface CoordinatorSpec {
  readonly pipeline: string;
  readonly session: CheckpointSession;
  readonly files: KeptFiles;
  readonly settings: CheckpointSettings;
  readonly graph: GraphPrint;
  readonly restored: RestoredRun | undefined;
  /** The number of the newest checkpoint that is there; 0 for none. */
  readonly newest: number;
  readonly clock: Clock;
  readonly began: number;
  /** Where readers begin that have not begun. */
  readonly beginnings: Beginnings;
  emit(event: RunEvent): void;
  fail(error: unknown): void;
}
