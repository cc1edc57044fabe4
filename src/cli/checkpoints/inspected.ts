import { type ErrorCode, isMillraceError, MillraceError } from '../../core/errors.ts';
import type { Checkpoint, CheckpointEntry, CheckpointView } from '../../interfaces/checkpoint.ts';
import { decodeCheckpoint } from '../../processing/checkpoint/checkpoint-file.ts';
import { missingText } from '../../processing/checkpoint/files-beside.ts';
import { wholeCheckpoint } from '../../processing/checkpoint/newest-whole.ts';
import { manifestOf } from './manifest.ts';

/** A checkpoint that is whole, and which of the files beside it are missing. */
interface Whole {
  readonly checkpoint: Checkpoint;
  readonly missing: readonly string[];
}

/** A checkpoint that was read: it is whole, or there is an error that says why it cannot be used. */
export interface Inspected {
  readonly entry: CheckpointEntry;
  readonly found: Whole | { readonly error: MillraceError };
}

export interface InspectOptions {
  /** Looks at this one only. */
  readonly only?: number | undefined;
  /** May check more than every byte. */
  readonly decode?: typeof decodeCheckpoint;
}

const UNUSABLE: ReadonlySet<ErrorCode> = new Set(['ERR_CHECKPOINT', 'ERR_CHECKPOINT_VERSION']);

/**
 * Reads the checkpoints of a pipeline one by one, the newest first, and checks them. Those that a run which goes on
 * removes meanwhile are left out.
 */
export async function* inspected(
  view: CheckpointView,
  pipeline: string,
  { only, decode = decodeCheckpoint }: InspectOptions = {},
): AsyncGenerator<Inspected> {
  const entries = (await view.list()).filter(({ id }) => only === undefined || id === only);
  // In this order: a file that a run removes meanwhile is of a checkpoint that it has removed before.
  const files = new Set(await view.files());
  for (const entry of entries) {
    const bytes = await unlessGone(view.read(entry.id));
    if (bytes === undefined) continue;
    yield { entry, found: check(bytes, entry.id, view.label, { pipeline, files, decode }) };
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

interface Expected {
  readonly pipeline: string;
  readonly files: ReadonlySet<string>;
  readonly decode: typeof decodeCheckpoint;
}

function check(
  bytes: Uint8Array,
  id: number,
  store: string,
  { pipeline, files, decode }: Expected,
): Inspected['found'] {
  try {
    const checkpoint = wholeCheckpoint(bytes, id, store, decode);
    if (checkpoint.pipeline !== pipeline) return { error: strange(id, store, checkpoint) };
    const beside = manifestOf(checkpoint)?.files ?? [];
    return { checkpoint, missing: beside.filter((name) => !files.has(name)) };
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

/** Why no run can go on from a checkpoint, in words; `undefined` where one can. */
export function problemOf({ entry, found }: Inspected, store: string): string | undefined {
  if ('missing' in found) {
    return found.missing.length === 0 ? undefined : missingText(found.missing);
  }
  const { code, message } = found.error;
  const head = `Cannot read checkpoint ${entry.id} in ${store}: `;
  const why = message.startsWith(head) ? message.slice(head.length) : message;
  return code === 'ERR_CHECKPOINT' ? why.replace(/^it is damaged, /, '') : why;
}
