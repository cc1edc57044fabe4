import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PLACES, pointsOf } from './sweep/fail-points.ts';
import { everyPoint, randomJob } from './sweep/jobs.ts';
import { SMALL } from './sweep/shape.ts';
import { type Doomed, Sweep } from './sweep/sweep.ts';
import { liveAll, tally } from './sweep/tally.ts';

const { MILLRACE_SEED, MILLRACE_KILLS, MILLRACE_JOB } = process.env;
const seed = Number(MILLRACE_SEED ?? Math.floor(Math.random() * 1_000_000));
/** Kills in all, at least. */
const leastKills = Number(MILLRACE_KILLS ?? 200);
const only = MILLRACE_JOB === undefined ? undefined : Number(MILLRACE_JOB);
/** Job numbers from here on are those of random jobs. */
const RANDOM = 1000;

let root: string;
let sweep: Sweep;
let failed = false;

beforeAll(async () => {
  console.info(`kill sweep: seed ${seed}`);
  root = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-sweep-')));
  sweep = await Sweep.begin(SMALL, root);
});

afterAll(() => {
  if (!failed) rmSync(root, { recursive: true, force: true });
});

test('every fail point that has a name is passed, and nothing is done to files at a place without one', () => {
  const { passes, passesAfterKill, unnamed } = sweep.undisturbed;
  expect(Object.keys(passes)).toEqual(expect.arrayContaining([...pointsOf(PLACES.always)]));
  expect(Object.keys(passesAfterKill)).toEqual(expect.arrayContaining([...pointsOf(PLACES.afterKill)]));
  expect(unnamed).toEqual([]);
});

describe('a job that is killed', () => {
  function* jobs(enough: () => boolean): Generator<Doomed> {
    if (only !== undefined && only >= RANDOM) return yield randomJob(sweep.undisturbed, seed, only);
    for (const job of everyPoint(sweep.undisturbed, seed)) {
      if (only === undefined || job.number === only) yield job;
    }
    for (let number = RANDOM; only === undefined && !enough(); number++) {
      yield randomJob(sweep.undisturbed, seed, number);
    }
  }

  test('at every fail point, and at random moments, comes to what it comes to undisturbed', async () => {
    const done = tally();
    await liveAll(
      sweep,
      jobs(() => done.kills >= leastKills),
      done,
    ).catch((error: Error) => {
      failed = true;
      const again = `MILLRACE_SEED=${seed} npm run test:kills`;
      throw new Error(`${error.message}\n  again, with MILLRACE_JOB=<number> this job alone: ${again}`, {
        cause: error,
      });
    });
    if (only !== undefined) return;
    console.info(
      `kill sweep: ${done.kills} kills of ${done.jobs} jobs, ${done.resumed} went on from a checkpoint`,
    );
    expect(done.kills).toBeGreaterThanOrEqual(leastKills);
    expect([...done.points]).toEqual(
      expect.arrayContaining([...pointsOf([...PLACES.always, ...PLACES.afterKill])]),
    );
    expect(done.resumed).toBeGreaterThan(0);
  }, 900_000);
});
