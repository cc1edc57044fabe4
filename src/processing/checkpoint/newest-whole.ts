import { isMillraceError, MillraceError } from '../../core/errors.ts';
import type { Checkpoint, CheckpointEntry, CheckpointView } from '../../interfaces/checkpoint.ts';
import { decodeCheckpoint } from './checkpoint-file.ts';

/** A checkpoint that is there and cannot be used. */
export interface DamagedCheckpoint extends CheckpointEntry {
  readonly error: MillraceError;
}

/** What there is to go on from. */
export interface NewestWhole {
  /** Absent when there are no checkpoints at all. */
  readonly checkpoint: Checkpoint | undefined;
  /** Those that are newer, and damaged: the newest first. Whoever goes on must say so. */
  readonly damaged: readonly DamagedCheckpoint[];
}

/**
 * The newest checkpoint that is whole. Only damage makes it look further: one that cannot be read from the disk, or that
 * a newer millrace wrote, may be whole, and to go on from an older one would repeat what it has done. What `check` throws
 * is damage, too, where it is `ERR_CHECKPOINT`.
 *
 * @throws MillraceError `ERR_CHECKPOINT` when there are some and all are damaged, `ERR_CHECKPOINT_VERSION` when the
 *   newest is of a newer format, and what reading throws.
 */
export async function newestWhole(
  view: Pick<CheckpointView, 'label' | 'list' | 'read'>,
  check: (checkpoint: Checkpoint) => Promise<void> = async () => {},
): Promise<NewestWhole> {
  const damaged: DamagedCheckpoint[] = [];
  for (const entry of await view.list()) {
    const bytes = await view.read(entry.id);
    try {
      const checkpoint = wholeCheckpoint(bytes, entry.id, view.label);
      await check(checkpoint);
      return { checkpoint, damaged };
    } catch (error) {
      if (!isMillraceError(error) || error.code !== 'ERR_CHECKPOINT') throw error;
      damaged.push({ ...entry, error });
    }
  }
  const newest = damaged[0];
  if (newest === undefined) return { checkpoint: undefined, damaged };
  throw new MillraceError(
    'ERR_CHECKPOINT',
    `Cannot go on from ${view.label}: none of its ${damaged.length} checkpoints is whole; ${newest.error.message}`,
    {
      cause: newest.error,
      hint: 'Begin anew with an empty store, or restore the folder from a backup.',
      details: { damaged: damaged.map(({ id }) => id) },
    },
  );
}

/**
 * A checkpoint of which every byte was checked, also that it is the one it was looked for as. `decode` may check more.
 *
 * @throws MillraceError `ERR_CHECKPOINT` when it is damaged, or another; `ERR_CHECKPOINT_VERSION`.
 */
export function wholeCheckpoint(
  bytes: Uint8Array,
  id: number,
  store: string,
  decode: typeof decodeCheckpoint = decodeCheckpoint,
): Checkpoint {
  const checkpoint = decode(bytes, `checkpoint ${id} in ${store}`);
  if (checkpoint.id === id) return checkpoint;
  throw misplaced(id, checkpoint.id, store);
}

function misplaced(id: number, found: number, where: string): MillraceError {
  return new MillraceError(
    'ERR_CHECKPOINT',
    `Cannot read checkpoint ${id} in ${where}: it is checkpoint ${found}`,
    {
      hint: 'Files of checkpoints have been renamed: give them their names back.',
    },
  );
}
