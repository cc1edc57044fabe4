import { createHash } from 'node:crypto';
import type { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { Balance } from '../../src/index.ts';
import { reportOf, startJob } from './child.ts';
import { type OrdersBlock, ordersBlock } from './orders-block.ts';

interface Report {
  readonly balance: Balance;
  /** Resident bytes, looked at once in 100,000 records. */
  readonly resident: readonly number[];
}

const GIGABYTE = 1e9;
const MEGABYTE = 2 ** 20;
/** The young generation is limited, too: how far V8 lets it grow depends on the hour. */
const LIMIT = ['--max-old-space-size=64', '--max-semi-space-size=4'];

/** Writes `times` blocks at the pace of the reader; returns early when nobody reads any more. */
async function feed(input: Writable, block: OrdersBlock, times: number): Promise<void> {
  let broken = false;
  input.on('error', () => {
    broken = true;
  });
  input.write(block.header);
  for (let time = 0; time < times && !broken; time++) {
    if (!input.write(block.csv)) await room(input);
  }
  input.end();
}

/** Also resolves when the stream is gone. */
function room(input: Writable): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  input.once('drain', resolve).once('close', resolve);
  return promise.finally(() => input.off('drain', resolve).off('close', resolve));
}

describe('a gigabyte of CSV under a heap of 64 MB', () => {
  const block = ordersBlock();
  const times = Math.ceil(GIGABYTE / block.csv.length);

  test('arrives whole as NDJSON, and what is resident does not grow on the way', async () => {
    const { process: child, ended } = startJob('csv-to-ndjson.ts', LIMIT);
    const reported = reportOf<Report>(child);
    const written = createHash('sha256');
    child.stdout!.on('data', (chunk: Buffer) => written.update(chunk));
    await feed(child.stdin!, block, times);
    expect(await ended).toMatchObject({ code: 0, errors: '' });

    const { balance, resident } = await reported;
    expect(balance).toMatchObject({
      read: times * block.rows,
      written: times * block.paid,
      filtered: times * (block.rows - block.paid),
      closed: true,
    });
    const due = createHash('sha256');
    for (let time = 0; time < times; time++) due.update(block.ndjson);
    expect(written.digest('hex')).toBe(due.digest('hex'));

    const quarter = resident.length >> 2;
    const early = Math.max(...resident.slice(0, quarter));
    const late = Math.max(...resident.slice(-quarter));
    expect(quarter).toBeGreaterThan(5);
    expect(late - early).toBeLessThan(16 * MEGABYTE);
    expect(Math.max(...resident)).toBeLessThan(192 * MEGABYTE);
  });

  test('does not fit into that heap: a run that keeps its records dies', async () => {
    const { process: child, ended } = startJob('csv-to-ndjson.ts', LIMIT, ['keep']);
    child.stdout!.resume();
    await feed(child.stdin!, block, times);
    const { code, errors } = await ended;
    expect(code).not.toBe(0);
    expect(errors).toContain('heap out of memory');
  });
});
