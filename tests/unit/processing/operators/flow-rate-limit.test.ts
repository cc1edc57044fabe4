import { describe, expect, test } from 'vitest';
import { parseRate } from '../../../../src/core/rate.ts';
import { from, readFrom } from '../../../../src/from.ts';
import type { Operator } from '../../../../src/interfaces/operator.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { rateLimit } from '../../../../src/processing/operators/rate-limit.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { TokenBucket } from '../../../../src/processing/operators/token-bucket.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { run, start } from '../../../../src/start.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { numbers, scripted, watermark } from '../runtime/scripted-reader.ts';
import { elapse, type Timed, timed } from './flow-time.ts';

async function through<A>(
  input: readonly A[],
  operator: Operator<A, A>,
  ms = 5000,
  step = 100,
): Promise<Timed<A>> {
  const run = timed(input, operator);
  await elapse(run.clock, ms, step);
  await run.live.done;
  return run;
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('rateLimit', () => {
  test('lets records through one after the other, none dropped', async () => {
    const { log } = await through(upTo(5), rateLimit({ rate: '10/s' }));
    expect(log).toEqual([0, 1, 2, 3, 4].map((n) => [n * 100, n]));
  });

  test('lets a burst through after a pause, and no larger one', async () => {
    const { log } = await through(upTo(6), rateLimit({ rate: '10/s', burst: 3 }));
    expect(log.map(([time]) => time)).toEqual([0, 0, 0, 100, 200, 300]);
  });

  test('of a high rate does not wait for a timer with each record', async () => {
    const { log } = await through(upTo(3000), rateLimit({ rate: '100000/s' }), 40, 1);
    expect(log.at(-1)![0]).toBeLessThanOrEqual(31);
    expect(log.at(-1)![0]).toBeGreaterThanOrEqual(19);
  });

  test('of less than one in a second waits for it', async () => {
    const { log } = await through(upTo(2), rateLimit({ rate: '0.5/s' }));
    expect(log.map(([time]) => time)).toEqual([0, 2000]);
  });

  test('by key gives each key the rate, and keeps the order within a key', async () => {
    const input = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'];
    const { log } = await through(input, rateLimit({ rate: '1/s', key: (text) => text[0] }));
    expect(log).toEqual([
      [0, 'a1'],
      [0, 'b1'],
      [0, 'c1'],
      [1000, 'a2'],
      [1000, 'b2'],
      [2000, 'a3'],
    ]);
  });

  test.each([Number.NaN, undefined, null, 0, new Date(5), ['a', 1]])('takes %j for a key', async (key) => {
    const { log } = await through([1, 2], rateLimit({ rate: '1/s', key: () => key }));
    expect(log.map(([time]) => time)).toEqual([0, 1000]);
  });

  test('holds no more records than its size, of all keys', async () => {
    let asked = 0;
    const key = () => {
      asked++;
      return 'same';
    };
    const { clock, live } = timed(upTo(1000), rateLimit({ rate: '1/s', key, size: 10 }));
    await elapse(clock, 0);
    expect(asked).toBe(11);
    await elapse(clock, 1_000_000, 1000);
    expect((await live.done).balance).toMatchObject({ read: 1000, written: 1000, closed: true });
  });

  test('remembers no keys whose burst is whole again, however many come', async () => {
    const input = upTo(500);
    const flow = from(input).pipe(
      rateLimit({ rate: '1/ms', burst: 1 }),
      rateLimit({ rate: '1/ms', burst: 1, key: (n) => n, keys: 5 }),
    );
    const clock = virtualClock();
    const live = start(pipeline('x', flow.to(toArray())), { clock, stallAfter: false });
    await elapse(clock, 600, 1);
    expect((await live.done).balance).toMatchObject({ written: 500, closed: true });
  });

  test('fails the record of a key too many, which a policy may settle', async () => {
    const limited = (onError?: ReturnType<typeof skip>) =>
      rateLimit({ rate: '1/h', key: (n: number) => n, keys: 3, ...(onError && { onError }) });
    await expect(run(pipeline('x', from(upTo(4)).pipe(limited()).to(toArray())))).rejects.toMatchObject({
      code: 'ERR_LIMIT',
      origin: { record: 4 },
      details: { keys: 3 },
    });
    const { balance } = await run(pipeline('x', from(upTo(9)).pipe(limited(skip())).to(toArray())));
    expect(balance).toMatchObject({ written: 3, skipped: 6, closed: true });
  });

  test.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('no key');
      },
      'ERR_CALLBACK',
    ],
    [
      'throws undefined',
      () => {
        throw undefined;
      },
      'ERR_CALLBACK',
    ],
    ['gives a promise', () => Promise.reject(new Error('late')), 'ERR_CALLBACK'],
    ['gives an object', () => ({}), 'ERR_KEY'],
  ])('a key that %s is a failure of its record, and takes no token', async (_what, faulty, code) => {
    const key = (n: number) => (n === 1 ? faulty() : 'same');
    await expect(
      run(
        pipeline(
          'x',
          from([1])
            .pipe(rateLimit({ rate: '1/s', key }))
            .to(toArray()),
        ),
      ),
    ).rejects.toMatchObject({ code, origin: { record: 1 } });
    const { log } = await through([1, 1, 2], rateLimit({ rate: '1/s', key, onError: skip() }));
    expect(log).toEqual([[0, 2]]);
  });

  test('of an endless input ends when downstream has enough, and leaves no timer', async () => {
    const clock = virtualClock();
    const endless = readFrom(scripted(numbers(3), { traits: { bounded: false } }));
    const flow = endless.pipe(rateLimit({ rate: '1/s' }), take(2));
    const live = start(pipeline('x', flow.to(toArray())), { clock, stallAfter: false });
    await elapse(clock, 5000, 1000);
    expect((await live.done).balance.closed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test('lets no record fall behind a watermark', async () => {
    const source = readFrom(scripted([[1, 1, 2], watermark(9), [3]]));
    const { clock, log, live } = timed(source, rateLimit({ rate: '1/s', key: (n) => n }));
    await elapse(clock, 5000, 1000);
    await live.done;
    expect(log.map(([, what]) => what)).toEqual([1, 2, 1, 't9', 3]);
  });

  test('is left at once when the run is aborted while a record waits', async () => {
    const { clock, live } = timed(upTo(5), rateLimit({ rate: '1/h' }));
    await elapse(clock, 10);
    await live.abort();
    await expect(live.done).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(clock.pending).toBe(0);
  });
});

test('a token bucket is not emptied by a clock that is set back', () => {
  const bucket = new TokenBucket(1, 2, 100);
  expect([bucket.take(100), bucket.take(50)]).toEqual([true, true]);
  expect(bucket.take(50)).toBe(false);
  expect(bucket.take(51)).toBe(true);
});

test.each([
  ['100/s', 100, 1000],
  [' 5 / 2min ', 5, 120_000],
  ['1.5/250ms', 1.5, 250],
  ['7/d', 7, 86_400_000],
])('reads %j', (text, count, perMs) => {
  expect(parseRate(text)).toEqual({ count, perMs });
});

test.each([
  { rate: '100' },
  { rate: '0/s' },
  { rate: '1/0s' },
  { rate: '-1/s' },
  { rate: '1/month' },
  { rate: 100 },
  { rate: '1/s', burst: 0 },
  { rate: '1/s', burst: 1.5 },
  { rate: '1/s', key: 'id' },
  { rate: '1/s', size: 0 },
  { rate: '1/s', brust: 1 },
  {},
])('refuses %j as its options', (given) => {
  expect(() => rateLimit(given as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
});
