import { expect, test } from 'vitest';
import { runJob } from './child.ts';

const FLAGS = ['--expose-gc'];
/** Far less than a byte for each record or tick. */
const FLAT = 512 * 1024;

/** What is in use when all has warmed up, and how much more it is at the most later on. */
function growth(heap: readonly number[]): number {
  const [, early, ...later] = heap;
  expect(later.length).toBeGreaterThan(5);
  return Math.max(...later) - early!;
}

test('pain P10: ten million records pass a merge whose other inputs give nothing, on a flat heap', async () => {
  const { written, heap } = await runJob<{ written: number; heap: number[] }>('merge-three-idle.ts', FLAGS);
  expect(written).toBe(10_000_000);
  expect(growth(heap)).toBeLessThan(FLAT);
});

test('pain P11: an idle pipeline is looked at a million times, on a flat heap', async () => {
  interface Report {
    readonly ticks: number;
    readonly heap: readonly number[];
    readonly pending: number;
  }
  const { ticks, heap, pending } = await runJob<Report>('million-ticks.ts', FLAGS);
  expect(ticks).toBeGreaterThanOrEqual(1_000_000);
  expect(growth(heap)).toBeLessThan(FLAT);
  expect(pending).toBeLessThan(10);
});
