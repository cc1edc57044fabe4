import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** What a store has to know of the machine to tell who is alive; tests put another in its place. */
export interface Machine {
  readonly pid: number;
  readonly host: string;
  /** Changes with each start of the system; `undefined` where that is not told, as in the two below. */
  readonly boot: string | undefined;
  /** What the numbers of processes belong to: a container has its own. */
  readonly processes: string | undefined;
  /** Whether the host name is that of a container, and of nobody else. */
  readonly ownName: boolean;
  now(): number;
  /** Whether there is a process of this number, and when it began, in any form; `undefined` where that is not told. */
  process(pid: number): { readonly alive: boolean; readonly start: string | undefined };
}

/** The number that Linux gives to the first namespace of host names. */
const FIRST_NAMES = 'uts:[4026531838]';

/** This machine. */
export function thisMachine(): Machine {
  const names = linkOf('/proc/self/ns/uts');
  return {
    pid: process.pid,
    host: hostname(),
    boot: textOf('/proc/sys/kernel/random/boot_id')?.trim(),
    processes: linkOf('/proc/self/ns/pid'),
    ownName: names !== undefined && names !== FIRST_NAMES,
    now: Date.now,
    process: processOf,
  };
}

function processOf(pid: number): { readonly alive: boolean; readonly start: string | undefined } {
  const stat = textOf(`/proc/${pid}/stat`);
  if (stat === undefined) return { alive: answers(pid), start: undefined };
  // The name of the program, in brackets, may have anything in it, brackets too.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A process that was killed and not yet waited for holds nothing any more.
  return { alive: fields[0] !== 'Z' && fields[0] !== 'X', start: fields[19] };
}

/** Signal 0 is none: it only asks. */
function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
