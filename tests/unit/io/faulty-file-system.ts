import { type FileSystem, nodeFileSystem, type OutputHandle } from '../../../src/io/bytes/file-system.ts';

type Call =
  | 'open'
  | 'rename'
  | 'link'
  | 'mkdir'
  | 'rmdir'
  | 'stat'
  | 'realpath'
  | 'readdir'
  | 'unlink'
  | keyof OutputHandle;

/** What a call of the file system does instead of its work; `undefined` lets it work. */
export type Fault = (call: Call, count: number, length: number) => Error | number | undefined;

/** An error as the file system gives it. */
export function errno(code: string): Error {
  return Object.assign(new Error(`${code}: it failed`), { code });
}

/**
 * The file system of Node, in which calls fail as `fault` says: with an error, or, for a write, by
 * taking only so many bytes. `count` counts the calls of that kind from 1. `calls` lists them all.
 */
export function faultyFileSystem(fault: Fault): FileSystem & { readonly calls: readonly Call[] } {
  const calls: Call[] = [];
  const ask = (call: Call, length = 0): number | undefined => {
    calls.push(call);
    const outcome = fault(call, calls.filter((one) => one === call).length, length);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const passing = async <T>(call: Call, work: () => Promise<T>): Promise<T> => {
    ask(call);
    return work();
  };
  const guard = (handle: OutputHandle): OutputHandle => ({
    async write(bytes, offset, length, position) {
      const taken = ask('write', length);
      return taken === 0 ? { bytesWritten: 0 } : handle.write(bytes, offset, taken ?? length, position);
    },
    read: (...given) => passing('read', () => handle.read(...given)),
    truncate: (length) => passing('truncate', () => handle.truncate(length)),
    chmod: (mode) => passing('chmod', () => handle.chmod(mode)),
    sync: () => passing('sync', () => handle.sync()),
    async close() {
      await handle.close();
      ask('close');
    },
  });
  return {
    calls,
    open: (path, flags) => passing('open', async () => guard(await nodeFileSystem.open(path, flags))),
    stat: (path) => passing('stat', () => nodeFileSystem.stat(path)),
    realpath: (path) => passing('realpath', () => nodeFileSystem.realpath(path)),
    readdir: (path, options) => passing('readdir', () => nodeFileSystem.readdir(path, options)),
    mkdir: (path, options) => passing('mkdir', () => nodeFileSystem.mkdir(path, options)),
    rmdir: (path) => passing('rmdir', () => nodeFileSystem.rmdir(path)),
    rename: (from, to) => passing('rename', () => nodeFileSystem.rename(from, to)),
    link: (from, to) => passing('link', () => nodeFileSystem.link(from, to)),
    unlink: (path) => passing('unlink', () => nodeFileSystem.unlink(path)),
  };
}
