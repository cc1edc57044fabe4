import { mkdtemp, open, rm } from 'node:fs/promises';
import { expect } from 'vitest';
import type { DuplexLogic } from '../../../../src/interfaces/operator.ts';
import { type SpillFileSystem, SpillFolder } from '../../../../src/processing/runtime/spill/spill-folder.ts';

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

/** A disk of which a call fails from the `nth` time on, and the code of what the run ends with. */
export type DiskFailure = readonly [call: Call, nth: number, errno: string, code: string];

/** In the middle of what is written, of what is opened, and of what is read. */
export const DISK_FAILURES: readonly DiskFailure[] = [
  ['write', 20, 'ENOSPC', 'ERR_SPACE'],
  ['open', 3, 'ENOSPC', 'ERR_SPACE'],
  ['read', 4, 'EIO', 'ERR_IO'],
];

export function failingSpill([call, nth, code]: DiskFailure): SpillFileSystem {
  return faultySpill((one, count) => (one === call && count >= nth ? errno(code) : undefined));
}

/** A logic that works by itself, and the memory that it has. */
interface Bare<A> {
  readonly logic: DuplexLogic<A>;
  readonly memory: { readonly used: number };
}

/** What is at work when the disk fails says so, and gives back what it held, in memory and on the disk. */
export async function expectDiskFailure<A>(
  folder: string,
  failure: DiskFailure,
  bare: (spill: SpillFolder) => Bare<A>,
  work: (logic: DuplexLogic<A>) => Promise<void>,
): Promise<void> {
  const spill = new SpillFolder(folder, failingSpill(failure));
  const { logic, memory } = bare(spill);
  await expect(work(logic)).rejects.toMatchObject({ code: failure[3] });
  logic.abort(undefined);
  expect(memory.used).toBe(0);
  await spill.close();
}
