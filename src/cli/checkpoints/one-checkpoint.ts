import { MillraceError } from '../../core/errors.ts';
import type { Checkpoint, CheckpointView } from '../../interfaces/checkpoint.ts';
import { inspected, problemText } from './inspected.ts';

export interface OneCheckpoint {
  readonly checkpoint: Checkpoint;
  /** Bytes that the store has of it. */
  readonly bytes: number;
  /** What is wrong with newer ones, in words. */
  readonly passedOver: readonly string[];
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
  const wanted: CheckpointView =
    id === undefined
      ? view
      : { ...bound(view), list: async () => (await view.list()).filter((one) => one.id === id) };
  const passedOver: string[] = [];
  let first: MillraceError | undefined;
  for await (const { entry, found } of inspected(wanted, pipeline)) {
    if ('checkpoint' in found) return { checkpoint: found.checkpoint, bytes: entry.bytes, passedOver };
    first ??= found.error;
    passedOver.push(
      `checkpoint ${entry.id} is passed over: ${problemText(found.error, entry.id, view.label)}`,
    );
  }
  throw first ?? (await notThere(view, pipeline, id));
}

function bound(view: CheckpointView): CheckpointView {
  return { label: view.label, list: () => view.list(), read: (id) => view.read(id) };
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
