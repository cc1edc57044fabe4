import disk from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { relative, sep } from 'node:path';
import type { FailPoints, Place } from './fail-points.ts';

type Call = 'sync' | 'truncate' | 'rename' | 'link' | 'unlink' | 'rmdir';

const CHECKPOINT = '^state/[^/]+/\\d+\\.checkpoint';

/** What a call brings about, by the path that it is given, seen from the folder of the job. */
const CALLS: readonly (readonly [call: Call, path: RegExp, place: Place])[] = [
  ['sync', /\/lock\.of-/, 'lock.sync'],
  ['link', /\/lock\.of-[^/]* .*\/lock$/, 'lock.link'],
  ['link', /\/lock\.of-[^/]* .*\/lock\.after-/, 'claim.link'],
  ['rename', /\/lock\.of-/, 'lock.replace'],
  ['unlink', /\/lock\.of-/, 'lock.discard'],
  ['unlink', /\/lock\.after-/, 'claim.discard'],
  ['unlink', /\/lock$/, 'lock.release'],
  ['sync', new RegExp(`${CHECKPOINT}\\.\\d+\\.partial$`), 'checkpoint.sync'],
  ['rename', new RegExp(CHECKPOINT), 'checkpoint.rename'],
  ['unlink', new RegExp(`${CHECKPOINT}\\.\\d+\\.partial$`), 'checkpoint.discard'],
  ['unlink', new RegExp(`${CHECKPOINT}$`), 'checkpoint.prune'],
  ['sync', /^state(\/[^/]+)?$/, 'checkpoints.sync'],
  ['sync', /\.kept$/, 'kept.sync'],
  ['unlink', /\.kept$/, 'kept.remove'],
  ['sync', /^tables\.db-files(\/[^/]+)?$/, 'checkpoints.sync'],
  ['sync', /^out\/.*\.(partial|ndjson)$/, 'output.sync'],
  ['truncate', /^out\//, 'output.cut'],
  ['rename', /^out\//, 'output.rename'],
  ['link', /^out\//, 'output.link'],
  ['unlink', /^out\/.*\.partial$/, 'output.unlink'],
  ['sync', /^out(\/[^.]+)?$/, 'outputs.sync'],
  ['sync', /^$/, 'folder.sync'],
];

/**
 * Puts fail points around all calls that change what is in the folder of the job, which is the working directory. What is
 * imported afterwards gets them, whichever file system it was to be given: call this before anything else is loaded.
 */
export function watchDisk(points: FailPoints): void {
  const { open, rename, link, unlink, rmdir } = disk;
  const folder = process.cwd();
  const inside = (path: unknown): string | undefined => {
    const from = relative(folder, String(path)).split(sep).join('/');
    return from.startsWith('..') ? undefined : from;
  };
  const around = <T>(call: Call, paths: readonly unknown[], work: () => Promise<T>): Promise<T> => {
    const within = paths.map(inside);
    if (within[0] === undefined) return work();
    const given = within.join(' ');
    const found = CALLS.find(([one, path]) => one === call && path.test(given));
    if (found !== undefined) return points.around(found[2], work);
    points.unnamed.add(`${call} ${given}`);
    return work();
  };
  Object.assign(disk, {
    async open(path: string, ...rest: []) {
      const handle = await open(path, ...rest);
      const { sync, truncate } = handle;
      handle.sync = () => around('sync', [path], () => sync.call(handle));
      handle.truncate = (length) => around('truncate', [path], () => truncate.call(handle, length));
      return handle;
    },
    rename: (from: string, to: string) => around('rename', [from, to], () => rename(from, to)),
    link: (from: string, to: string) => around('link', [from, to], () => link(from, to)),
    unlink: (path: string) => around('unlink', [path], () => unlink(path)),
    rmdir: (path: string) => around('rmdir', [path], () => rmdir(path)),
  });
  syncBuiltinESMExports();
}
