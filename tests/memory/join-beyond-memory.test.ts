import { expect, test } from 'vitest';
import type { StateSummary } from '../../src/index.ts';
import { runJob } from './child.ts';

interface Report {
  readonly right: number;
  readonly lonely: number;
  readonly held: StateSummary;
  readonly resident: number;
}

const MEGABYTE = 2 ** 20;

test('a side of some 80 MB is joined in 16 MiB, and what is resident stays within 120 MB of that and the modules', async () => {
  const flags = ['--max-old-space-size=48', '--max-semi-space-size=4'];
  const { right, lonely, held, resident } = await runJob<Report>('join-beyond-memory.ts', flags);
  expect(right + lonely).toBe(600_000);
  expect(lonely).toBe(expectedLonely());
  expect(held.peak).toBeLessThanOrEqual(16 * MEGABYTE);
  expect(held.spilled).toBeGreaterThan(0);
  expect(resident).toBeLessThan((16 + 120 + 60) * MEGABYTE);
});

/** Orders of customers that are not there. */
function expectedLonely(): number {
  let lonely = 0;
  for (let n = 0; n < 600_000; n++) if ((n * 7919) % 500_000 >= 400_000) lonely++;
  return lonely;
}
