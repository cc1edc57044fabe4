import { isMillraceError } from '../../core/errors.ts';
import type { CheckpointSession } from '../../interfaces/checkpoint.ts';
import { decodeCheckpoint } from './checkpoint-file.ts';
import { KeptFiles } from './kept-files.ts';
import type { FilePrint, RunManifest } from './run-manifest.ts';

/**
 * The files beside the checkpoints; those go that no checkpoint has, since their run was killed. `prints` is what is in
 * those of the checkpoint that a run goes on from.
 */
export async function presentFiles(
  session: CheckpointSession,
  newest: number,
  prints: readonly FilePrint[] = [],
): Promise<KeptFiles> {
  const present = await session.files();
  const had = new Map<number, readonly string[]>();
  if (present.length > 0) {
    for (const { id } of await session.list()) had.set(id, await filesOf(session, id));
  }
  const files = new KeptFiles({ session, prefix: `${newest + 1}`, present, had, prints });
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
