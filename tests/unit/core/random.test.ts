import { expect, test } from 'vitest';
import { seededRandom } from '../../../src/core/random.ts';

const draw = (seed: number, count: number) => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random());
};

test('gives the same numbers for the same seed, in every version: retries can be played back', () => {
  expect(draw(42, 4)).toEqual([
    0.6011037519201636, 0.44829055899754167, 0.8524657934904099, 0.6697340414393693,
  ]);
  expect(draw(42, 100)).toEqual(draw(42, 100));
});

test('gives other numbers for other seeds, also for neighbours', () => {
  expect(draw(1, 10)).not.toEqual(draw(2, 10));
});

test('two generators of one seed do not share their state', () => {
  const [a, b] = [seededRandom(7), seededRandom(7)];
  const first = a();
  a();
  expect(b()).toBe(first);
});

test('stays in [0, 1) and spreads over it', () => {
  const numbers = draw(7, 100_000);
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  const tenths = new Array<number>(10).fill(0);
  for (const number of numbers) tenths[Math.floor(number * 10)]!++;
  for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(500);
});
