import { join } from 'node:path';
import { isMarked } from './file-place.ts';
import type { FileSystem } from './file-system.ts';
import { errnoOf, ioError } from './io-error.ts';

export interface MarkedSpec {
  /** The folder that the files are beneath. */
  readonly base: string;
  /** How many folders deep they lie. */
  readonly depth: number;
  /** What the names of the run begin with that has left them. */
  readonly mark: string;
  readonly fileSystem: FileSystem;
}

/** Removes the unfinished files of an earlier run, but for those to keep: it began them after its last checkpoint. */
export async function removeMarked(spec: MarkedSpec, keep: ReadonlySet<string>): Promise<void> {
  const { base, depth, mark, fileSystem } = spec;
  const entries = await fileSystem.readdir(base, { withFileTypes: true }).catch((cause: unknown) => {
    // Another one may have removed it meanwhile.
    if (errnoOf(cause) === 'ENOENT') return [];
    throw ioError('look for unfinished files in', base, cause);
  });
  for (const entry of entries) {
    const path = join(base, entry.name);
    if (entry.isDirectory()) {
      if (depth > 0) await removeMarked({ ...spec, base: path, depth: depth - 1 }, keep);
    } else if (isMarked(entry.name, mark) && !keep.has(path)) {
      await fileSystem.unlink(path).catch((cause: unknown) => {
        throw ioError('remove', path, cause);
      });
    }
  }
}
