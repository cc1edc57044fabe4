import type {
  Checkpoint,
  CheckpointEntry,
  CheckpointSession,
  CheckpointStore,
} from '../../interfaces/checkpoint.ts';
import { wrongBeside } from '../../processing/checkpoint/files-beside.ts';
import { presentFiles } from '../../processing/checkpoint/present-files.ts';
import { inspected } from './inspected.ts';
import { manifestOf } from './manifest.ts';

/** Whose checkpoints are removed. */
export interface Removal {
  readonly store: CheckpointStore;
  readonly pipeline: string;
  /** Also when nobody can tell whether their owner is alive. */
  readonly takeOver: boolean;
}

export interface Removed {
  /** The numbers of those that went, and of those that stay, the newest first. */
  readonly removed: readonly number[];
  readonly kept: readonly number[];
  /** The newest that is whole, where it stays beyond the count, since none of the newer ones is. */
  readonly spared?: number;
}

/**
 * Removes all checkpoints but the newest ones. The newest that is whole stays in any case: a run could go on from nothing
 * else.
 */
export function pruneCheckpoints(removal: Removal, keep: number): Promise<Removed> {
  return locked(removal, async (session, pipeline) => {
    const entries = await session.list();
    const whole = await newestUsable(session, pipeline);
    const stays = ({ id }: CheckpointEntry, index: number) => index < keep || id === whole;
    const removed = entries.filter((entry, index) => !stays(entry, index)).map(({ id }) => id);
    const kept = entries.filter(stays).map(({ id }) => id);
    await removeAll(session, removed);
    await presentFiles(session, entries[0]?.id ?? 0);
    const spared = kept.length > keep ? whole : undefined;
    return { removed, kept, ...(spared !== undefined && { spared }) };
  });
}

/** Removes all checkpoints of a pipeline, and the files beside them. */
export function removeCheckpoints(removal: Removal): Promise<Removed> {
  return locked(removal, async (session) => {
    const removed = (await session.list()).map(({ id }) => id);
    await removeAll(session, removed);
    for (const name of await session.files()) await session.removeFile(name);
    return { removed, kept: [] };
  });
}

async function locked(
  { store, pipeline, takeOver }: Removal,
  work: (session: CheckpointSession, pipeline: string) => Promise<Removed>,
): Promise<Removed> {
  const session = await store.open({ pipeline, takeOver });
  try {
    return await work(session, pipeline);
  } finally {
    await session.close();
  }
}

/** One that a newer millrace wrote counts as whole: that one would go on from it. Files beside them are read, too. */
async function newestUsable(session: CheckpointSession, pipeline: string): Promise<number | undefined> {
  for await (const { entry, found } of inspected(session, pipeline)) {
    if ('error' in found) {
      if (found.error.code === 'ERR_CHECKPOINT_VERSION') return entry.id;
    } else if (await isUsable(session, found.checkpoint)) return entry.id;
  }
  return undefined;
}

async function isUsable(session: CheckpointSession, checkpoint: Checkpoint): Promise<boolean> {
  for await (const _ of wrongBeside(session, manifestOf(checkpoint) ?? {})) return false;
  return true;
}

/** The oldest first: whoever is killed on the way leaves none to go on from that is older than the output. */
async function removeAll(session: CheckpointSession, ids: readonly number[]): Promise<void> {
  for (const id of ids.toReversed()) await session.remove(id);
}
