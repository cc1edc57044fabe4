import { isMillraceError } from '../core/errors.ts';
import type { CheckpointSession, CheckpointStore, CheckpointView } from '../interfaces/checkpoint.ts';

/** Whose checkpoints the cases of the suite are. */
export const PIPELINE = 'conformance';

/** Opens the store, and closes it whichever way `use` ends. */
export async function opened<T>(
  store: CheckpointStore,
  use: (session: CheckpointSession) => Promise<T>,
): Promise<T> {
  const session = await store.open({ pipeline: PIPELINE });
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

/** The numbers of the checkpoints that are there. */
export async function idsOf(view: CheckpointView): Promise<readonly number[]> {
  return (await view.list()).map(({ id }) => id);
}

/** A checkpoint that is a text. */
export async function textOf(view: CheckpointView, id: number): Promise<string> {
  return Buffer.from(await view.read(id)).toString();
}

/** A text as the chunks of a checkpoint. */
export function text(value: string): Uint8Array[] {
  return [Buffer.from(value)];
}

/** Whether an error is one of millrace with this code. */
export function hasCode(code: string) {
  return (error: unknown) => isMillraceError(error) && error.code === code;
}
