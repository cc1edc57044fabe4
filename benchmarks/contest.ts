import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Figures that a job prints as one line of JSON when it is done. */
export type Figures = Readonly<Record<string, number>>;

export interface Contestant {
  readonly name: string;
  /** The job's file, from this folder: `jobs/nothing.ts`. */
  readonly job: string;
  readonly args: readonly string[];
  /** Options of Node. */
  readonly flags?: readonly string[];
}

/** The figures of one contestant, one entry a round. */
export type Rounds = ReadonlyMap<string, readonly Figures[]>;

/**
 * Runs each contestant once a round, each time in a process of its own: no contestant meets another's
 * compiled code or heap. Each round begins with another contestant, so that a machine that slows down
 * or speeds up slowly does so for all.
 */
export async function contest(contestants: readonly Contestant[], rounds: number): Promise<Rounds> {
  const figures = new Map(contestants.map(({ name }): [string, Figures[]] => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const { name, job, args, flags = [] } = contestants[(turn + round) % contestants.length]!;
      figures.get(name)!.push(await runJob(job, args, flags));
      if (process.stderr.isTTY)
        process.stderr.write(`\r  round ${round + 1} of ${rounds}: ${name.padEnd(50)}`);
    }
  }
  if (process.stderr.isTTY) process.stderr.write(`\r${' '.repeat(70)}\r`);
  return figures;
}

function runJob(job: string, args: readonly string[], flags: readonly string[]): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...flags, join(import.meta.dirname, job), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(printed));
      else reject(new Error(`${job} ${args.join(' ')} ended with ${code}`));
    });
  });
}

/** The median of one figure over the rounds. */
export function typical(rounds: Rounds, contestant: string, figure: string): number {
  return median(rounds.get(contestant)!.map((figures) => figures[figure]!));
}

/** The median over the rounds of `contestant` divided by `baseline` in the same round. */
export function ratio(rounds: Rounds, contestant: string, baseline: string, figure: string): number {
  const bases = rounds.get(baseline)!;
  return median(rounds.get(contestant)!.map((figures, round) => figures[figure]! / bases[round]![figure]!));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
