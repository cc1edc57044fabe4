import { expect, test } from 'vitest';
import type { StateSummary } from '../../src/index.ts';
import { runJob } from './child.ts';

interface Report {
  readonly first: number;
  readonly later: number;
  readonly held: StateSummary;
  readonly resident: number;
}

const MEGABYTE = 2 ** 20;

test('700,000 keys of some 80 MB are told apart in 8 MiB, and what is resident stays within 120 MB of that and the modules', async () => {
  const flags = ['--max-old-space-size=40', '--max-semi-space-size=4'];
  const { first, later, held, resident } = await runJob<Report>('distinct-beyond-memory.ts', flags);
  expect([first, later]).toEqual([700_000, 0]);
  expect(held.peak).toBeLessThanOrEqual(8 * MEGABYTE);
  expect(held.spilled).toBeGreaterThan(0);
  expect(resident).toBeLessThan((8 + 120 + 60) * MEGABYTE);
});
