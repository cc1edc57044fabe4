import { describe, expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import type { Operator } from '../../../../src/interfaces/operator.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { enrich } from '../../../../src/processing/operators/enrich/enrich.ts';
import { retry } from '../../../../src/processing/policies/retry.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { start } from '../../../../src/start.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';

interface Order {
  readonly id: number;
  readonly of: string;
}

const orders = (...keys: readonly string[]): readonly Order[] =>
  keys.map((of, index) => ({ id: index + 1, of }));
const key = ({ of }: Order) => of;
const upper = (of: string) => ({ name: of.toUpperCase() });

async function through<B>(records: readonly Order[], operator: Operator<Order, B>, clock = virtualClock()) {
  const out = toArray<B>();
  const { balance } = await start(pipeline('x', from(records).pipe(operator).to(out)), { clock }).done;
  expect(balance.closed).toBe(true);
  return out.records;
}

describe('enrich', () => {
  test('adds what was found, in the order of the records', async () => {
    expect(
      await through(
        orders('a', 'b'),
        enrich(async (of: string) => upper(of), { key }),
      ),
    ).toEqual([
      { id: 1, of: 'a', name: 'A' },
      { id: 2, of: 'b', name: 'B' },
    ]);
  });

  test('of no records asks for nothing', async () => {
    const asked: string[] = [];
    const lookup = (of: string) => void asked.push(of);
    expect(await through([], enrich(lookup, { key, merge: (order) => order }))).toEqual([]);
    expect(asked).toEqual([]);
  });

  test('gathers keys into calls, each key once, and takes lists and maps', async () => {
    const calls: (readonly string[])[] = [];
    const records = orders('a', 'b', 'a', 'c', 'd', 'b', 'e');
    const list = enrich(
      async (keys: readonly string[]) => {
        calls.push(keys);
        return keys.map(upper);
      },
      { key, batch: 2, merge: (order, found) => `${order.id}${found?.name}` },
    );
    const wanted = ['1A', '2B', '3A', '4C', '5D', '6B', '7E'];
    expect(await through(records, list)).toEqual(wanted);
    expect(calls).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    const map = enrich((keys: readonly string[]) => new Map(keys.map((of) => [of, upper(of)])), {
      key,
      batch: { size: 3 },
      merge: (order, found) => `${order.id}${found?.name}`,
    });
    expect(await through(records, map)).toEqual(wanted);
  });

  test('sends a call that is not full when its first key has waited', async () => {
    const clock = virtualClock();
    const calls: (readonly string[])[] = [];
    const operator = enrich(
      (keys: readonly string[]) => {
        calls.push(keys);
        return keys.map(upper);
      },
      { key, batch: { size: 10, within: '5ms' } },
    );
    const running = through(orders('a', 'b'), operator, clock);
    await turns(5);
    expect(calls).toEqual([]);
    await clock.advance(5);
    await running;
    expect(calls).toEqual([['a', 'b']]);
  });

  test('asks once for a key while it is asked for, and remembers what was found', async () => {
    let calls = 0;
    const count = (of: string) => {
      calls++;
      return Promise.resolve(upper(of));
    };
    await through(orders('a', 'a', 'a'), enrich(count, { key }));
    expect(calls).toBe(1);
    calls = 0;
    await through(orders(...Array.from({ length: 50 }, () => 'a')), enrich(count, { key, concurrency: 1 }));
    expect(calls).toBe(1);
    calls = 0;
    await through(orders('a', 'a', 'a'), enrich(count, { key, concurrency: 1, cache: false }));
    expect(calls).toBe(3);
  });

  test('forgets the key that was not used for longest, when there are too many', async () => {
    const calls: string[] = [];
    const lookup = (of: string) => {
      calls.push(of);
      return upper(of);
    };
    await through(
      orders('a', 'b', 'a', 'c', 'a', 'b'),
      enrich(lookup, { key, concurrency: 1, cache: { size: 2 } }),
    );
    expect(calls).toEqual(['a', 'b', 'c', 'b']);
  });

  test.each([
    [{ ttl: '10s', negative: '1s' }, ['a', 'x', 'x', 'a', 'x']],
    [{ ttl: '10s' }, ['a', 'x', 'a', 'x']],
    [{ negative: false as const }, ['a', 'x', 'x', 'x']],
    [{}, ['a', 'x']],
  ])('remembers as long as it is told: %j', async (cache, wanted) => {
    const clock = virtualClock();
    const calls: string[] = [];
    const lookup = (of: string) => {
      calls.push(of);
      return of === 'x' ? undefined : upper(of);
    };
    async function* slowly() {
      yield* orders('a', 'x');
      await clock.advance(2000);
      yield* orders('a', 'x');
      await clock.advance(20_000);
      yield* orders('a', 'x');
    }
    const operator = enrich(lookup, { key, cache, merge: (order) => order });
    await start(pipeline('x', from(slowly()).pipe(operator).to(toArray())), { clock }).done;
    expect(calls).toEqual(wanted);
  });

  test('keys that are null, undefined, NaN or lists are keys like others; objects are none', async () => {
    const keys: unknown[] = [null, undefined, Number.NaN, ['a', 1], new Date(0)];
    const seen: unknown[] = [];
    const lookup = (wanted: unknown) => {
      seen.push(wanted);
      return { seen: seen.length };
    };
    const by = ({ id }: Order) => keys[(id - 1) % 5];
    const operator = enrich(lookup, { key: by, merge: (_, found) => found?.seen });
    expect(await through(orders(...'abcdefghij'), operator)).toEqual([1, 2, 3, 4, 5, 1, 2, 3, 4, 5]);
    const wrong = enrich(lookup, { key: (order: Order) => order, merge: () => 1 });
    await expect(through(orders('a'), wrong)).rejects.toMatchObject({
      code: 'ERR_KEY',
      origin: { record: 1 },
    });
  });

  test('keeps, drops or refuses a record whose key has nothing', async () => {
    const lookup = (of: string) => (of === 'x' ? null : upper(of));
    const records = orders('a', 'x');
    expect(await through(records, enrich(lookup, { key }))).toEqual([
      { id: 1, of: 'a', name: 'A' },
      records[1],
    ]);
    expect(await through(records, enrich(lookup, { key, missing: 'drop' }))).toHaveLength(1);
    await expect(through(records, enrich(lookup, { key, missing: 'fail' }))).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: expect.stringContaining('there is nothing for the key "x"'),
    });
    expect(await through(records, enrich(lookup, { key, missing: 'fail', onError: skip() }))).toHaveLength(1);
  });

  test('does not remember a failure: a retry asks again, also when the first call never settles', async () => {
    for (const first of [() => Promise.reject(new Error('down')), () => new Promise<never>(() => {})]) {
      let calls = 0;
      const clock = virtualClock();
      const lookup = (of: string) => {
        calls++;
        return calls === 1 ? first() : Promise.resolve(upper(of));
      };
      const onError = retry({ attempts: 2, backoff: '1ms..2ms' });
      const running = through(orders('a', 'a'), enrich(lookup, { key, timeout: '1s', onError }), clock);
      for (let n = 0; n < 5; n++) {
        await turns(3);
        await clock.advance(1000);
      }
      expect(await running).toHaveLength(2);
    }
  });

  test('a call for many keys that gives too few, or no list, fails each record that asked', async () => {
    for (const wrong of [[1], 5, undefined, {}]) {
      const operator = enrich((() => wrong) as never, { key, batch: 2, merge: () => 1 });
      await expect(through(orders('a', 'b'), operator as never)).rejects.toMatchObject({
        code: 'ERR_CALLBACK',
        message: expect.stringMatching(/the lookup gave .+ for 2 keys/),
      });
    }
  });

  test('aborts what it has asked for when the run is aborted', async () => {
    const signals: AbortSignal[] = [];
    const lookup = (_: string, { signal }: { readonly signal: AbortSignal }) => {
      signals.push(signal);
      return new Promise<never>(() => {});
    };
    const live = start(pipeline('x', from(orders('a')).pipe(enrich(lookup, { key })).to(toArray())));
    await turns(5);
    await live.abort(new Error('enough'));
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    await expect(live.done).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });

  test.each([
    { batch: 0 },
    { cache: { size: 0 } },
    { cache: { ttl: 'soon' } },
    { missing: 'x' },
    { keyy: 1 },
  ])('refuses %j', (wrong) => {
    expect(() => enrich(upper, { key, ...wrong } as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS' }),
    );
  });
});
