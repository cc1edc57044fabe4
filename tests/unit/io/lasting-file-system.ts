import { dirname } from 'node:path';
import { type FileSystem, nodeFileSystem } from '../../../src/io/bytes/file-system.ts';

/** A file system that knows what a power cut would take. */
export interface LastingFileSystem {
  readonly fileSystem: FileSystem;
  /** Files with bytes, and folders with names, that have not been synced. */
  readonly unsynced: () => readonly string[];
}

/** The file system of Node; content is told apart from names as systems do: each needs a sync of its own. */
export function lastingFileSystem(): LastingFileSystem {
  const files = new Set<string>();
  const folders = new Set<string>();
  const moved = (from: string, to: string) => {
    if (files.delete(from)) files.add(to);
    folders.add(dirname(to));
  };
  const fileSystem: FileSystem = {
    ...nodeFileSystem,
    async open(path, flags) {
      const handle = await nodeFileSystem.open(path, flags);
      if (flags.startsWith('w')) folders.add(dirname(path));
      return {
        async write(...given) {
          files.add(path);
          return handle.write(...given);
        },
        read: (...given) => handle.read(...given),
        async truncate(length) {
          files.add(path);
          return handle.truncate(length);
        },
        chmod: (mode) => handle.chmod(mode),
        async sync() {
          await handle.sync();
          files.delete(path);
          folders.delete(path);
        },
        close: () => handle.close(),
      };
    },
    async mkdir(path, options) {
      const first = await nodeFileSystem.mkdir(path, options);
      for (let made = path; first !== undefined && made.length >= first.length; made = dirname(made)) {
        folders.add(dirname(made));
      }
      return first;
    },
    async rename(from, to) {
      await nodeFileSystem.rename(from, to);
      moved(from, to);
    },
    async link(from, to) {
      await nodeFileSystem.link(from, to);
      moved(from, to);
    },
  };
  return { fileSystem, unsynced: () => [...files, ...folders].sort() };
}
