import { elapsedMs } from '../../core/clock.ts';
import type { CheckpointContent, CheckpointExtent } from '../../interfaces/checkpoint.ts';
import type { Clock } from '../../interfaces/clock.ts';
import type { CheckpointSummary, Summary } from '../../interfaces/run.ts';
import type { Beginnings } from '../runtime/beginnings.ts';
import type { FinalStates } from './final-states.ts';
import type { Gathered } from './gathered.ts';
import type { GraphPrint } from './graph-print.ts';
import type { KeptFiles } from './kept-files.ts';
import type { RestoredRun } from './restored-run.ts';
import type { RunManifest } from './run-manifest.ts';

/** The run that a checkpoint is of, and where its readers begin that have not begun. */
export interface CheckpointedRun {
  readonly pipeline: string;
  readonly graph: GraphPrint;
  readonly restored: RestoredRun | undefined;
  readonly clock: Clock;
  readonly began: number;
  readonly beginnings: Beginnings;
  /** What knows what is in the files beside it. */
  readonly files: Pick<KeptFiles, 'prints'>;
}

/** What a run came to that is over, and what its nodes remembered at their end, to be looked at. */
export interface Published {
  readonly summary: Summary;
  readonly final: Pick<FinalStates, 'states' | 'withheld'>;
}

/** What is written of a checkpoint: of a run that is over, no states that it could be gone on with. */
export function contentOf(
  { pipeline, graph, restored, clock, began, beginnings, files: kept }: CheckpointedRun,
  { nodes, edges, over, files, states }: Gathered,
  {
    id,
    complete,
    published,
  }: {
    readonly id: number;
    readonly complete: CheckpointExtent;
    readonly published: Published | undefined;
  },
): CheckpointContent {
  const now = clock.now();
  const before = restored?.manifest;
  const manifest: RunManifest = {
    graph,
    nodes,
    edges,
    over,
    ...(published === undefined && files.length > 0 && { files, prints: kept.prints(files) }),
    ...(beginnings.size > 0 && { from: [...beginnings].map(([reader, time]) => [reader, time.getTime()]) }),
    runs: (before?.runs ?? 0) + 1,
    started: before?.started ?? new Date(began).toISOString(),
    elapsedMs: (before?.elapsedMs ?? 0) + elapsedMs(clock, began),
    ...(published !== undefined && { summary: published.summary }),
    ...(published !== undefined &&
      published.final.withheld.length > 0 && { withheld: published.final.withheld }),
  };
  return { id, time: now, pipeline, complete, manifest, states: published?.final.states ?? states };
}

/** What a run has to do with checkpoints: what it went on with, how many it has completed, and the newest of them. */
export function checkpointSummary(
  restored: RestoredRun | undefined,
  completed: number,
  last: number | undefined,
): CheckpointSummary {
  return {
    ...(restored !== undefined && { resumedFrom: restored.checkpoint.id }),
    runs: (restored?.manifest.runs ?? 0) + 1,
    completed,
    ...(last !== undefined && { last }),
  };
}
