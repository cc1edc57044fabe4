import { describe, expect, test } from 'vitest';
import type { Balance, Operator, Reader } from '../../src/index.ts';
import { map, mapAsync, merge, pipeline, readFrom, run, take, toArray } from '../../src/index.ts';
import { iterableReader } from '../../src/io/memory/iterable-reader.ts';
import { reportOf, startJob } from './child.ts';
import { ordersBlock } from './orders-block.ts';
import { watched } from './watched-reader.ts';

const BATCH = 1024;
const CAPACITY = 2;
const TEN = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** Counts for ever, and whether it was left. */
class Counting {
  given = 0;
  left = 0;

  step(): IteratorResult<number> {
    return { done: false, value: this.given++ };
  }

  leave(): IteratorResult<number> {
    this.left++;
    return { done: true, value: undefined };
  }

  get sync(): Reader<number> {
    return iterableReader({
      [Symbol.iterator]: () => ({ next: () => this.step(), return: () => this.leave() }),
    });
  }

  get async(): Reader<number> {
    return iterableReader({
      [Symbol.asyncIterator]: () => ({ next: async () => this.step(), return: async () => this.leave() }),
    });
  }
}

describe('a reader without end ends with take(10)', () => {
  test.each(['sync', 'async'] as const)('when it is %s: it is left once, soon, and closed', async (kind) => {
    const counting = new Counting();
    const reader = watched(counting[kind]);
    const ten = toArray<number>();
    await run(pipeline('p', readFrom(reader.reader).pipe(take(10)).to(ten)));
    expect(ten.records).toEqual(TEN);
    expect(counting.left).toBe(1);
    expect(counting.given).toBeLessThanOrEqual((CAPACITY + 1) * BATCH);
    expect(reader.closed).toBe(true);
  });

  test('behind an asynchronous operator whose calls never end but for ten', async () => {
    const counting = new Counting();
    const call: Operator<number, number> = mapAsync((n) => (n < 10 ? n : new Promise<number>(() => {})));
    const ten = toArray<number>();
    await run(pipeline('p', readFrom(counting.sync).pipe(call, take(10)).to(ten)));
    expect(ten.records).toEqual(TEN);
    expect(counting.left).toBe(1);
    expect(counting.given).toBeLessThanOrEqual((2 * CAPACITY + 2) * BATCH);
  });

  test('behind a merge: both are left', async () => {
    const [one, two] = [new Counting(), new Counting()];
    const both = merge(readFrom(one.sync), readFrom(two.async).pipe(map((n) => -n)));
    const ten = toArray<number>();
    await run(pipeline('p', both.pipe(take(10)).to(ten)));
    expect(ten.records).toHaveLength(10);
    expect([one.left, two.left]).toEqual([1, 1]);
  });

  test('when it is the standard input, which whoever writes to it leaves open', async () => {
    const { process: child, ended } = startJob('take-ten.ts', []);
    const reported = reportOf<{ balance: Balance; taken: number }>(child);
    const block = ordersBlock();
    const input = child.stdin!;
    const write = (): void => {
      if (input.write(block.csv)) setImmediate(write);
    };
    input.on('error', () => {}).on('drain', write);
    input.write(block.header);
    write();
    child.stdout!.resume();
    expect(await reported).toMatchObject({ taken: 10, balance: { written: 10, closed: true } });
    expect(await ended).toMatchObject({ code: 0, errors: '' });
  });
});
