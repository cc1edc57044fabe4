import type { FileSystem, OutputHandle } from '../../../src/io/bytes/file-system.ts';
import { nodeFileSystem } from '../../../src/io/bytes/file-system.ts';

/** A file system whose process is killed: from some call on, nothing happens any more. */
export interface MortalFileSystem {
  readonly fileSystem: FileSystem;
  /** Calls that changed something, or were to. */
  readonly calls: () => number;
  /** Closes what the dead process had open. */
  readonly bury: () => Promise<void>;
}

/**
 * The file system of Node until `deathAt` calls that change something have been made: `torn` says whether the last
 * one, when it is a write, takes a half of its bytes.
 */
export function mortalFileSystem(deathAt: number, torn = false): MortalFileSystem {
  let calls = 0;
  const handles = new Set<OutputHandle>();
  const dead = () => Object.assign(new Error('EDEAD: the process was killed'), { code: 'EDEAD' });
  const changing = async <T>(work: () => Promise<T>): Promise<T> => {
    if (calls >= deathAt) throw dead();
    calls++;
    return work();
  };
  const living = async <T>(work: () => Promise<T>): Promise<T> => {
    if (calls >= deathAt) throw dead();
    return work();
  };
  const mortal = (handle: OutputHandle): OutputHandle => {
    handles.add(handle);
    return {
      write: (bytes, offset, length, position) =>
        changing(async () => {
          const half = torn && calls === deathAt && length > 1;
          const written = await handle.write(bytes, offset, half ? length >> 1 : length, position);
          if (half) throw dead();
          return written;
        }),
      read: (...given) => living(() => handle.read(...given)),
      truncate: (length) => changing(() => handle.truncate(length)),
      chmod: (mode) => changing(() => handle.chmod(mode)),
      sync: () => changing(() => handle.sync()),
      async close() {
        handles.delete(handle);
        await handle.close();
      },
    };
  };
  const fileSystem: FileSystem = {
    open: (path, flags) =>
      (flags.startsWith('w') ? changing : living)(async () => mortal(await nodeFileSystem.open(path, flags))),
    stat: (path) => living(() => nodeFileSystem.stat(path)),
    realpath: (path) => living(() => nodeFileSystem.realpath(path)),
    readdir: (path, options) => living(() => nodeFileSystem.readdir(path, options)),
    mkdir: (path, options) => changing(() => nodeFileSystem.mkdir(path, options)),
    rmdir: (path) => changing(() => nodeFileSystem.rmdir(path)),
    rename: (from, to) => changing(() => nodeFileSystem.rename(from, to)),
    link: (from, to) => changing(() => nodeFileSystem.link(from, to)),
    unlink: (path) => changing(() => nodeFileSystem.unlink(path)),
  };
  return {
    fileSystem,
    calls: () => calls,
    async bury() {
      for (const handle of handles) await handle.close();
    },
  };
}
