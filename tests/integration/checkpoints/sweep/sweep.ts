import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Balance } from '../../../../src/interfaces/run.ts';
import type { PointKill } from './fail-points.ts';
import { writeInput } from './input.ts';
import { buildProgram, type Kill, live, type Report, shown } from './life.ts';
import { difference, type Outcome, outcomeOf } from './outcome.ts';
import { dropSchema, makeSchema } from './postgres-schema.ts';
import type { Shape } from './shape.ts';
import { storeOf } from './stores.ts';

/** What a job comes to when nobody kills it. */
export interface Undisturbed {
  readonly outcome: Outcome;
  readonly balance: Balance;
  /** How often each point is passed: by a run from the beginning, and by one that goes on after a kill. */
  readonly passes: Report['passes'];
  readonly passesAfterKill: Report['passes'];
  /** What was done to files at no place that has a name. */
  readonly unnamed: readonly string[];
  readonly ms: number;
}

/** Kills a run in the middle of its checkpoints, so that the next one has all kinds of things to do. */
export function cutIn(passes: Report['passes']): PointKill {
  // Databases rename nothing.
  const point = ['before checkpoint.rename', 'before store.running'].find((one) => one in passes)!;
  return { point, pass: Math.ceil(passes[point]! / 2) };
}

/** A job, and how its processes end, one after the other; the one after the last comes to the end of the job. */
export interface Doomed {
  readonly number: number;
  readonly kills: readonly Kill[];
  /** Which of these is to be met. */
  readonly must?: number;
}

/** What became of a job. */
export interface Fate {
  /** Kills that were met, in order: the job may have been over before all were. */
  readonly met: readonly Kill[];
  readonly resumed: boolean;
}

/** Jobs of one shape, each in a folder of its own, that have to come to what an undisturbed one comes to. */
export class Sweep {
  readonly shape: Shape;
  readonly undisturbed: Undisturbed;
  readonly #root: string;

  private constructor(shape: Shape, root: string, undisturbed: Undisturbed) {
    this.shape = shape;
    this.#root = root;
    this.undisturbed = undisturbed;
  }

  /** Finds out what the job comes to: without checkpoints, with them, and after a single kill. */
  static async begin(shape: Shape, root: string): Promise<Sweep> {
    await buildProgram(root);
    const folders = ['plain', 'whole', 'cut'].map((name) => join(root, name));
    for (const folder of folders) await begin(folder, shape);
    const [plain, whole, cut] = folders as [string, string, string];
    const { balance } = (await live(plain, shape, undefined, false))!;
    const outcome = await outcomeOf(plain, shape);
    const first = (await live(whole, shape))!;
    compare('a run with checkpoints', await outcomeOf(whole, shape), first, { outcome, balance });
    const met = await live(cut, shape, cutIn(first.passes));
    const next = met ?? (await live(cut, shape))!;
    compare('a run that was killed once', await outcomeOf(cut, shape), next, { outcome, balance });
    for (const folder of folders) await forget(folder, shape);
    return new Sweep(shape, root, {
      outcome,
      balance,
      passes: first.passes,
      passesAfterKill: next.passes,
      unnamed: [...new Set([...first.unnamed, ...next.unnamed])],
      ms: first.ms,
    });
  }

  /**
   * Lives a job to its end. How often a point is passed differs a little from run to run: where a process came to its
   * end before the last time, the job is lived again, to be killed a time earlier.
   */
  async meet({ number, kills, must }: Doomed): Promise<readonly Fate[]> {
    const fates = [await this.run({ number, kills })];
    const kill = must === undefined ? undefined : kills[must];
    if (kill === undefined || 'ms' in kill) return fates;
    for (let pass = kill.pass - 1; fates.at(-1)!.met.length <= must!; pass--) {
      if (pass === 0) throw new Error(`job ${number} never passed ${kill.point}`);
      fates.push(await this.run({ number, kills: kills.with(must!, { ...kill, pass }) }));
    }
    return fates;
  }

  /** Lives a job to its end. What goes wrong is told with how it came to it, and the folder stays. */
  async run({ number, kills }: Pick<Doomed, 'number' | 'kills'>): Promise<Fate> {
    const folder = join(this.#root, `job-${number}`);
    await begin(folder, this.shape);
    const met: Kill[] = [];
    const orphans = new Set<string>();
    try {
      for (const kill of [...kills, undefined]) {
        const report = await live(folder, this.shape, kill);
        if (report !== undefined) {
          await this.#judge(folder, report, orphans);
          await forget(folder, this.shape);
          return { met, resumed: report.checkpoints?.resumedFrom !== undefined };
        }
        met.push(kill!);
        // Until there is a checkpoint, nobody knows of unfinished files.
        if (!(await this.#hasCheckpoints(folder))) for (const name of unfinishedIn(folder)) orphans.add(name);
      }
      throw new Error('a process that nobody was to kill has said nothing');
    } catch (error) {
      const next = kills[met.length];
      const lives = [...met.map(shown), next === undefined ? 'not killed' : `to be ${shown(next)}`].map(
        (how, life) => `  life ${life + 1}: ${how}`,
      );
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(
        `job ${number}, in the life after ${met.length} kills: ${message}\n${lives.join('\n')}\n  folder: ${folder}\n  shape: ${JSON.stringify(this.shape)}`,
        { cause: error },
      );
    }
  }

  async #hasCheckpoints(folder: string): Promise<boolean> {
    const view = await storeOf(this.shape, folder).inspect({ pipeline: 'sweep' });
    return (await view.list()).length > 0;
  }

  async #judge(folder: string, report: Report, orphans: ReadonlySet<string>): Promise<void> {
    for (const name of orphans) rmSync(join(folder, 'out', name), { force: true });
    compare('what it came to', await outcomeOf(folder, this.shape), report, this.undisturbed);
    const state = join(folder, 'state', 'sweep');
    const left = existsSync(state) ? readdirSync(state).filter((name) => !name.endsWith('.kept')) : [];
    const known = left.filter((name) => name.endsWith('.checkpoint'));
    // A process may have been killed between its last checkpoint and the removal of the oldest.
    if (known.length !== left.length || known.length > this.shape.keep + 1) {
      throw new Error(`among the checkpoints there is what should have gone: ${left.join(', ')}`);
    }
    if (report.unnamed.length > 0) throw new Error(`no place stands for ${report.unnamed.join(', ')}`);
  }
}

/** Makes the folder of a job, and what else is its own. */
async function begin(folder: string, shape: Shape): Promise<void> {
  mkdirSync(folder);
  writeInput(folder, shape);
  if (shape.postgres !== undefined) await makeSchema(shape.postgres, folder);
}

async function forget(folder: string, shape: Shape): Promise<void> {
  rmSync(folder, { recursive: true });
  if (shape.postgres !== undefined) await dropSchema(shape.postgres, folder);
}

function compare(
  what: string,
  outcome: Outcome,
  { balance }: Report,
  wanted: { readonly outcome: Outcome; readonly balance: Balance },
): void {
  const found = difference(outcome, wanted.outcome);
  if (found !== undefined) throw new Error(`${what} differs from the undisturbed run: ${found}`);
  if (isDeepStrictEqual(balance, wanted.balance)) return;
  throw new Error(
    `${what} has another balance than the undisturbed run: ${JSON.stringify(balance)}, not ${JSON.stringify(wanted.balance)}`,
  );
}

function unfinishedIn(folder: string): readonly string[] {
  const names = readdirSync(join(folder, 'out'), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.partial'));
}
