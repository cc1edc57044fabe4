import type { Clock } from '../../interfaces/clock.ts';
import type { RunEvent, Summary } from '../../interfaces/run.ts';
import { describeGraph } from '../graph/describe.ts';
import type { Graph } from '../graph/graph.ts';
import { stateVersionOf } from '../graph/node.ts';
import type { Beginnings } from '../runtime/beginnings.ts';
import type { CheckpointSettings } from './checkpoint-options.ts';
import { Coordinator } from './coordinator.ts';
import type { CoordinatorSpec } from './coordinator-spec.ts';
import { checkFilesBeside, type ReadFiles } from './files-beside.ts';
import { printOf } from './graph-print.ts';
import { readByThen, standingsOf } from './manifest-reading.ts';
import { newestWhole } from './newest-whole.ts';
import { presentFiles } from './present-files.ts';
import { RestoredRun } from './restored-run.ts';
import type { RunManifest } from './run-manifest.ts';

/** What checkpoints need of a run. */
export interface CheckpointHost {
  readonly clock: Clock;
  /** When it began, by the clock. */
  readonly began: number;
  /** Aborts when the run is over; stands for it where it shares something. */
  readonly signal: AbortSignal;
  /** Where readers are to begin, as whoever started it wants it. */
  readonly beginnings: Beginnings;
  emit(event: RunEvent): void;
  fail(error: unknown): void;
}

/** What a run finds: what makes its checkpoints, and where its readers begin; or that there is nothing left to do. */
export type Opened =
  | { readonly coordinator: Coordinator; readonly beginnings: Beginnings }
  | { readonly summary: Summary };

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
  const session = await settings.store.open({ pipeline, takeOver: settings.takeOver, run: host.signal });
  try {
    const present = await session.list();
    // Also where they go, numbers go on.
    const newest = present[0]?.id ?? 0;
    // The oldest first: whoever is killed on the way leaves none to go on from that is older than the output.
    if (settings.fresh) for (const { id } of present.toReversed()) await session.remove(id);
    const read: ReadFiles = new Map();
    const { checkpoint, damaged } = await newestWhole(session, (one) => checkFilesBeside(session, one, read));
    const files = await presentFiles(
      session,
      newest,
      (checkpoint?.manifest as RunManifest | undefined)?.prints,
    );
    if (checkpoint === undefined) return coordinate({ ...spec, session, files, newest, restored: undefined });
    const { summary } = checkpoint.manifest as RunManifest;
    const { id, time } = checkpoint;
    const taken = new Date(time).toISOString();
    if (summary !== undefined) {
      host.emit({ type: 'over-before', checkpoint: id, taken });
      await session.close();
      return { summary };
    }
    const versions = new Map(vertices.vertices.map(({ name, node }) => [name, stateVersionOf(node)]));
    const restored = new RestoredRun(checkpoint, graph, settings.allowDroppedState, versions);
    host.emit({
      type: 'resumed',
      checkpoint: id,
      taken,
      damaged: damaged.map(({ id }) => id),
      counted: restored.counted,
      read: readByThen(restored.manifest),
      readers: standingsOf(checkpoint, restored.manifest),
    });
    const beginnings = restored.beginnings(host.beginnings);
    return coordinate({ ...spec, session, files, newest, restored, beginnings });
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Gives the store back, also where the run was over before it was open. */
export async function closeOpened(opening: Promise<Opened>): Promise<void> {
  const opened = await opening.catch(() => undefined);
  if (opened !== undefined && 'coordinator' in opened) await opened.coordinator.close();
}

function coordinate(spec: CoordinatorSpec): Opened {
  return { coordinator: new Coordinator(spec), beginnings: spec.beginnings };
}
