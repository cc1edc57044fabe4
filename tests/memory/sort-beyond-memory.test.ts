import { expect, test } from 'vitest';
import type { StateSummary } from '../../src/index.ts';
import { runJob } from './child.ts';

interface Report {
  readonly inOrder: number;
  readonly held: StateSummary;
  readonly resident: number;
}

const MEGABYTE = 2 ** 20;

test('a million records are sorted in 16 MiB, and what is resident stays within 120 MB of that and the modules', async () => {
  const flags = ['--max-old-space-size=48', '--max-semi-space-size=4'];
  const { inOrder, held, resident } = await runJob<Report>('sort-beyond-memory.ts', flags);
  expect(inOrder).toBe(1_000_000);
  expect(held.peak).toBeLessThanOrEqual(16 * MEGABYTE);
  expect(held.spilled).toBeGreaterThan(0);
  expect(resident).toBeLessThan((16 + 120 + 60) * MEGABYTE);
});
