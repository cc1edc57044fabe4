import { seededRandom } from '../../../../src/core/random.ts';
import { PLACES, pointsOf } from './fail-points.ts';
import type { Kill } from './life.ts';
import { cutIn, type Doomed, type Undisturbed } from './sweep.ts';

/** The random numbers of one job, whatever other jobs there are. */
const randomOf = (seed: number, number: number) => seededRandom(seed * 100_003 + number);

/** The first time, one in the middle, and the last time. */
function passesOf(count = 0): readonly number[] {
  return count === 0 ? [] : [...new Set([1, Math.ceil(count / 2), count])];
}

/** A kill at any moment, or at any point. */
export function randomKill({ passes, ms }: Undisturbed, random: () => number): Kill {
  if (random() < 0.5) return { ms: random() * 1.1 * ms };
  const known = Object.entries(passes);
  const [point, count] = known[Math.floor(random() * known.length)]!;
  // A process that goes on after a kill passes less.
  return { point, pass: 1 + Math.floor(random() ** 2 * count) };
}

/** For each point a job that is killed there the first, a middle, and the last time, and then once more somewhere. */
export function everyPoint(undisturbed: Undisturbed, seed: number): readonly Doomed[] {
  const { passes, passesAfterKill } = undisturbed;
  const always = pointsOf(PLACES.always).flatMap((point) =>
    passesOf(passes[point]).map((pass): Kill[] => [{ point, pass }]),
  );
  const cut = cutIn(passes);
  const afterKill = pointsOf(PLACES.afterKill).flatMap((point) =>
    passesOf(passesAfterKill[point]).map((pass): Kill[] => [cut, { point, pass }]),
  );
  return [...always, ...afterKill].map((kills, number) => ({
    number,
    kills: [...kills, randomKill(undisturbed, randomOf(seed, number))],
    must: kills.length - 1,
  }));
}

/** A job that is killed at random: some few times, sometimes many. */
export function randomJob(undisturbed: Undisturbed, seed: number, number: number): Doomed {
  const random = randomOf(seed, number);
  const count = 1 + Math.floor(random() ** 2 * 8);
  return { number, kills: Array.from({ length: count }, () => randomKill(undisturbed, random)) };
}
