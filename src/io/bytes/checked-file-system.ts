import type { FileSystem } from './file-system.ts';

/** A file system that looks at nothing and makes nothing that the check throws for. */
export function checkedFileSystem(
  fileSystem: FileSystem,
  checkPath: ((path: string) => void) | undefined,
): FileSystem {
  if (checkPath === undefined) return fileSystem;
  return Object.freeze<FileSystem>({
    async open(path, flags) {
      checkPath(path);
      return fileSystem.open(path, flags);
    },
    async stat(path) {
      checkPath(path);
      return fileSystem.stat(path);
    },
    async mkdir(path, options) {
      checkPath(path);
      return fileSystem.mkdir(path, options);
    },
    async readdir(path, options) {
      checkPath(path);
      return fileSystem.readdir(path, options);
    },
    async rename(from, to) {
      checkPath(to);
      return fileSystem.rename(from, to);
    },
    async link(from, to) {
      checkPath(to);
      return fileSystem.link(from, to);
    },
    realpath: (path) => fileSystem.realpath(path),
    rmdir: (path) => fileSystem.rmdir(path),
    unlink: (path) => fileSystem.unlink(path),
  });
}
