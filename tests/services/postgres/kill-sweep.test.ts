import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { everyPoint, randomJob } from '../../integration/checkpoints/sweep/jobs.ts';
import { type Shape, SMALL } from '../../integration/checkpoints/sweep/shape.ts';
import { Sweep } from '../../integration/checkpoints/sweep/sweep.ts';
import { liveAll, tally } from '../../integration/checkpoints/sweep/tally.ts';

const seed = Number(process.env.MILLRACE_SEED ?? Math.floor(Math.random() * 1_000_000));

/** What is between the database and the checkpoints; the rest is swept elsewhere. */
const OF_DATABASES = /(store|sink)\./;

test.each(['folder', 'PostgreSQL'] as const)(
  'a job into tables of PostgreSQL that is killed comes to what it comes to undisturbed, with checkpoints in: %s',
  async (store) => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-sweep-')));
    const shape: Shape = { ...SMALL, store, postgres: inject('postgres') };
    const sweep = await Sweep.begin(shape, root);
    const atPoints = everyPoint(sweep.undisturbed, seed)
      .filter(({ kills, must }) => {
        const kill = kills[must!]!;
        return 'point' in kill && OF_DATABASES.test(kill.point);
      })
      // Each takes its time: one half here, the other one where checkpoints are elsewhere.
      .filter((_, index) => index % 2 === (store === 'folder' ? 0 : 1));
    const atRandom = Array.from({ length: 4 }, (_, index) =>
      randomJob(sweep.undisturbed, seed, 1000 + index),
    );
    const done = tally();
    await liveAll(sweep, [...atPoints, ...atRandom], done).catch((error: Error) => {
      throw new Error(`${error.message}\n  again: MILLRACE_SEED=${seed} npm run test:services`, {
        cause: error,
      });
    });
    console.info(`kill sweep: ${done.kills} kills of ${done.jobs} jobs, seed ${seed}`);
    const points = atPoints.flatMap(({ kills, must }) => {
      const kill = kills[must!]!;
      return 'point' in kill ? [kill.point] : [];
    });
    expect(points).not.toEqual([]);
    // Each was killed at its point, whatever else has killed it.
    expect(done.kills).toBeGreaterThanOrEqual(points.length);
    expect([...done.points]).toEqual(expect.arrayContaining([...new Set(points)]));
    expect(done.resumed).toBeGreaterThan(0);
    expect(sweep.undisturbed.outcome.tables['tickets in PostgreSQL']).toHaveLength(SMALL.messages);
    rmSync(root, { recursive: true });
  },
  900_000,
);
