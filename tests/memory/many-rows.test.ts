import { expect, test } from 'vitest';
import type { Balance } from '../../src/index.ts';
import { reportOf, startJob } from './child.ts';
import { feed } from './feed.ts';
import { BLOCK_ROWS, BLOCKS, HEADER, rowsOfBlock } from './many-rows.ts';

interface Report {
  readonly balance: Balance;
  readonly same: number;
  readonly multiline: number;
  /** A row that papaparse found and millrace did not. */
  readonly left?: unknown;
}

function* pieces(): Generator<string> {
  yield HEADER;
  for (let block = 0; block < BLOCKS; block++) yield rowsOfBlock(block);
}

test('pain P36: ten million rows are, one by one, those that papaparse finds', async () => {
  const rows = BLOCKS * BLOCK_ROWS;
  const { process: child, ended } = startJob('rows-as-papaparse.ts', ['--max-semi-space-size=32']);
  const reported = reportOf<Report>(child);
  child.stdout!.resume();
  await feed(child.stdin!, pieces());
  expect(await ended).toMatchObject({ code: 0, errors: '' });
  const { balance, same, multiline, left } = await reported;
  expect(rows).toBe(10_000_000);
  expect(balance).toMatchObject({ read: rows, written: rows, closed: true });
  expect(same).toBe(rows);
  expect(multiline).toBe((rows * 3) / 10);
  expect(left).toBeUndefined();
});
