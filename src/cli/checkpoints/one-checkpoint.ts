import { MillraceError } from '../../core/errors.ts';
import type { Checkpoint, CheckpointView } from '../../interfaces/checkpoint.ts';
import { inspected, problemOf } from './inspected.ts';

export interface OneCheckpoint {
  readonly checkpoint: Checkpoint;
  /** Bytes that the store has of it. */
  readonly bytes: number;
  /** What is wrong with it, and with newer ones, in words. */
  readonly warnings: readonly string[];
}

/**
 * The checkpoint of this number, or the newest that is whole.
 *
 * @throws MillraceError `ERR_NOT_FOUND` when it is not there; `ERR_CHECKPOINT` or `ERR_CHECKPOINT_VERSION` when it cannot be
 *   used, or none can.
 */
export async function oneCheckpoint(
  view: CheckpointView,
  pipeline: string,
  id: number | undefined,
): Promise<OneCheckpoint> {
  const warnings: string[] = [];
  let first: MillraceError | undefined;
  for await (const one of inspected(view, pipeline, { only: id })) {
    const { entry, found } = one;
    const problem = problemOf(one, view.label);
    if ('checkpoint' in found) {
      if (problem !== undefined) warnings.push(`no run can go on from checkpoint ${entry.id}: ${problem}`);
      return { checkpoint: found.checkpoint, bytes: entry.bytes, warnings };
    }
    first ??= found.error;
    warnings.push(`checkpoint ${entry.id} is passed over: ${problem}`);
  }
  throw first ?? (await notThere(view, pipeline, id));
}

async function notThere(
  view: CheckpointView,
  pipeline: string,
  id: number | undefined,
): Promise<MillraceError> {
  const ids = (await view.list()).map((entry) => entry.id);
  const which = id === undefined ? 'a checkpoint' : `checkpoint ${id}`;
  return new MillraceError(
    'ERR_NOT_FOUND',
    `Cannot show ${which} of "${pipeline}" in ${view.label}: it is not there`,
    { hint: ids.length === 0 ? 'There are none any more.' : `There are: ${ids.join(', ')}.` },
  );
}
