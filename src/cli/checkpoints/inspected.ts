import { type ErrorCode, isMillraceError, MillraceError } from '../../core/errors.ts';
import type { Checkpoint, CheckpointEntry, CheckpointView } from '../../interfaces/checkpoint.ts';
import { decodeCheckpoint } from '../../processing/checkpoint/checkpoint-file.ts';
import { wholeCheckpoint } from '../../processing/checkpoint/newest-whole.ts';

/** A checkpoint that was read: it is whole, or there is an error that says why it cannot be used. */
export interface Inspected {
  readonly entry: CheckpointEntry;
  readonly found: { readonly checkpoint: Checkpoint } | { readonly error: MillraceError };
}

const UNUSABLE: ReadonlySet<ErrorCode> = new Set(['ERR_CHECKPOINT', 'ERR_CHECKPOINT_VERSION']);

/**
 * Reads the checkpoints of a pipeline one by one, the newest first, and checks them. Those that a run which goes on
 * removes meanwhile are left out.
 */
export async function* inspected(
  view: CheckpointView,
  pipeline: string,
  decode: typeof decodeCheckpoint = decodeCheckpoint,
): AsyncGenerator<Inspected> {
  for (const entry of await view.list()) {
    const bytes = await unlessGone(view.read(entry.id));
    if (bytes !== undefined) yield { entry, found: check(bytes, entry.id, view.label, pipeline, decode) };
  }
}

async function unlessGone<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isMillraceError(error) && error.code === 'ERR_NOT_FOUND') return undefined;
    throw error;
  }
}

function check(
  bytes: Uint8Array,
  id: number,
  store: string,
  pipeline: string,
  decode: typeof decodeCheckpoint,
): Inspected['found'] {
  try {
    const checkpoint = wholeCheckpoint(bytes, id, store, decode);
    return checkpoint.pipeline === pipeline ? { checkpoint } : { error: strange(id, store, checkpoint) };
  } catch (error) {
    if (isMillraceError(error) && UNUSABLE.has(error.code)) return { error };
    throw error;
  }
}

function strange(id: number, store: string, { pipeline }: Checkpoint): MillraceError {
  return new MillraceError(
    'ERR_CHECKPOINT',
    `Cannot read checkpoint ${id} in ${store}: it is of the pipeline ${JSON.stringify(pipeline)}`,
    { hint: 'Put it back into the folder of that pipeline.' },
  );
}

/** What is wrong with a checkpoint, in words, without saying again which that is. */
export function problemText({ code, message }: MillraceError, id: number, store: string): string {
  const head = `Cannot read checkpoint ${id} in ${store}: `;
  const found = message.startsWith(head) ? message.slice(head.length) : message;
  return code === 'ERR_CHECKPOINT' ? found.replace(/^it is damaged, /, '') : found;
}
