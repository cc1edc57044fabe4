import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Balance, CheckpointSummary } from '../../../../src/interfaces/run.ts';
import { buildInto } from '../../../temporary-build.ts';
import type { Orders } from './child.ts';
import { KILLED, type PointKill } from './fail-points.ts';
import type { Shape } from './shape.ts';

/** Where the program of a process is, in the folder that has those of the jobs. */
const PROGRAM = 'program/dist/child.js';

/** Builds that program, if it is not there: most of the time of so short a run is that of its start. */
export async function buildProgram(root: string): Promise<void> {
  if (existsSync(join(root, PROGRAM))) return;
  await buildInto(join(root, 'program'), { child: join(import.meta.dirname, 'child.ts') });
}

/** A process that takes so long comes to no end: some hundred times what it takes on a machine with nothing else to do. */
const HANGS_AFTER_MS = 240_000;

/** How a process is to end before its time: at a point, or so many milliseconds after it has begun to run. */
export type Kill = PointKill | { readonly ms: number };

/** What a process that came to its end says. */
export interface Report {
  readonly balance: Balance;
  readonly checkpoints?: CheckpointSummary;
  readonly passes: Readonly<Record<string, number>>;
  readonly unnamed: readonly string[];
  /** How long it ran, without its start. */
  readonly ms: number;
}

/** Runs the job of a folder in a process of its own; resolves to nothing when that was killed. */
export function live(
  folder: string,
  shape: Shape,
  kill?: Kill,
  checkpoints = true,
): Promise<Report | undefined> {
  const orders: Orders = { shape, checkpoints, ...(kill !== undefined && 'point' in kill && { kill }) };
  const root = dirname(folder);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, PROGRAM), JSON.stringify(orders)], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: join(root, 'code') },
    });
    let stdout = '';
    let stderr = '';
    let timer: NodeJS.Timeout | undefined;
    let hangs = false;
    const hanging = setTimeout(() => {
      hangs = true;
      child.kill('SIGKILL');
    }, HANGS_AFTER_MS);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (kill !== undefined && 'ms' in kill) timer ??= setTimeout(() => child.kill('SIGKILL'), kill.ms);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      clearTimeout(hanging);
      if (hangs)
        reject(new Error(`the process has come to no end in ${HANGS_AFTER_MS / 1000} s:\n${stderr}`));
      else if (signal === 'SIGKILL' || stdout.endsWith(KILLED)) {
        if (kill === undefined) reject(new Error('somebody else has killed the process'));
        else resolve(undefined);
      } else if (code === 0) resolve(JSON.parse(stdout.trim().split('\n').at(-1)!) as Report);
      else reject(new Error(`the process ended with ${code ?? signal}:\n${stderr}`));
    });
  });
}

/** A kill as it is told when something goes wrong. */
export function shown(kill: Kill): string {
  return 'ms' in kill
    ? `killed ${kill.ms.toFixed(1)} ms after it began`
    : `killed ${kill.point}, pass ${kill.pass}`;
}
