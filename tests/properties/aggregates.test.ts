import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Aggregate } from '../../src/interfaces/aggregate.ts';
import { count } from '../../src/processing/operators/aggregates/count.ts';
import { countDistinct } from '../../src/processing/operators/aggregates/count-distinct.ts';
import { defineAggregate } from '../../src/processing/operators/aggregates/define-aggregate.ts';
import { first } from '../../src/processing/operators/aggregates/first.ts';
import { last } from '../../src/processing/operators/aggregates/last.ts';
import { list } from '../../src/processing/operators/aggregates/list.ts';
import { max } from '../../src/processing/operators/aggregates/max.ts';
import { mean } from '../../src/processing/operators/aggregates/mean.ts';
import { median } from '../../src/processing/operators/aggregates/median.ts';
import { min } from '../../src/processing/operators/aggregates/min.ts';
import { quantile } from '../../src/processing/operators/aggregates/quantile.ts';
import { set } from '../../src/processing/operators/aggregates/set.ts';
import { stddev } from '../../src/processing/operators/aggregates/stddev.ts';
import { sum } from '../../src/processing/operators/aggregates/sum.ts';
import { topK } from '../../src/processing/operators/aggregates/top-k.ts';
import { checkedAggregates } from '../../src/processing/operators/groups/checked-aggregates.ts';
import { groupedAggregates } from '../../src/processing/operators/groups/grouped-aggregates.ts';

type Row = { readonly v: any };

const numbers = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }) },
    { weight: 2, arbitrary: fc.integer({ min: -3, max: 3 }) },
    { weight: 1, arbitrary: fc.constantFrom(null, undefined) },
  ),
  { maxLength: 400, size: 'max' },
);
const keys = fc.array(
  fc.oneof(fc.integer({ min: 0, max: 50 }), fc.string({ maxLength: 2 }), fc.constantFrom(null, true, 'a')),
  { maxLength: 200, size: 'max' },
);

function over<S>(aggregate: Aggregate<Row, unknown, S>, values: readonly unknown[]): S {
  let state = aggregate.create();
  for (const v of values) state = aggregate.add(state, { v });
  return state;
}

/** The parts of a list that is cut at these places. */
function parts<V>(values: readonly V[], cuts: readonly number[]): readonly (readonly V[])[] {
  const places = [0, ...cuts.map((cut) => cut % (values.length + 1)).sort((a, b) => a - b), values.length];
  return places.slice(1).map((place, index) => values.slice(places[index], place));
}

/** Parts merged in order, each after it went elsewhere as a copy. */
function merged<S>(aggregate: Aggregate<Row, unknown, S>, of: readonly (readonly unknown[])[]): S {
  return of
    .map((part) => structuredClone(over(aggregate, part)))
    .reduce((earlier, later) => aggregate.merge(earlier, later));
}

const cuts = fc.array(fc.nat(), { maxLength: 6 });
const runs = { seed: 4, numRuns: 200 };

const own = defineAggregate({
  name: 'own',
  create: () => ({ text: '' }),
  add: ({ text }, { v }: Row) => ({ text: `${text},${v}` }),
  merge: (earlier, later) => ({ text: earlier.text + later.text }),
  result: ({ text }) => text,
});

const exact: Readonly<Record<string, readonly [Aggregate<Row, unknown, any>, fc.Arbitrary<unknown[]>]>> = {
  count: [count(), numbers],
  min: [min('v'), numbers],
  max: [max('v'), numbers],
  first: [first('v'), keys],
  last: [last('v'), keys],
  list: [list('v'), keys],
  'list that is cut': [list('v', { max: 5, overflow: 'drop-newest' }), keys],
  'list that moves on': [list('v', { max: 5, overflow: 'drop-oldest' }), keys],
  set: [set('v'), keys],
  'set that is cut': [set('v', { max: 5, overflow: 'drop-newest' }), keys],
  topK: [topK('v', 5), keys],
  countDistinct: [countDistinct('v'), keys],
  'countDistinct, estimated': [countDistinct('v', { approximate: true }), keys],
  quantile: [quantile('v', 0.9), numbers],
  median: [median('v'), numbers],
  'sum of big integers': [sum('v'), fc.array(fc.bigInt())],
  'an aggregate of the user': [own, keys],
};

describe('however the records are parted, parts merged in order give what the whole gives:', () => {
  test.each(Object.entries(exact))('%s', (_name, [aggregate, values]) => {
    fc.assert(
      fc.property(values, cuts, (all, places) => {
        const whole = aggregate.result(over(aggregate, all));
        expect(aggregate.result(merged(aggregate, parts(all, places)))).toEqual(whole);
      }),
      runs,
    );
  });

  test.each([
    ['sum', sum<Row>('v' as never), 1e-14],
    ['mean', mean<Row>('v' as never), 1e-14],
    ['stddev', stddev<Row>('v' as never), 1e-9],
  ] as [string, Aggregate<Row, number | null, any>, number][])(
    '%s, within %3$d of the values',
    (_name, aggregate, error) => {
      fc.assert(
        fc.property(numbers, cuts, (all, places) => {
          const whole = aggregate.result(over(aggregate, all));
          const found = aggregate.result(merged(aggregate, parts(all, places)));
          if (whole === null) expect(found).toBeNull();
          else {
            const largest = all.reduce<number>((size, v) => size + Math.abs(v ?? 0), 0);
            expect(Math.abs(found! - whole)).toBeLessThanOrEqual(largest * error);
          }
        }),
        runs,
      );
    },
  );

  test('estimates and sketches of many values', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => (index * 7919) % 15_013);
    for (const aggregate of [
      countDistinct<Row>('v', { approximate: true }),
      quantile<Row>('v' as never, 0.3),
    ]) {
      const whole = aggregate.result(over(aggregate, many));
      for (const places of [
        [10, 500, 700],
        [0, 20_000],
        [100, 19_990],
      ]) {
        expect(aggregate.result(merged(aggregate, parts(many, places)))).toBe(whole);
      }
    }
  });
});

test('a sum is that of whole numbers that are added exactly, rounded once', () => {
  const total = sum<Row>('v' as never);
  // Multiples of 2^-20 up to 2^40: exact as big integers, and not when doubles are added up.
  const part = fc.tuple(fc.integer(), fc.integer({ min: 0, max: 30 })).map(([n, power]) => n * 2 ** power);
  fc.assert(
    fc.property(fc.array(part, { maxLength: 200 }), (all) => {
      const exactly = all.reduce((sum, v) => sum + BigInt(v), 0n);
      const found = total.result(
        over(
          total,
          all.map((v) => v / 2 ** 20),
        ),
      );
      expect(found).toBe(Number(exactly) / 2 ** 20);
    }),
    runs,
  );
});

test('grouping by generated code gives what each aggregate gives over the values of its key', () => {
  const row = fc.record({
    k: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom('0', null, Number.NaN)),
    v: fc.oneof(fc.double(), fc.integer(), fc.constantFrom(null, undefined, 'text', 3n)),
    w: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom('x', null)),
  });
  const aggregates = {
    n: count(),
    total: sum('v'),
    low: min('v'),
    high: max('v'),
    usual: mean('v'),
    spread: stddev('v'),
    half: median('v'),
    all: list('w'),
    users: countDistinct('w'),
  } as const;
  const grouped = (rows: readonly unknown[], compiled: boolean) => {
    const list = checkedAggregates('aggregate', aggregates as never);
    const key = ({ k }: { k: unknown }) => k;
    const logic = groupedAggregates<unknown, unknown>({ aggregates: list, key, maxKeys: 100, compiled });
    const failed = rows.map((one) => {
      try {
        logic.push(one, () => {});
        return false;
      } catch {
        return true;
      }
    });
    const results = [...(logic.end!(() => {}) ?? [])];
    return { failed, results };
  };
  fc.assert(
    fc.property(fc.array(row, { maxLength: 100 }), (rows) => {
      expect(grouped(rows, true)).toEqual(grouped(rows, false));
    }),
    runs,
  );
});
