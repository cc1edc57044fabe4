import { describe, expect, test } from 'vitest';
import type { Aggregate } from '../../../../src/interfaces/aggregate.ts';
import { count } from '../../../../src/processing/operators/aggregates/count.ts';
import { countDistinct } from '../../../../src/processing/operators/aggregates/count-distinct.ts';
import { first } from '../../../../src/processing/operators/aggregates/first.ts';
import { last } from '../../../../src/processing/operators/aggregates/last.ts';
import { list } from '../../../../src/processing/operators/aggregates/list.ts';
import { max } from '../../../../src/processing/operators/aggregates/max.ts';
import { mean } from '../../../../src/processing/operators/aggregates/mean.ts';
import { median } from '../../../../src/processing/operators/aggregates/median.ts';
import { min } from '../../../../src/processing/operators/aggregates/min.ts';
import { quantile } from '../../../../src/processing/operators/aggregates/quantile.ts';
import { set } from '../../../../src/processing/operators/aggregates/set.ts';
import { stddev } from '../../../../src/processing/operators/aggregates/stddev.ts';
import { sum } from '../../../../src/processing/operators/aggregates/sum.ts';
import { topK } from '../../../../src/processing/operators/aggregates/top-k.ts';

/** What an aggregate of the field `v` comes to over records with these values. */
function of<R>(aggregate: Aggregate<{ v: any }, R, any>, values: readonly unknown[]): R {
  let state = aggregate.create();
  for (const v of values) state = aggregate.add(state, { v });
  return aggregate.result(state);
}

const failure = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('over no values at all, or over none but null and undefined,', () => {
  const nothing = [null, undefined, null];
  test.each([
    ['sum', sum('v'), 0],
    ['min', min('v'), null],
    ['max', max('v'), null],
    ['mean', mean('v'), null],
    ['stddev', stddev('v'), null],
    ['first', first('v'), null],
    ['last', last('v'), null],
    ['list', list('v'), []],
    ['set', set('v'), []],
    ['topK', topK('v', 3), []],
    ['quantile', quantile('v', 0.9), null],
    ['median', median('v'), null],
    ['countDistinct', countDistinct('v'), 0],
    ['countDistinct, estimated', countDistinct('v', { approximate: true }), 0],
  ] as [string, Aggregate<{ v: any }, unknown, any>, unknown][])('%s is %3$j', (_name, aggregate, result) => {
    expect(of(aggregate, [])).toEqual(result);
    expect(of(aggregate, nothing)).toEqual(result);
  });

  test('count counts the records all the same', () => {
    expect(of(count(), nothing)).toBe(3);
    expect(count().add(0, null)).toBe(1);
  });
});

describe('sum', () => {
  test('loses nothing to rounding, where adding up loses all', () => {
    expect(of(sum('v'), [1, 1e100, 1, -1e100])).toBe(2);
    expect(of(sum('v'), Array(10).fill(0.1))).toBe(1);
  });

  test('adds big integers exactly', () => {
    expect(of(sum('v'), [2n ** 60n, null, 1n])).toBe(2n ** 60n + 1n);
    expect(of(sum('v'), [0n])).toBe(0n);
  });

  test('has one kind of numbers, whichever came first', () => {
    expect(() => of(sum('v'), [1, 1n])).toThrow(
      failure('ERR_CALLBACK', /sum\("v"\) cannot take 1n.*are numbers/),
    );
    expect(() => of(sum('v'), [1n, 1])).toThrow(
      failure('ERR_CALLBACK', /sum\("v"\) cannot take 1:.*big integers/),
    );
    const { add, create, merge } = sum<{ v: number | bigint }>('v');
    expect(() => merge(add(create(), { v: 1 }), add(create(), { v: 1n }))).toThrow(/cannot take 1n/);
  });

  test('goes past the largest number as numbers do', () => {
    expect(of(sum('v'), [Number.MAX_VALUE, Number.MAX_VALUE])).toBe(Number.POSITIVE_INFINITY);
    expect(of(sum('v'), [Number.POSITIVE_INFINITY, 1])).toBe(Number.POSITIVE_INFINITY);
    expect(of(sum('v'), [1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])).toBeNaN();
  });
});

describe('min and max', () => {
  test.each([
    ['numbers', [3, -1, Number.POSITIVE_INFINITY], -1, Number.POSITIVE_INFINITY],
    ['big integers', [3n, 2n ** 70n], 3n, 2n ** 70n],
    ['text, by its code units', ['b', 'a', 'B'], 'B', 'b'],
    ['dates', [new Date(5), new Date(1)], new Date(1), new Date(5)],
  ])('put %s in their order', (_kind, values, smallest, largest) => {
    expect(of(min('v'), values)).toEqual(smallest);
    expect(of(max('v'), values)).toEqual(largest);
  });

  test('do not compare one kind with another', () => {
    expect(() => of(max('v'), [1, '2'])).toThrow(failure('ERR_CALLBACK', /max\("v"\) cannot take "2"/));
    expect(() => of(min('v'), ['1', 2])).toThrow(failure('ERR_CALLBACK', /min\("v"\) cannot take 2/));
  });

  test.each([[Number.NaN], [true], [{}], [[1]], [new Date('never')], [Symbol('x')]])('refuse %o', (value) => {
    expect(() => of(max('v'), [value])).toThrow(failure('ERR_CALLBACK', /max\("v"\) cannot take/));
  });
});

describe('mean and stddev', () => {
  test('are those of a sample; of a population when told so', () => {
    const values = [2, 4, 4, 4, 5, 5, 7, 9];
    expect(of(mean('v'), values)).toBe(5);
    expect(of(stddev('v', { population: true }), values)).toBe(2);
    expect(of(stddev('v'), values)).toBeCloseTo(2.13809, 5);
  });

  test('stand large values with small distances', () => {
    expect(of(stddev('v'), [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16])).toBeCloseTo(Math.sqrt(30), 9);
  });

  test('of one value: the sample tells nothing, the population has no spread', () => {
    expect(of(stddev('v'), [7])).toBeNull();
    expect(of(stddev('v', { population: true }), [7])).toBe(0);
  });

  test('take big integers for numbers', () => {
    expect(of(mean('v'), [1n, 2n])).toBe(1.5);
    expect(of(stddev('v'), [1n, 3n])).toBeCloseTo(Math.SQRT2, 12);
  });
});

test.each([
  ['sum', sum('v')],
  ['mean', mean('v')],
  ['stddev', stddev('v')],
  ['quantile', quantile('v', 0.5)],
  ['median', median('v')],
] as [string, Aggregate<{ v: any }, unknown, any>][])(
  '%s refuses what is no number, by its name and value, and stays as it was',
  (name, aggregate) => {
    for (const value of [Number.NaN, '12', true, {}, new Date(1)]) {
      const state = aggregate.add(aggregate.create(), { v: 3 });
      const before = structuredClone(state);
      expect(() => aggregate.add(state, { v: value })).toThrow(
        failure('ERR_CALLBACK', new RegExp(`^${name}\\("v"\\) cannot take .*: it is no number`)),
      );
      expect(state).toEqual(before);
    }
  },
);

test.each([
  ['stddev', stddev('v')],
  ['quantile', quantile('v', 0.5)],
  ['median', median('v')],
] as [string, Aggregate<{ v: any }, unknown, any>][])('%s refuses infinite numbers', (_name, aggregate) => {
  expect(() => of(aggregate, [Number.POSITIVE_INFINITY])).toThrow(
    failure('ERR_CALLBACK', /no finite number/),
  );
});

test('first and last give the first and last value that is there; without a source, the record', () => {
  expect(of(first('v'), [null, 'a', 'b', undefined])).toBe('a');
  expect(of(last('v'), [null, 'a', 'b', undefined])).toBe('b');
  expect(of(first(), ['a', 'b'])).toEqual({ v: 'a' });
  expect(of(last(), ['a', 'b'])).toEqual({ v: 'b' });
  expect(of(first('v'), [false, 0])).toBe(false);
});

test('list and set give arrays of their own, which nobody else changes', () => {
  for (const aggregate of [list<{ v: string }>('v'), set<{ v: string }>('v')]) {
    let state = aggregate.add(aggregate.create(), { v: 'a' });
    const result = aggregate.result(state) as unknown[];
    result.push('x');
    state = aggregate.add(state, { v: 'b' });
    expect(aggregate.result(state)).toEqual(['a', 'b']);
  }
});

test('set, topK and countDistinct know equal values as keys are equal', () => {
  const values = [
    'a',
    1,
    '1',
    Number.NaN,
    Number.NaN,
    new Date(5),
    new Date(5),
    0,
    -0,
    'a',
    ['x', 1],
    ['x', 1],
  ];
  expect(of(set('v'), values)).toEqual(['a', 1, '1', Number.NaN, new Date(5), 0, ['x', 1]]);
  expect(of(countDistinct('v'), values)).toBe(7);
  expect(of(countDistinct('v', { approximate: true }), values)).toBe(7);
  expect(of(topK('v', 2), values)).toEqual([
    { value: 'a', count: 2 },
    { value: Number.NaN, count: 2 },
  ]);
});

test.each([
  ['set', set('v')],
  ['topK', topK('v', 2)],
  ['countDistinct', countDistinct('v')],
  ['countDistinct, estimated', countDistinct('v', { approximate: true })],
] as [string, Aggregate<{ v: any }, unknown, any>][])(
  '%s refuses values that are equal to themselves only',
  (_name, aggregate) => {
    expect(() => of(aggregate, [{}])).toThrow(failure('ERR_KEY', /is no key/));
  },
);

test('quantiles of few values are exact, between two in proportion', () => {
  expect(of(median('v'), [4, 1, 3, 2])).toBe(2.5);
  expect(of(quantile('v', 0.25), [10, 20, 30, 40, 50])).toBe(20);
  expect(of(quantile('v', 0), [3, -7])).toBe(-7);
  expect(of(quantile('v', 1), [3n, 7n])).toBe(7);
});

test('a source is a field, also one that objects inherit, or a function', () => {
  const rows = [{ constructor: 3 }, {}] as { constructor: any }[];
  for (const aggregate of [
    sum((row: any) => (Object.hasOwn(row, 'constructor') ? row.constructor : null)),
    sum('constructor' as never),
  ]) {
    let state = aggregate.create();
    for (const row of rows) state = aggregate.add(state, row as never);
    expect(aggregate.result(state)).toBe(3);
  }
});

test('a function that returns a promise fails, as nobody would await it', () => {
  const late = sum((async () => 1) as never) as Aggregate<unknown, unknown, any>;
  expect(() => late.add(late.create(), {})).toThrow(failure('ERR_CALLBACK', /returned a promise/));
  const lost = last((() => Promise.reject(new Error('lost'))) as never) as Aggregate<unknown, unknown, any>;
  expect(() => lost.add(lost.create(), {})).toThrow(failure('ERR_CALLBACK', /returned a promise/));
});

test.each([
  ['sum without a source', () => sum(undefined as never)],
  ['a source that is a number', () => max(7 as never)],
  ['a source that is null', () => list(null as never)],
  ['a bound of 0', () => list('v', { max: 0 })],
  ['an unknown overflow', () => set('v', { overflow: 'drop-oldest' as never })],
  ['a share above 1', () => quantile('v', 95)],
  ['a share that is none', () => quantile('v', Number.NaN)],
  ['an error of 0', () => median('v', { error: 0 })],
  ['no k', () => topK('v', undefined as never)],
  ['a k of 0', () => topK('v', 0)],
  ['a max below k', () => topK('v', 10, { max: 5 })],
  ['a slip in an option', () => countDistinct('v', { approximat: true } as never)],
  ['max beside approximate', () => countDistinct('v', { approximate: true, max: 5 })],
])('%s is refused', (_what, make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
});
