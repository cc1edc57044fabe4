import { describe, expect, test } from 'vitest';
import { runJob } from './child.ts';

const FLAGS = ['--expose-gc'];
/** Less than a few bytes for each of what a leak would hold. */
const FLAT = 512 * 1024;

/** What is in use when all has warmed up, and how much more at the end. */
function growth(heap: readonly number[]): number {
  expect(heap.length).toBeGreaterThanOrEqual(4);
  return heap.at(-1)! - heap[1]!;
}

describe('the heap stays flat', () => {
  test('pain P10: while one input of a merge is idle and four million records pass through the other', async () => {
    const { records, heap } = await runJob<{ records: number; heap: number[] }>('merge-idle.ts', FLAGS);
    expect(records).toBeGreaterThanOrEqual(4_000_000);
    expect(growth(heap)).toBeLessThan(FLAT);
  });

  test.each([
    { how: 'idle', batches: 0 },
    { how: 'trickle', batches: 100_000 },
  ])('pain P11: through 100,000 ticks of time ($how)', async ({ how, batches }) => {
    interface Report {
      readonly heap: readonly number[];
      readonly batches: number;
      readonly looks: number;
      readonly pending: number;
    }
    const report = await runJob<Report>('idle-ticks.ts', FLAGS, [how]);
    expect(report.batches).toBe(batches);
    expect(report.looks).toBeGreaterThan(500_000 - 10);
    expect(report.pending).toBeLessThan(10);
    expect(growth(report.heap)).toBeLessThan(FLAT);
  });

  test('while distinct looks at ten million records of a thousand keys', async () => {
    interface Report {
      readonly records: number;
      readonly written: number;
      readonly heap: readonly number[];
    }
    const { records, written, heap } = await runJob<Report>('distinct-keys.ts', FLAGS);
    expect({ records, written }).toEqual({ records: 10_000_000, written: 1000 });
    expect(growth(heap)).toBeLessThan(FLAT);
  });

  test('pain P6, P7: and so does the stack, while a million calls of mapAsync settle at once', async () => {
    interface Report {
      readonly what: string;
      readonly ordered: boolean;
      readonly heap: readonly number[];
      readonly deepest: number;
      readonly written: number;
    }
    const reports = await runJob<Report[]>('settled-calls.ts', FLAGS);
    expect(reports).toHaveLength(6);
    for (const { what, ordered, heap, deepest, written } of reports) {
      const told = `${what}, ${ordered ? 'ordered' : 'unordered'}`;
      expect(written, told).toBe(1_000_000);
      expect(deepest, told).toBeLessThan(100);
      expect(growth(heap), told).toBeLessThan(FLAT);
    }
  });
});
