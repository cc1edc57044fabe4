import { describe, expect, test } from 'vitest';
import { heapSize } from '../../../../src/processing/runtime/spill/heap-size.ts';
import { MemoryBudget } from '../../../../src/processing/runtime/spill/memory-budget.ts';
import { SampledMemory } from '../../../../src/processing/runtime/spill/sampled-memory.ts';

const row = (n: number, note = 'x'.repeat(100)) => ({ n, note });
const PLACE = 50;

function counted(budget: number) {
  const memory = new MemoryBudget(budget).account('x');
  return { memory, sampled: new SampledMemory(memory, PLACE) };
}

describe('values that are counted by samples', () => {
  test('take what each of them takes, when they are alike, and their keys with them', () => {
    const { memory, sampled } = counted(10_000_000);
    for (let n = 0; n < 5000; n++) expect(sampled.count(row(n), `key ${n % 10}`)).toBe(true);
    const each = PLACE + heapSize(row(1)) + heapSize('key 1');
    expect(memory.used).toBeGreaterThanOrEqual(5000 * each);
    // Asked for in grains of a thousandth.
    expect(memory.used).toBeLessThanOrEqual(5000 * each + 10_000);
  });

  test('come to about the truth when they are not, also where each second, third and so on is large', () => {
    for (const period of [2, 3, 5, 8, 16]) {
      const { memory, sampled } = counted(100_000_000);
      let truth = 0;
      for (let n = 0; n < 20_000; n++) {
        const one = row(n, 'x'.repeat(n % period === 0 ? 1000 : 10));
        sampled.count(one, n);
        truth += PLACE + heapSize(one);
      }
      expect(memory.used / truth).toBeGreaterThan(0.95);
      expect(memory.used / truth).toBeLessThan(1.1);
    }
  });

  test('are refused where there is no room, and none of it is lost', () => {
    const { memory, sampled } = counted(64 * 1024);
    let held = 0;
    while (sampled.count(row(held), held)) held++;
    expect(held).toBe(Math.floor((64 * 1024) / (PLACE + heapSize(row(1)))));
    expect(sampled.count(row(1, 'x'.repeat(100_000)), 1)).toBe(false);
    expect(memory.used).toBeLessThanOrEqual(64 * 1024);
  });

  test('give back what the others took, when some are left', () => {
    const { memory, sampled } = counted(64 * 1024);
    let held = 0;
    while (sampled.count(row(held), held)) held++;
    sampled.recount(Array.from({ length: 10 }, (_, n) => [row(n), n] as const));
    expect(memory.used).toBe(10 * (PLACE + heapSize(row(1))));
    sampled.recount([]);
    expect(memory.used).toBe(0);
    expect(sampled.count(row(1), 1)).toBe(true);
  });
});
