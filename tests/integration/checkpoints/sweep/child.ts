import { watchDisk } from './disk-calls.ts';
import { FailPoints, type PointKill } from './fail-points.ts';
import type { Report } from './life.ts';
import type { Shape } from './shape.ts';

/** What a process is told to do, in its working directory. */
export interface Orders {
  readonly shape: Shape;
  readonly checkpoints: boolean;
  readonly kill?: PointKill;
}

const { shape, checkpoints, kill } = JSON.parse(process.argv[2]!) as Orders;
const points = new FailPoints(kill);
watchDisk(points);

const { start } = await import('../../../../src/start.ts');
const { job } = await import('./job.ts');
const { recordClock, timerClock } = await import('./record-clock.ts');
const { storeOf } = await import('./stores.ts');
const { watchedStore } = await import('./watched-parts.ts');

const clock = shape.clock === 'records' ? recordClock() : timerClock();
const store = watchedStore(storeOf(shape, process.cwd()), points);
process.stdout.write('ready\n');
const began = performance.now();
const { balance, checkpoints: made } = await start(job({ shape, points, clock }), {
  clock,
  stallAfter: false,
  ...(checkpoints && { checkpoint: { store, every: shape.every } }),
}).done;
const { passes, unnamed } = points;
const ms = performance.now() - began;
const report: Report = {
  balance,
  ...(made !== undefined && { checkpoints: made }),
  passes,
  unnamed: [...unnamed],
  ms,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
