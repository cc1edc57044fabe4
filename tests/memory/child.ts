import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly errors: string;
}

export interface Child {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts a job of `jobs/` in a process of its own, with flags for Node. */
export function startJob(job: string, flags: readonly string[], args: readonly string[] = []): Child {
  const path = join(import.meta.dirname, 'jobs', job);
  const child = spawn(process.execPath, ['--unhandled-rejections=strict', ...flags, path, ...args], {
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-10_000);
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, errors }));
  });
  return { process: child, ended };
}

/** Runs a job that needs no input to its end; gives what it reported with `report`. */
export async function runJob<T>(
  job: string,
  flags: readonly string[],
  args: readonly string[] = [],
): Promise<T> {
  const { process: child, ended } = startJob(job, flags, args);
  child.stdin!.end();
  child.stdout!.resume();
  const reported = reportOf<T>(child);
  const { code, signal, errors } = await ended;
  if (code !== 0) throw new Error(`${job} ended with ${code ?? signal}:\n${errors}`);
  return reported;
}

/** What a job reports of itself. */
export function reportOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve) => child.once('message', (message) => resolve(message as T)));
}
