import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '../../../src/core/random.ts';
import { everyPoint, randomJob } from './sweep/jobs.ts';
import { randomShape } from './sweep/shape.ts';
import { type Doomed, Sweep } from './sweep/sweep.ts';
import { liveAll, tally } from './sweep/tally.ts';

/** Jobs of one shape: at named points, and at random. */
const AT_POINTS = 12;
const AT_RANDOM = 12;
/** Job numbers from here on are those of random jobs. */
const RANDOM = 1000;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    kills: { type: 'string' },
    seed: { type: 'string' },
    round: { type: 'string' },
    job: { type: 'string' },
    postgres: { type: 'string' },
  },
});
const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
const seed = number(values.seed) ?? Math.floor(Math.random() * 1_000_000);
const onlyRound = number(values.round);
const onlyJob = number(values.job);
const most = number(values.kills) ?? Number.POSITIVE_INFINITY;
const until = (number(values.minutes) ?? (most === Number.POSITIVE_INFINITY ? 10 : most)) * 60_000;
if (![seed, most, until, onlyRound ?? 0, onlyJob ?? 0].every((one) => one >= 0)) {
  throw new Error(
    'Give numbers: npm run soak -- [--minutes n] [--kills n] [--postgres url] [--seed n [--round n [--job n]]]',
  );
}

const root = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-soak-')));
const done = tally();
const over = () => done.kills >= most || performance.now() >= until;

/** Some of the jobs at named points, all of which come in the course of the rounds, and some at random. */
function* jobsOf({ undisturbed }: Sweep, round: number): Generator<Doomed> {
  const atPoints = everyPoint(undisturbed, seed + round);
  if (onlyJob !== undefined) {
    if (onlyJob >= RANDOM) return yield randomJob(undisturbed, seed + round, onlyJob);
    const { number, kills } = atPoints[onlyJob]!;
    yield { number, kills };
    return;
  }
  const random = seededRandom(seed + round);
  const chosen = atPoints
    .map((job) => ({ job, order: random() }))
    .sort((one, other) => one.order - other.order);
  // Whether the point is met matters less than that there are many rounds.
  for (const { job } of chosen.slice(0, AT_POINTS)) {
    if (!over()) yield { number: job.number, kills: job.kills };
  }
  for (let index = 0; index < AT_RANDOM && !over(); index++) {
    yield randomJob(undisturbed, seed + round, RANDOM + index);
  }
}

async function soak(round: number): Promise<void> {
  const shape = randomShape(seededRandom(seed + round), values.postgres);
  const folder = mkdtempSync(join(root, `round-${round}-`));
  const sweep = await Sweep.begin(shape, folder);
  await liveAll(sweep, jobsOf(sweep, round), done);
  rmSync(folder, { recursive: true });
  const { records, every, clock, store } = shape;
  const each = clock === 'records' ? `${every} records` : `${every} ms`;
  console.info(
    `${Math.round(performance.now() / 1000)} s, round ${round}: ${done.kills} kills, ${done.jobs} jobs, ${done.resumed} of them went on from a checkpoint; ${records} records, a checkpoint each ${each} in a ${store}`,
  );
}

console.info(`soak: seed ${seed}`);
let round = onlyRound ?? 0;
try {
  do await soak(round++);
  while (onlyRound === undefined && !over());
  rmSync(root, { recursive: true });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(`again: npm run soak -- --seed ${seed} --round ${round - 1} [--job <number>]`);
  process.exitCode = 1;
}
