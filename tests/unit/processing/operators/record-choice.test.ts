import { describe, expect, test } from 'vitest';
import { from, pipeline, run, skip, toArray } from '../../../../src/index.ts';
import { dedupe } from '../../../../src/processing/operators/dedupe.ts';
import { distinct } from '../../../../src/processing/operators/distinct.ts';
import { pairwise } from '../../../../src/processing/operators/pairwise.ts';
import { sample } from '../../../../src/processing/operators/sample.ts';
import { startWith } from '../../../../src/processing/operators/start-with.ts';
import { timeInterval } from '../../../../src/processing/operators/time-interval.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';

const wrong = expect.objectContaining({ code: 'ERR_OPTIONS' });
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('distinct', () => {
  test.each([
    ['NaN, and 0 and -0', [Number.NaN, Number.NaN, 0, -0], [Number.NaN, 0]],
    ['null and undefined', [null, undefined, null, undefined], [null, undefined]],
    ['texts and numbers that look alike', ['1', 1, '1', 1n], ['1', 1, 1n]],
    ['lists and dates', [[1, 'a'], [1, 'a'], new Date(0), new Date(0)], [[1, 'a'], new Date(0)]],
  ])('tells keys apart by what they are: %s', async (_what, input, output) => {
    const probe = probeOperator(distinct<unknown>());
    await probe.feed(input);
    expect(probe.output).toEqual(output);
  });

  test.each([[{}], [() => 1], [Symbol('s')]])(
    'fails on %o for a key, which equals nothing else',
    async (key) => {
      await expect(probeOperator(distinct({ key: () => key })).feed([1])).rejects.toMatchObject({
        code: 'ERR_KEY',
      });
    },
  );

  test('fails at max keys, naming the limit, and still drops those that it knows', async () => {
    const probe = probeOperator(distinct<number>({ max: 2 }));
    await probe.feed([1, 2, 1]);
    await expect(probe.feed([3])).rejects.toMatchObject({ code: 'ERR_LIMIT', details: { max: 2 } });
    await probe.feed([2, 1]);
    expect(probe.output).toEqual([1, 2]);
  });

  test('of the last n forgets the key that was seen longest ago', async () => {
    const probe = probeOperator(distinct<number>({ last: 2 }));
    await probe.feed([1, 2, 1, 3, 1, 2]);
    expect(probe.output).toEqual([1, 2, 3, 2]);
  });

  test('of the last n keeps no more than n over many records', async () => {
    const probe = probeOperator(distinct<number>({ last: 3 }));
    await probe.feed(numbers(5000));
    expect(probe.snapshot()).toEqual([4997, 4998, 4999]);
  });

  test.each([
    { max: 0 },
    { last: 0 },
    { last: 1.5 },
    { max: 1, last: 1 },
    { key: 'id' },
    { by: () => 1 },
    () => 1,
  ])('refuses %o', (options) => {
    expect(() => distinct(options as never)).toThrow(wrong);
  });
});

describe('dedupe', () => {
  test('lets a key through again when the time is up, counted from the one that passed', async () => {
    const clock = virtualClock();
    const probe = probeOperator(dedupe<string>({ within: '10s' }), clock);
    await probe.feed(['a', 'a']);
    await clock.advance(9999);
    await probe.feed(['a', 'b']);
    await clock.advance(1);
    await probe.feed(['a', 'b']);
    expect(probe.output).toEqual(['a', 'b', 'a']);
  });

  test('forgets what is too old, so that an endless input of new keys needs no more than max', async () => {
    const clock = virtualClock();
    const probe = probeOperator(dedupe<number>({ within: 10, max: 10 }), clock);
    for (const n of numbers(200)) {
      await probe.feed([n]);
      await clock.advance(1);
    }
    expect(probe.output).toHaveLength(200);
    await expect(probe.feed(numbers(11))).rejects.toMatchObject({ code: 'ERR_LIMIT', details: { max: 10 } });
  });

  test('is not misled by a clock that is set back', async () => {
    let now = 1000;
    const probe = probeOperator(dedupe<string>({ within: 10 }), { now: () => now, schedule: () => () => {} });
    await probe.feed(['a']);
    now = 0;
    await probe.feed(['b', 'a']);
    now = 1010;
    await probe.feed(['a', 'b']);
    expect(probe.output).toEqual(['a', 'b', 'a', 'b']);
  });

  test.each([{}, { within: 'soon' }, { within: -1 }, { within: 1, max: 0 }, { within: 1, key: 'id' }])(
    'refuses %j',
    (options) => {
      expect(() => dedupe(options as never)).toThrow(wrong);
    },
  );
});

describe('sample', () => {
  const sampled = async (options: Parameters<typeof sample>[0], count: number) => {
    const out = toArray<number>();
    const { balance } = await run(pipeline('p', from(numbers(count)).pipe(sample(options)).to(out)));
    expect(balance).toMatchObject({ closed: true, filtered: count - out.records.length, aggregated: 0 });
    return out.records;
  };

  test('gives the same sample for the same seed, and another for another', async () => {
    for (const kind of [{ rate: 0.1 }, { reservoir: 20 }] as const) {
      const first = await sampled({ ...kind, seed: 1 }, 1000);
      expect(await sampled({ ...kind, seed: 1 }, 1000)).toEqual(first);
      expect(await sampled({ ...kind, seed: 2 }, 1000)).not.toEqual(first);
      expect(await sampled(kind, 1000)).toEqual(await sampled(kind, 1000));
    }
  });

  test('by rate takes about its share', async () => {
    const { length } = await sampled({ rate: 0.1, seed: 3 }, 20_000);
    expect(length).toBeGreaterThan(1800);
    expect(length).toBeLessThan(2200);
  });

  test('by a reservoir gives exactly as many, in their order, each with the same chance', async () => {
    const hits = numbers(40).map(() => 0);
    for (const seed of numbers(400)) {
      const probe = probeOperator(sample<number>({ reservoir: 10, seed }));
      await probe.feed(numbers(40));
      expect(probe.output).toEqual([]);
      await probe.end();
      expect(probe.output).toEqual([...new Set(probe.output)].sort((a, b) => a - b));
      expect(probe.output).toHaveLength(10);
      for (const n of probe.output) hits[n]!++;
    }
    // 100 are expected of each, with a deviation of 9: five of them are past all chance.
    for (const hit of hits) expect(Math.abs(hit - 100)).toBeLessThan(45);
  });

  test('by a reservoir of more than there is gives all', async () => {
    expect(await sampled({ reservoir: 50 }, 7)).toEqual(numbers(7));
  });

  test('by a reservoir lets no event time through, for which its records would be late', () => {
    expect(sample({ reservoir: 1 }).kind).toBe('sync');
    const logic = sample({ reservoir: 1 }).create({ node: 'n' } as never) as { assignsTime?: boolean };
    expect(logic.assignsTime).toBe(true);
  });

  test.each([
    {},
    { every: 0 },
    { rate: 1.1 },
    { rate: -1 },
    { reservoir: 0 },
    { every: 1, rate: 1 },
    { rate: 1, seed: 0.5 },
  ])('refuses %j', (options) => {
    expect(() => sample(options as never)).toThrow(wrong);
  });
});

test('timeInterval measures by the clock from record to record, the first from the beginning', async () => {
  const clock = virtualClock(5000);
  const probe = probeOperator(timeInterval<string>(), clock);
  await clock.advance(3);
  await probe.feed(['a', 'b']);
  await clock.advance(7);
  await probe.feed(['c']);
  expect(probe.output).toEqual([
    { value: 'a', ms: 3 },
    { value: 'b', ms: 0 },
    { value: 'c', ms: 7 },
  ]);
});

test('startWith comes in front of a watermark, and once', async () => {
  const probe = probeOperator(startWith<number, string>('header'));
  probe.watermark(1);
  expect(probe.output).toEqual(['header']);
  await probe.feed([1]);
  await probe.end();
  expect(probe.output).toEqual(['header', 1]);
});

test('pairwise takes a record that is undefined for a record', async () => {
  const probe = probeOperator(pairwise<undefined | number>());
  await probe.feed([undefined, 1, undefined]);
  expect(probe.output).toEqual([
    [undefined, 1],
    [1, undefined],
  ]);
});

test('distinct leaves a record over its limit to the policy, and the balance closes', async () => {
  const out = toArray<number>();
  const flow = from([1, 2, 3, 1]).pipe(distinct({ max: 2, onError: skip() }));
  const { balance } = await run(pipeline('p', flow.to(out)));
  expect(out.records).toEqual([1, 2]);
  expect(balance).toMatchObject({ skipped: 1, filtered: 1, closed: true });
});
