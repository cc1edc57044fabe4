import { elapsedMs } from '../../core/clock.ts';
import type { CheckpointContent, CheckpointExtent } from '../../interfaces/checkpoint.ts';
import type { Clock } from '../../interfaces/clock.ts';
import type { Summary } from '../../interfaces/run.ts';
import type { Gathered } from './gathered.ts';
import type { GraphPrint } from './graph-print.ts';
import type { RestoredRun } from './restored-run.ts';
import type { RunManifest } from './run-manifest.ts';

/** The run that a checkpoint is of. */
export interface CheckpointedRun {
  readonly pipeline: string;
  readonly graph: GraphPrint;
  readonly restored: RestoredRun | undefined;
  readonly clock: Clock;
  readonly began: number;
}

/** What is written of a checkpoint; with a summary, that all is done and published, and no states. */
export function contentOf(
  { pipeline, graph, restored, clock, began }: CheckpointedRun,
  { nodes, edges, over, files, states }: Gathered,
  {
    id,
    complete,
    summary,
  }: {
    readonly id: number;
    readonly complete: CheckpointExtent;
    readonly summary: Summary | undefined;
  },
): CheckpointContent {
  const now = clock.now();
  const before = restored?.manifest;
  const manifest: RunManifest = {
    graph,
    nodes,
    edges,
    over,
    ...(summary === undefined && files.length > 0 && { files }),
    runs: (before?.runs ?? 0) + 1,
    started: before?.started ?? new Date(began).toISOString(),
    elapsedMs: (before?.elapsedMs ?? 0) + elapsedMs(clock, began),
    ...(summary !== undefined && { summary }),
  };
  return { id, time: now, pipeline, complete, manifest, states: summary === undefined ? states : [] };
}
