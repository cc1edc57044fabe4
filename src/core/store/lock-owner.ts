import { MillraceError } from '../errors.ts';
import type { Machine } from './machine.ts';

/** Who has a lock, as the lock says. */
export interface LockOwner {
  /** Nobody else ever has it: two locks of one process differ. */
  readonly token: string;
  readonly pid: number;
  readonly host: string;
  /** When it took the lock, in milliseconds since the epoch. */
  readonly since: number;
  readonly start?: string;
  readonly boot?: string;
  readonly processes?: string;
  readonly ownName?: boolean;
}

/** Whether an owner is known to be alive, known to be gone, or out of sight. */
export type Verdict = 'alive' | 'gone' | 'elsewhere' | 'unreadable';

export function ownerHere(machine: Machine, token: string): LockOwner {
  const { pid, host, boot, processes, ownName } = machine;
  const { start } = machine.process(pid);
  return {
    token,
    pid,
    host,
    since: machine.now(),
    ownName,
    ...(start !== undefined && { start }),
    ...(boot !== undefined && { boot }),
    ...(processes !== undefined && { processes }),
  };
}

/** What a lock says; `undefined` when it is none. */
export function parseOwner(text: string): LockOwner | undefined {
  try {
    const owner = JSON.parse(text) as Partial<LockOwner> | null;
    const { token, pid, host, since } = owner ?? {};
    const fits = typeof token === 'string' && typeof host === 'string';
    return fits && Number.isSafeInteger(pid) && Number.isSafeInteger(since)
      ? (owner as LockOwner)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Judges an owner from here. Where the system does not say when it started or when a process began, a process of that
 * number counts as the owner: better a lock too many than two owners.
 */
export function judge(owner: LockOwner | undefined, machine: Machine): Verdict {
  if (owner === undefined) return 'unreadable';
  const sameBoot = owner.boot === machine.boot;
  if (machine.boot === undefined || !sameBoot) {
    if (owner.host !== machine.host) return 'elsewhere';
    if (!sameBoot) return 'gone';
  } else if (owner.processes !== machine.processes) {
    // A container that has started again keeps its name, and nothing of it is left from before.
    const container = owner.host === machine.host && owner.ownName === true && machine.ownName;
    return container ? 'gone' : 'elsewhere';
  }
  const { alive, start } = machine.process(owner.pid);
  return alive && (start === undefined || owner.start === undefined || start === owner.start)
    ? 'alive'
    : 'gone';
}

/** Where a lock is. */
export interface LockPlace {
  /** The file that it is, or that it is in. */
  readonly file: string;
  /** The lock, for errors. @default file */
  readonly lock?: string;
  /** How a person removes it: `remove state/lock`. */
  readonly removal: string;
}

/** The error for a lock that somebody else has. `what` is what is locked. */
export function locked(
  what: string,
  { file, lock = file, removal }: LockPlace,
  owner: LockOwner | undefined,
  verdict: Verdict,
): MillraceError {
  if (owner === undefined) {
    return new MillraceError('ERR_LOCKED', `Cannot open ${what}: ${lock} is no lock that millrace wrote`, {
      hint: `When no run uses them, open with takeOver: true (--take-over), or ${removal}.`,
      details: { file },
    });
  }
  const { pid, host } = owner;
  const since = showTime(owner.since);
  const alive = verdict === 'alive';
  const another = owner.start === undefined ? ` If that process is another by now, ${removal}.` : '';
  return new MillraceError(
    'ERR_LOCKED',
    `Cannot open ${what}: process ${pid} on ${host} has had them open since ${since}${alive ? '' : ', and may have still'}`,
    {
      hint: alive
        ? `Wait until it is over, or stop it: two runs cannot share the checkpoints of a pipeline.${another}`
        : `It cannot be seen from here. When it is gone for good, open with takeOver: true (--take-over), or ${removal}.`,
      details: { pid, host, since, file },
    },
  );
}

function showTime(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? 'an unknown time' : date.toISOString();
}
