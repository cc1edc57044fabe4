import { mkdtemp, open, rm } from 'node:fs/promises';
import type { SpillFileSystem } from '../../../../src/processing/runtime/spill/spill-folder.ts';

type Call = 'mkdtemp' | 'open' | 'rm' | 'write' | 'read' | 'close';

/** What a call does instead of its work: fails, or, for a write, takes only so many bytes; `count` is from 1. */
export type Fault = (call: Call, count: number) => Error | number | undefined;

export function errno(code: string): Error {
  return Object.assign(new Error(`${code}: it failed`), { code });
}

/** The file system of Node, in which calls fail as `fault` says. */
export function faultySpill(fault: Fault): SpillFileSystem & { readonly calls: readonly Call[] } {
  const calls: Call[] = [];
  const ask = (call: Call): number | undefined => {
    calls.push(call);
    const outcome = fault(call, calls.filter((one) => one === call).length);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  return {
    calls,
    async mkdtemp(prefix) {
      ask('mkdtemp');
      return mkdtemp(prefix);
    },
    async rm(path, options) {
      ask('rm');
      await rm(path, options);
    },
    async open(path, flags, mode) {
      ask('open');
      const handle = await open(path, flags, mode);
      return {
        async write(bytes, offset, length, position) {
          const taken = ask('write');
          if (taken === 0) return { bytesWritten: 0 };
          return handle.write(bytes, offset, Math.min(taken ?? length, length), position);
        },
        async read(bytes, offset, length, position) {
          const taken = ask('read');
          if (taken === 0) return { bytesRead: 0 };
          return handle.read(bytes, offset, Math.min(taken ?? length, length), position);
        },
        async close() {
          await handle.close();
          ask('close');
        },
      };
    },
  };
}
