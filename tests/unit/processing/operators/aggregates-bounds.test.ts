import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../../src/core/random.ts';
import type { Aggregate } from '../../../../src/interfaces/aggregate.ts';
import { countDistinct } from '../../../../src/processing/operators/aggregates/count-distinct.ts';
import { defineAggregate } from '../../../../src/processing/operators/aggregates/define-aggregate.ts';
import { list } from '../../../../src/processing/operators/aggregates/list.ts';
import { quantile } from '../../../../src/processing/operators/aggregates/quantile.ts';
import { set } from '../../../../src/processing/operators/aggregates/set.ts';
import { topK } from '../../../../src/processing/operators/aggregates/top-k.ts';

type Values = { v: any };

function stateOf<S>(aggregate: Aggregate<Values, unknown, S>, values: Iterable<unknown>): S {
  let state = aggregate.create();
  for (const v of values) state = aggregate.add(state, { v });
  return state;
}

function of<R>(aggregate: Aggregate<Values, R, any>, values: Iterable<unknown>): R {
  return aggregate.result(stateOf(aggregate, values));
}

const full = (max: number) => expect.objectContaining({ code: 'ERR_LIMIT', details: { max } });

describe('what holds values holds so many and no more:', () => {
  test.each([
    ['list', list<Values>('v', { max: 2 })],
    ['set', set<Values>('v', { max: 2 })],
    ['countDistinct', countDistinct<Values>('v', { max: 2 })],
  ] as [string, Aggregate<Values, unknown, any>][])(
    'one more fails in %s, alone and merged',
    (_name, aggregate) => {
      const state = stateOf(aggregate, ['a', 'b']);
      const before = structuredClone(state);
      expect(() => aggregate.add(state, { v: 'c' })).toThrow(full(2));
      expect(state).toEqual(before);
      expect(() => aggregate.merge(state, stateOf(aggregate, ['c']))).toThrow(full(2));
    },
  );

  test('a value that is there already needs no room', () => {
    expect(of(set('v', { max: 2 }), ['a', 'b', 'a'])).toEqual(['a', 'b']);
    expect(of(countDistinct('v', { max: 2 }), ['a', 'b', 'b'])).toBe(2);
  });

  test('what is dropped is what was said, in one go and merged', () => {
    for (const [overflow, left] of [
      ['drop-newest', [1, 2]],
      ['drop-oldest', [3, 4]],
    ] as const) {
      const aggregate = list<Values>('v', { max: 2, overflow });
      expect(of(aggregate, [1, 2, 3, 4])).toEqual(left);
      const merged = aggregate.merge(stateOf(aggregate, [1]), stateOf(aggregate, [2, 3, 4]));
      expect(aggregate.result(merged)).toEqual(overflow === 'drop-newest' ? [1, 2] : left);
    }
    expect(of(set('v', { max: 2, overflow: 'drop-newest' }), [1, 1, 2, 3])).toEqual([1, 2]);
  });

  test('the error says how to go on', () => {
    expect(() => of(countDistinct('v', { max: 1 }), [1, 2])).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('approximate: true') }),
    );
    expect(() => of(list('v', { max: 1 }), [1, 2])).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('Raise max of list("v")') }),
    );
  });
});

describe('quantile of many values', () => {
  const random = seededRandom(7);
  const spread: Readonly<Record<string, () => number>> = {
    'even ones': () => random() * 1000,
    'ones over many powers of ten': () => 10 ** (random() * 30 - 15),
    'negative ones': () => -Math.exp(random() * 10),
    'ones around zero': () => random() * 2 - 1,
    'few different ones': () => Math.floor(random() * 5),
    'the smallest and the largest there are': () => (random() < 0.5 ? Number.MIN_VALUE : Number.MAX_VALUE),
  };

  test.each(Object.entries(spread))('is within 1 %% of the values at its rank: %s', (_name, next) => {
    const values = Array.from({ length: 5000 }, next);
    const order = values.toSorted((a, b) => a - b);
    for (const q of [0, 0.001, 0.25, 0.5, 0.9, 0.999, 1]) {
      const rank = q * (order.length - 1);
      const [below, above] = [order[Math.floor(rank)]!, order[Math.ceil(rank)]!];
      const found = of(quantile('v', q), values)!;
      expect(found).toBeGreaterThanOrEqual(below - Math.abs(below) * 0.0101);
      expect(found).toBeLessThanOrEqual(above + Math.abs(above) * 0.0101);
    }
  });

  test('takes as many bins as the values span, not as there are values', () => {
    const state = stateOf(
      quantile<Values>('v', 0.5),
      Array.from({ length: 100_000 }, () => 1 + random() * 999),
    );
    expect((state as { bins: Map<number, number> }).bins.size).toBeLessThan(350);
  });

  test('is closer where that is asked for', () => {
    const values = Array.from({ length: 1001 }, (_, index) => index + 1);
    expect(Math.abs(of(quantile('v', 0.5, { error: 0.0001 }), values)! - 501)).toBeLessThan(0.0502);
  });
});

describe('an estimate of how many different values there are', () => {
  test.each([10, 512, 513, 5_000, 40_000, 100_000, 1_000_000])('is within 3 %% of %i', (different) => {
    function* values(): Generator<unknown> {
      for (let index = 0; index < different; index++) yield index % 3 === 0 ? index : `user ${index}`;
    }
    const found = of(countDistinct('v', { approximate: true }), values());
    if (different <= 512) expect(found).toBe(different);
    expect(Math.abs(found - different) / different).toBeLessThan(0.03);
  });

  test('takes no more memory for more values', () => {
    const state = stateOf(countDistinct<Values>('v', { approximate: true }), Array(5000).keys());
    expect(state).toBeInstanceOf(Uint8Array);
    expect((state as Uint8Array).length).toBe(2 ** 14);
  });

  test('tells values of different types apart that read alike', () => {
    expect(
      of(countDistinct('v', { approximate: true }), [1, '1', 1n, true, 'true', 2 ** 40, `${2 ** 40}`]),
    ).toBe(7);
  });
});

describe('topK', () => {
  const random = seededRandom(11);
  /** 20 frequent values among many that come once. */
  const values = Array.from({ length: 50_000 }, (_, index) =>
    random() < 0.5 ? `often ${Math.floor(random() * 20)}` : `once ${index}`,
  );

  test('is exact as long as there are few different values', () => {
    expect(of(topK('v', 2), ['b', 'a', 'c', 'a', 'c'])).toEqual([
      { value: 'a', count: 2 },
      { value: 'c', count: 2 },
    ]);
  });

  test('misses no frequent value, and no count by more than it says, where there are many', () => {
    const aggregate = topK<Values, 'v'>('v', 20, { max: 200 });
    const halves = [values.slice(0, 20_000), values.slice(20_000)].map((part) => stateOf(aggregate, part));
    for (const state of [stateOf(aggregate, values), aggregate.merge(halves[0]!, halves[1]!)]) {
      const found = aggregate.result(state);
      expect(found).toHaveLength(20);
      for (const { value, count } of found) {
        const exact = values.filter((one) => one === value).length;
        expect(value).toMatch(/^often/);
        expect(count).toBeLessThanOrEqual(exact);
        expect(count).toBeGreaterThanOrEqual(exact - values.length / 200);
      }
    }
  });

  test('holds counters for twice as many values as it counts exactly', () => {
    expect(
      (stateOf(topK<Values>('v', 5, { max: 50 }), values) as Map<unknown, unknown>).size,
    ).toBeLessThanOrEqual(100);
  });
});

describe('an aggregate of the user', () => {
  const spec = {
    name: 'own',
    create: () => ({ n: 0 }),
    add: (state: { n: number }, _record: unknown) => ({ n: state.n + 1 }),
    merge: (one: { n: number }, other: { n: number }) => ({ n: one.n + other.n }),
    result: ({ n }: { n: number }) => n,
  };

  test('is frozen, and works by itself', () => {
    const own = defineAggregate(spec);
    expect(Object.isFrozen(own)).toBe(true);
    expect(of(own, [1, 2])).toBe(2);
    expect(own.result(own.merge(stateOf(own, [1]), stateOf(own, [2, 3])))).toBe(3);
  });

  test.each(['name', 'create', 'add', 'merge', 'result'])('needs its %s', (part) => {
    expect(() => defineAggregate({ ...spec, [part]: undefined } as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining(part) }),
    );
  });

  test.each(['create', 'add', 'merge', 'result'] as const)('may not make promises in its %s', (part) => {
    const own = defineAggregate({ ...spec, [part]: async () => ({ n: 1 }) } as typeof spec);
    const use = () => own.result(own.merge(own.add(own.create(), {}), own.create()));
    expect(use).toThrow(
      expect.objectContaining({ code: 'ERR_CALLBACK', hint: expect.stringContaining(`${part}()`) }),
    );
  });

  test.each(['add', 'merge'] as const)('has to return the accumulator from its %s', (part) => {
    const own = defineAggregate({
      ...spec,
      [part]: (state: { n: number }) => void state.n++,
    } as never) as typeof spec;
    expect(() => own.merge(own.add(own.create(), {}), own.create())).toThrow(
      `${part}() of the aggregate "own" returned nothing`,
    );
  });

  test('is refused when it is none', () => {
    expect(() => defineAggregate(undefined as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS' }),
    );
  });
});
