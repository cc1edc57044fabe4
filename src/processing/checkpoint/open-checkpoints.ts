import type { CheckpointSession } from '../../interfaces/checkpoint.ts';
import type { Clock } from '../../interfaces/clock.ts';
import type { RunEvent, Summary } from '../../interfaces/run.ts';
import { describeGraph } from '../graph/describe.ts';
import type { Graph } from '../graph/graph.ts';
import type { CheckpointSettings } from './checkpoint-options.ts';
import { Coordinator, type CoordinatorSpec } from './coordinator.ts';
import { printOf } from './graph-print.ts';
import { newestWhole } from './newest-whole.ts';
import { RestoredRun } from './restored-run.ts';
import type { RunManifest } from './run-manifest.ts';

/** What checkpoints need of a run. */
export interface CheckpointHost {
  readonly clock: Clock;
  /** When it began, by the clock. */
  readonly began: number;
  emit(event: RunEvent): void;
  fail(error: unknown): void;
}

/** What a run finds: what makes its checkpoints, or that there is nothing left to do. */
export type Opened = { readonly coordinator: Coordinator } | { readonly summary: Summary };

/**
 * Opens the store of a run, and what is there to go on with.
 *
 * @throws MillraceError `ERR_LOCKED` when another run has the store, `ERR_CHECKPOINT` for what cannot be gone on with,
 *   and what the store throws.
 */
export async function openCheckpoints(
  pipeline: string,
  vertices: Graph,
  settings: CheckpointSettings,
  host: CheckpointHost,
): Promise<Opened> {
  const graph = printOf(describeGraph(pipeline, vertices));
  const spec = { ...host, pipeline, settings, graph };
  const session = await settings.store.open({ pipeline, takeOver: settings.takeOver });
  try {
    const present = await session.list();
    // Also where they go, numbers go on.
    const newest = present[0]?.id ?? 0;
    if (settings.fresh) for (const { id } of present) await session.remove(id);
    const { checkpoint, damaged } = await newestWhole(session);
    if (checkpoint === undefined) return coordinate(spec, session, undefined, newest);
    const { summary } = checkpoint.manifest as RunManifest;
    if (summary !== undefined) {
      await session.close();
      return { summary };
    }
    const restored = new RestoredRun(checkpoint, graph, settings.allowDroppedState);
    host.emit({
      type: 'resumed',
      checkpoint: checkpoint.id,
      taken: new Date(checkpoint.time).toISOString(),
      damaged: damaged.map(({ id }) => id),
      counted: restored.counted,
    });
    return coordinate(spec, session, restored, newest);
  } catch (error) {
    await session.close();
    throw error;
  }
}

function coordinate(
  spec: Omit<CoordinatorSpec, 'session' | 'restored' | 'newest'>,
  session: CheckpointSession,
  restored: RestoredRun | undefined,
  newest: number,
): Opened {
  return { coordinator: new Coordinator({ ...spec, session, restored, newest }) };
}
