import { channel } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';

/** On which the path of each file is told that a pipeline is read from, before it is read. */
export const SOURCE_READ = 'millrace:source-read';

const sourceRead = channel(SOURCE_READ);

/** The text of a file that a pipeline is made of. */
export function readSource(path: string): string {
  noteSource(path);
  return readFileSync(path, 'utf8');
}

/** Tells of such a file that is read by other means. */
export function noteSource(path: string): void {
  if (sourceRead.hasSubscribers) sourceRead.publish({ path });
}
