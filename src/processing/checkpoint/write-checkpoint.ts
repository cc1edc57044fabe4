import type { CheckpointContent, CheckpointSession } from '../../interfaces/checkpoint.ts';
import { encodeCheckpoint } from './checkpoint-file.ts';
import type { KeptFiles } from './kept-files.ts';

/** Writes a checkpoint behind the files that it has, and removes those that none has any more; says how large it is. */
export async function writeCheckpoint(
  session: CheckpointSession,
  kept: KeptFiles,
  content: CheckpointContent,
  files: readonly string[],
): Promise<number> {
  let bytes = 0;
  const counted = function* (): Generator<Uint8Array> {
    for (const chunk of encodeCheckpoint(content)) {
      bytes += chunk.length;
      yield chunk;
    }
  };
  await kept.sync(files);
  await session.write(content.id, counted());
  kept.has(content.id, files);
  // What cannot be removed now is tried again behind the next one.
  await kept.collect().catch(() => undefined);
  return bytes;
}
