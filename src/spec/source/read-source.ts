import { channel } from 'node:diagnostics_channel';
import { readFileSync, statSync } from 'node:fs';
import { toError } from '../../core/errors.ts';

/** No file that people write is as large; nothing of what is larger is read. */
const MOST_BYTES = 16 * 2 ** 20;

/** On which the path of each file is told that a pipeline is read from, before it is read. */
export const SOURCE_READ = 'millrace:source-read';

const sourceRead = channel(SOURCE_READ);

/** The text of a file that a pipeline is made of. */
export function readSource(path: string): string {
  noteSource(path);
  const stats = statSync(path);
  // A device or a pipe may have no end.
  if (!stats.isFile()) throw new Error('it is not a file');
  const { size } = stats;
  if (size > MOST_BYTES) throw new Error(`it has ${size} bytes, more than ${MOST_BYTES}`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (thrown) {
    if (Reflect.get(toError(thrown), 'code') !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw thrown;
    throw new Error('it is not UTF-8', { cause: thrown });
  }
}

/** Tells of such a file that is read by other means. */
export function noteSource(path: string): void {
  if (sourceRead.hasSubscribers) sourceRead.publish({ path });
}
