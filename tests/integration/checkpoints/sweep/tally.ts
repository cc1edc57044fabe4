import { availableParallelism } from 'node:os';
import type { Doomed, Sweep } from './sweep.ts';
import { work } from './workers.ts';

/** What was done so far. */
export interface Tally {
  kills: number;
  jobs: number;
  /** Jobs of which the last process went on from a checkpoint. */
  resumed: number;
  /** Points at which processes were killed. */
  readonly points: Set<string>;
}

export function tally(): Tally {
  return { kills: 0, jobs: 0, resumed: 0, points: new Set() };
}

/** Lives jobs to their end, on all cores. */
export function liveAll(sweep: Sweep, jobs: Iterable<Doomed>, done: Tally): Promise<void> {
  return work(jobs, Math.max(2, availableParallelism()), async (job) => {
    for (const { met, resumed } of await sweep.meet(job)) {
      done.jobs++;
      done.kills += met.length;
      if (resumed) done.resumed++;
      for (const kill of met) if ('point' in kill) done.points.add(kill.point);
    }
  });
}
