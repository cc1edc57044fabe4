import { isMillraceError } from '../../core/errors.ts';
import type { CheckpointSession } from '../../interfaces/checkpoint.ts';
import type { Clock } from '../../interfaces/clock.ts';
import type { RunEvent, Summary } from '../../interfaces/run.ts';
import { describeGraph } from '../graph/describe.ts';
import type { Graph } from '../graph/graph.ts';
import { decodeCheckpoint } from './checkpoint-file.ts';
import type { CheckpointSettings } from './checkpoint-options.ts';
import { Coordinator } from './coordinator.ts';
import type { CoordinatorSpec } from './coordinator-spec.ts';
import { printOf } from './graph-print.ts';
import { KeptFiles } from './kept-files.ts';
import { newestWhole } from './newest-whole.ts';
import { RestoredRun } from './restored-run.ts';
import type { RunManifest } from './run-manifest.ts';

/** What checkpoints need of a run. */
export interface CheckpointHost {
  readonly clock: Clock;
  /** When it began, by the clock. */
  readonly began: number;
  /** Aborts when the run is over; stands for it where it shares something. */
  readonly signal: AbortSignal;
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
  const session = await settings.store.open({ pipeline, takeOver: settings.takeOver, run: host.signal });
  try {
    const present = await session.list();
    // Also where they go, numbers go on.
    const newest = present[0]?.id ?? 0;
    if (settings.fresh) for (const { id } of present) await session.remove(id);
    const { checkpoint, damaged } = await newestWhole(session);
    const files = await keptFiles(session, newest);
    if (checkpoint === undefined) return coordinate({ ...spec, session, files, newest, restored: undefined });
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
      read: restored.read,
      readers: restored.standings,
    });
    return coordinate({ ...spec, session, files, newest, restored });
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
  return { coordinator: new Coordinator(spec) };
}

/** The files beside the checkpoints; those go that no checkpoint has, since their run was killed. */
async function keptFiles(session: CheckpointSession, newest: number): Promise<KeptFiles> {
  const present = await session.files();
  const had = new Map<number, readonly string[]>();
  if (present.length > 0) {
    for (const { id } of await session.list()) had.set(id, await filesOf(session, id));
  }
  const files = new KeptFiles({ session, prefix: `${newest + 1}`, present, had });
  await files.collect();
  return files;
}

/** Of a damaged checkpoint nobody knows which it has; nobody goes on from it either. */
async function filesOf(session: CheckpointSession, id: number): Promise<readonly string[]> {
  try {
    const { manifest } = decodeCheckpoint(await session.read(id), `checkpoint ${id} in ${session.label}`);
    return (manifest as RunManifest).files ?? [];
  } catch (error) {
    if (isMillraceError(error) && error.code === 'ERR_CHECKPOINT') return [];
    throw error;
  }
}
