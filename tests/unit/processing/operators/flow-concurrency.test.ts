import { describe, expect, test } from 'vitest';
import { from, readFrom } from '../../../../src/from.ts';
import type { CallOutcome } from '../../../../src/interfaces/call-limit.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { flatMapAsync } from '../../../../src/processing/operators/flat-map-async.ts';
import { mapAsync } from '../../../../src/processing/operators/map-async.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { AdaptiveLimit } from '../../../../src/processing/policies/adaptive-concurrency.ts';
import { bulkhead } from '../../../../src/processing/policies/bulkhead.ts';
import { retry } from '../../../../src/processing/policies/retry.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { run, start } from '../../../../src/start.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { never } from '../runtime/recording-writer.ts';
import { numbers, scripted } from '../runtime/scripted-reader.ts';
import { elapse } from './flow-time.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

/** Calls that take some turns, and how many of them are open. */
function calls(wait = 3) {
  const seen = { open: 0, most: 0, made: 0 };
  const call = async (n: number): Promise<number> => {
    seen.made++;
    seen.open++;
    seen.most = Math.max(seen.most, seen.open);
    await turns(wait);
    seen.open--;
    return n;
  };
  return { seen, call };
}

describe('a bulkhead', () => {
  test.each([true, false])('bounds the calls of all operators that have it, ordered %s', async (ordered) => {
    const { seen, call } = calls();
    const shared = bulkhead({ concurrency: 3 });
    const options = { bulkhead: shared, ordered } as const;
    const source = from(upTo(100));
    const outs = [toArray<number>(), toArray<number>()];
    const { balance } = await run(
      pipeline('x', [
        source.pipe(mapAsync(call, options), mapAsync(call, options)).to(outs[0]!),
        source.pipe(flatMapAsync(async (n) => [await call(n)], options)).to(outs[1]!),
      ]),
    );
    expect(seen).toEqual({ open: 0, most: 3, made: 300 });
    for (const { records } of outs) expect(records.toSorted((a, b) => a - b)).toEqual(upTo(100));
    expect(balance.closed).toBe(true);
  });

  test('lets callbacks that settle at once through without end, and without a stack', async () => {
    const shared = bulkhead({ concurrency: 1 });
    const flow = from(upTo(20_000)).pipe(
      mapAsync((n: number) => n, { bulkhead: shared, concurrency: 64 }),
      mapAsync((n: number) => n, { bulkhead: shared }),
    );
    const out = toArray<number>();
    await run(pipeline('x', flow.to(out)));
    expect(out.records).toEqual(upTo(20_000));
  });

  test('is given back when a call fails, or takes too long, and between two tries', async () => {
    const clock = virtualClock();
    let made = 0;
    const shared = bulkhead({ concurrency: 1 });
    const flaky = (n: number): Promise<number> => {
      made++;
      if (made === 1) return never;
      if (made === 2) throw new Error('503');
      return Promise.resolve(n);
    };
    const onError = [retry({ attempts: 5, backoff: '1h..1h', when: () => made < 3 }), skip()];
    const flow = from([1, 2, 3]).pipe(mapAsync(flaky, { bulkhead: shared, timeout: 100, onError }));
    const out = toArray<number>();
    const live = start(pipeline('x', flow.to(out)), { clock, stallAfter: false });
    await elapse(clock, 99);
    expect(made).toBe(1);
    await elapse(clock, 1);
    expect(made).toBe(3);
    await elapse(clock, 7_200_000, 600_000);
    await live.done;
    expect(out.records).toEqual([1, 2, 3]);
  });

  test('does not count its waiting into the timeout of a call', async () => {
    const clock = virtualClock();
    const shared = bulkhead({ concurrency: 1 });
    const call = (n: number) =>
      new Promise<number>((resolve) => {
        clock.schedule(() => resolve(n), 80);
      });
    const flow = from([1, 2, 3]).pipe(mapAsync(call, { bulkhead: shared, timeout: 100 }));
    const out = toArray<number>();
    const live = start(pipeline('x', flow.to(out)), { clock, stallAfter: false });
    await elapse(clock, 240, 80);
    await live.done;
    expect(out.records).toEqual([1, 2, 3]);
  });

  test('makes no further call once a record has failed the run, or the run was aborted', async () => {
    const shared = bulkhead({ concurrency: 1 });
    let made = 0;
    const failing = from(upTo(10)).pipe(
      mapAsync(
        async () => {
          made++;
          await turns(2);
          throw new Error('the first');
        },
        { bulkhead: shared },
      ),
    );
    await expect(run(pipeline('x', failing.to(toArray())))).rejects.toThrow(/the first/);
    expect(made).toBe(1);
    const { seen, call } = calls(1000);
    const live = start(
      pipeline(
        'x',
        from(upTo(10))
          .pipe(mapAsync(call, { bulkhead: shared }))
          .to(toArray()),
      ),
    );
    await turns(10);
    await live.abort();
    await turns(10);
    expect(seen.made).toBe(1);
  });

  test('is free again for others when a branch is given up', async () => {
    const shared = bulkhead({ concurrency: 1 });
    const first = from(upTo(50)).pipe(
      mapAsync(async (n: number) => n, { bulkhead: shared }),
      take(1),
    );
    const { seen, call } = calls(1);
    const second = readFrom(scripted(numbers(1, 20))).pipe(mapAsync(call, { bulkhead: shared }));
    const { balance } = await run(pipeline('x', [first.to(toArray()), second.to(toArray())]));
    expect(seen.made).toBe(20);
    expect(balance.closed).toBe(true);
  });

  test('is one for each run, or one for all', async () => {
    for (const acrossRuns of [false, true]) {
      const { seen, call } = calls();
      const flow = from(upTo(20)).pipe(
        mapAsync(call, { bulkhead: bulkhead({ concurrency: 2, acrossRuns }) }),
      );
      const whole = pipeline('x', flow.to(toArray()));
      await Promise.all([run(whole), run(whole)]);
      expect(seen.most).toBe(acrossRuns ? 2 : 4);
    }
  });

  test('of the same name is the same one in a run', async () => {
    const { seen, call } = calls();
    const named = () => ({ bulkhead: bulkhead({ concurrency: 2, name: 'db' }) });
    await run(
      pipeline('x', from(upTo(30)).pipe(mapAsync(call, named()), mapAsync(call, named())).to(toArray())),
    );
    expect(seen.most).toBe(2);
  });

  test('with iterables that are pulled does not wait for itself', async () => {
    const shared = bulkhead({ concurrency: 1 });
    const flow = from([1, 2]).pipe(
      flatMapAsync(
        async function* (n) {
          for (let m = 0; m < 3000; m++) yield n;
        },
        { bulkhead: shared },
      ),
      mapAsync(async (n: number) => n, { bulkhead: shared }),
    );
    const out = toArray<number>();
    await run(pipeline('x', flow.to(out)));
    expect(out.records).toHaveLength(6000);
  });

  test.each([{}, { concurrency: 0 }, { concurrency: 1.5 }, { concurrency: 1, name: '' }, { concurency: 1 }])(
    'refuses %j as its options',
    (given) => {
      expect(() => bulkhead(given as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
    },
  );
});

describe('adaptive concurrency', () => {
  /** A service that answers in 20 ms as long as it has no more than `capacity` calls open; else it does what it does. */
  function service(capacity: number, overloaded: 'slow' | 'fails') {
    const clock = virtualClock();
    let open = 0;
    const history: number[] = [];
    const call = (n: number): Promise<number> =>
      new Promise((resolve, reject) => {
        open++;
        history.push(open);
        const busy = open > capacity;
        const ms = busy && overloaded === 'slow' ? 20 * (open / capacity) ** 3 : 20;
        clock.schedule(() => {
          open--;
          if (busy && overloaded === 'fails') reject(new Error('429'));
          else resolve(n);
        }, ms);
      });
    return { clock, call, history };
  }

  test.each(['slow', 'fails'] as const)(
    'finds out what a service takes that is %s when overloaded',
    async (how) => {
      const { clock, call, history } = service(10, how);
      const onError = retry({ attempts: 1000, backoff: '1ms..1ms' });
      const out = toArray<number>();
      const flow = from(upTo(4000)).pipe(mapAsync(call, { concurrency: 'auto', onError }));
      const live = start(pipeline('x', flow.to(out)), { clock, stallAfter: false, seed: 1 });
      await elapse(clock, 20_000, 5);
      await live.done;
      expect(out.records).toEqual(upTo(4000));
      expect(history[0]).toBe(1);
      const later = history.slice(-2000);
      const mean = later.reduce((sum, open) => sum + open, 0) / later.length;
      expect(mean).toBeGreaterThan(3);
      expect(mean).toBeLessThan(20);
    },
  );

  test('keeps within its bounds', async () => {
    const { clock, call, history } = service(1000, 'fails');
    const flow = from(upTo(300)).pipe(mapAsync(call, { concurrency: { min: 3, max: 7 } }));
    const live = start(pipeline('x', flow.to(toArray())), { clock, stallAfter: false });
    await elapse(clock, 4000, 20);
    await live.done;
    expect(history.slice(0, 3)).toEqual([1, 2, 3]);
    expect(Math.max(...history)).toBe(7);
    expect(() => mapAsync(call, { concurrency: { min: 8, max: 7 } })).toThrow(/min is above max/);
    for (const wrong of ['much', {}, { max: 0 }, { max: 1.5 }, { max: 2, mix: 1 }]) {
      expect(() => mapAsync(call, { concurrency: wrong as never })).toThrow(
        expect.objectContaining({ code: 'ERR_OPTIONS' }),
      );
    }
  });

  test('shows in the plan', () => {
    const flow = from([1]).pipe(
      mapAsync(async (n) => n, { concurrency: 'auto', bulkhead: bulkhead({ concurrency: 8 }) }),
    );
    expect(pipeline('x', flow.to(toArray())).explain()).toContain(
      'at most 64 records in flight, in order, no timeout, adapted from 1 on, bulkhead of 8',
    );
  });

  /** Takes all places there are, and says of all calls how they went. */
  function round(limit: AdaptiveLimit, outcome: CallOutcome): number {
    const open = [];
    while (limit.places.take()) open.push(limit.entered());
    for (const leave of open) leave(outcome);
    return open.length;
  }

  test('halves with a failure, and once only for all calls that were open then', () => {
    const limit = new AdaptiveLimit(1, 64);
    for (let n = 0; n < 30; n++) round(limit, { kind: 'succeeded', ms: 1 });
    const open = round(limit, { kind: 'failed', error: new Error('503'), ms: 1 });
    expect(open).toBeGreaterThan(8);
    expect(limit.places.limit).toBe(Math.floor(open / 2));
    expect(limit.places.taken).toBe(0);
  });

  test('comes back from a service that has become slow for good', () => {
    const limit = new AdaptiveLimit(1, 64);
    for (let n = 0; n < 60; n++) round(limit, { kind: 'succeeded', ms: 10 });
    expect(limit.places.limit).toBeGreaterThan(16);
    let least = 64;
    for (let n = 0; n < 400; n++) {
      round(limit, { kind: 'succeeded', ms: 200 });
      least = Math.min(least, limit.places.limit);
    }
    expect(least).toBe(1);
    expect(limit.places.limit).toBeGreaterThan(16);
  });

  test('learns nothing from permanent errors and abandoned calls', () => {
    const limit = new AdaptiveLimit(4, 8);
    for (const outcome of [
      { kind: 'abandoned', ms: 9999 },
      { kind: 'failed', error: Object.assign(new Error('400'), { retryable: false }), ms: 1 },
    ] as const) {
      limit.places.take();
      limit.entered()(outcome);
    }
    expect(limit.places.limit).toBe(4);
  });

  test('does not grow where no more was asked for', () => {
    const limit = new AdaptiveLimit(2, 64);
    for (let n = 0; n < 100; n++) {
      limit.places.take();
      limit.entered()({ kind: 'succeeded', ms: 1 });
    }
    expect(limit.places.limit).toBe(2);
  });
});
