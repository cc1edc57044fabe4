import { expect, test } from 'vitest';
import type { StateSummary } from '../../src/index.ts';
import { runJob } from './child.ts';

interface Report {
  readonly inOrder: number;
  readonly held: StateSummary;
  readonly resident: number;
}

const MEGABYTE = 2 ** 20;

test('half a million records wait while downstream takes none, and what is resident stays within 120 MB of the modules', async () => {
  const flags = ['--max-old-space-size=40', '--max-semi-space-size=4'];
  const { inOrder, held, resident } = await runJob<Report>('buffer-beyond-memory.ts', flags);
  expect(inOrder).toBe(500_000);
  expect(held.peak).toBeLessThanOrEqual(8 * MEGABYTE);
  expect(held.spilled).toBeGreaterThan(0);
  expect(resident).toBeLessThan((8 + 120 + 60) * MEGABYTE);
});
