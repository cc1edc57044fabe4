import { describe, expect, test } from 'vitest';
import { stateOf } from '../../../../src/core/state-copy.ts';
import type { Aggregate, Aggregates } from '../../../../src/interfaces/aggregate.ts';
import type { SyncLogic } from '../../../../src/interfaces/operator.ts';
import { count } from '../../../../src/processing/operators/aggregates/count.ts';
import { countDistinct } from '../../../../src/processing/operators/aggregates/count-distinct.ts';
import { defineAggregate } from '../../../../src/processing/operators/aggregates/define-aggregate.ts';
import { last } from '../../../../src/processing/operators/aggregates/last.ts';
import { list } from '../../../../src/processing/operators/aggregates/list.ts';
import { max } from '../../../../src/processing/operators/aggregates/max.ts';
import { mean } from '../../../../src/processing/operators/aggregates/mean.ts';
import { median } from '../../../../src/processing/operators/aggregates/median.ts';
import { min } from '../../../../src/processing/operators/aggregates/min.ts';
import { stddev } from '../../../../src/processing/operators/aggregates/stddev.ts';
import { sum } from '../../../../src/processing/operators/aggregates/sum.ts';
import { topK } from '../../../../src/processing/operators/aggregates/top-k.ts';
import { checkedAggregates } from '../../../../src/processing/operators/groups/checked-aggregates.ts';
import { groupedAggregates } from '../../../../src/processing/operators/groups/grouped-aggregates.ts';

type Row = { k?: any; v?: any; w?: any };
type Logic = SyncLogic<Row, Record<string, unknown>>;

const WAYS = [
  ['generated', true],
  ['plain', false],
] as const;

function logicOf(
  aggregates: Aggregates<any>,
  compiled: boolean,
  options: { key?: any; maxKeys?: number } = {},
): Logic {
  const { key = ({ k }: Row) => k, maxKeys = 100 } = options;
  return groupedAggregates({
    aggregates: checkedAggregates('aggregate', aggregates, 'key'),
    key,
    maxKeys,
    compiled,
  });
}

function resultsOf(logic: Logic): Record<string, unknown>[] {
  const results: Record<string, unknown>[] = [];
  for (const record of logic.end!(() => {}) ?? []) results.push(record);
  return results;
}

function push(logic: Logic, rows: readonly Row[]): unknown[] {
  const thrown: unknown[] = [];
  for (const row of rows) {
    try {
      logic.push(row, () => {
        throw new Error('it emitted before the input was over');
      });
    } catch (error) {
      thrown.push(error);
    }
  }
  return thrown;
}

const broken = new Error('broken');
const own = (name: string, fails: (row: Row) => boolean): Aggregate<Row, string, { text: string }> =>
  defineAggregate({
    name,
    create: () => ({ text: '' }),
    add(state, row: Row) {
      if (fails(row)) throw broken;
      state.text += row.v;
      return state;
    },
    merge: (earlier, later) => ({ text: earlier.text + later.text }),
    result: ({ text }) => text,
  });

/** Aggregates of all kinds, and rows with all kinds of values. */
const everything = (): Aggregates<any> => ({
  n: count(),
  total: sum('v'),
  low: min('v'),
  high: max('w'),
  usual: mean('v'),
  spread: stddev('v'),
  half: median((row: Row) => row.v),
  all: list('w', { max: 1000 }),
  users: countDistinct('w'),
  common: topK('w', 2),
  latest: last(),
  text: own('text', () => false),
});
const rows: readonly Row[] = [
  { k: 'b', v: 1, w: 'x' },
  { k: 'a', v: null, w: 'y' },
  { k: 'b', v: -2.5, w: undefined },
  { k: 'a', v: 7, w: 'x' },
  { k: 'a', v: 1e100, w: 'z' },
  { k: 3 },
  { k: 'b', v: 4, w: 'x' },
  { k: 'a', v: 1, w: 'x' },
  { k: 3, v: -1e100, w: 'w' },
  { k: undefined, v: 0, w: 'w' },
];

describe.each(WAYS)('keyed aggregates, %s', (_way, compiled) => {
  test('give one result a key, in the order in which the keys first came', () => {
    const logic = logicOf({ n: count(), total: sum('v') }, compiled);
    expect(push(logic, rows)).toEqual([]);
    const results = resultsOf(logic);
    expect(results).toEqual([
      { key: 'b', n: 3, total: 2.5 },
      { key: 'a', n: 4, total: 1e100 },
      { key: 3, n: 2, total: -1e100 },
      { key: undefined, n: 1, total: 0 },
    ]);
    expect(Object.keys(results[0]!)).toEqual(['key', 'n', 'total']);
  });

  test('tell keys apart as they are, NaN, undefined, null and empty text among them', () => {
    const keys = [
      Number.NaN,
      undefined,
      null,
      '',
      0,
      -0,
      '0',
      false,
      1n,
      '\u0000',
      new Date(5),
      ['a', 1],
      Number.NaN,
      new Date(5),
      ['a', 1],
    ];
    const logic = logicOf({ n: count() }, compiled);
    push(
      logic,
      keys.map((k) => ({ k })),
    );
    expect(resultsOf(logic)).toEqual(
      [Number.NaN, undefined, null, '', 0, '0', false, 1n, '\u0000', new Date(5), ['a', 1]].map((key) => ({
        key,
        n: [Number.NaN, 0].includes(key as number) || (typeof key === 'object' && key !== null) ? 2 : 1,
      })),
    );
  });

  test.each([[{}], [() => 1], [Symbol('k')], [Promise.resolve(1)]])(
    'fail a record with the key %o, and keep nothing of it',
    (k) => {
      const logic = logicOf({ n: count() }, compiled);
      const thrown = push(logic, [{ k: 'a' }, { k }, { k: 'a' }]);
      expect(thrown).toEqual([
        expect.objectContaining({ code: expect.stringMatching(/^ERR_(KEY|CALLBACK)$/) }),
      ]);
      expect(resultsOf(logic)).toEqual([{ key: 'a', n: 2 }]);
    },
  );

  test('know no key more than maxKeys, and go on with those they know', () => {
    const logic = logicOf({ n: count() }, compiled, { maxKeys: 2 });
    const thrown = push(
      logic,
      ['a', 'b', 'c', 'a', 'd', 'b'].map((k) => ({ k })),
    );
    expect(thrown).toEqual(
      Array(2).fill(
        expect.objectContaining({
          code: 'ERR_LIMIT',
          details: { maxKeys: 2 },
          hint: expect.stringContaining('Raise maxKeys'),
        }),
      ),
    );
    expect(resultsOf(logic)).toEqual([
      { key: 'a', n: 2 },
      { key: 'b', n: 2 },
    ]);
  });

  test('take a record into all aggregates or, when one fails, into none, also for a key that is new', () => {
    const fails = ({ w }: Row) => w === 'breaks the second';
    const aggregates = {
      n: count(),
      first: own('first', ({ w }) => w === 'breaks the first'),
      all: list('w', { max: 3 }),
      second: own('second', fails),
      total: sum('v'),
      high: max('v'),
    };
    const logic = logicOf(aggregates, compiled);
    const failing: Row[] = [
      { k: 'new', v: 1, w: 'breaks the first' },
      { k: 'new', v: 1, w: 'breaks the second' },
      { k: 'new', v: 'no number', w: '-' },
    ];
    push(logic, [
      { k: 'a', v: 1, w: 'x' },
      { k: 'a', v: 2, w: 'y' },
    ]);
    expect(push(logic, [...failing, ...failing.map((row) => ({ ...row, k: 'a' }))])).toHaveLength(6);
    push(logic, [{ k: 'a', v: 3, w: 'z' }]);
    expect(push(logic, [{ k: 'a', v: 4, w: 'one too many for the list' }])).toHaveLength(1);
    expect(resultsOf(logic)).toEqual([
      { key: 'a', n: 3, first: '123', all: ['x', 'y', 'z'], second: '123', total: 6, high: 3 },
    ]);
  });

  test('stay as they were when what makes a value or the key throws, or makes a promise', () => {
    for (const act of [
      () => {
        throw broken;
      },
      () => {
        throw undefined;
      },
      () => Promise.reject(broken),
      () => new Promise(() => {}),
    ]) {
      for (const place of ['key', 'value', 'other'] as const) {
        const at = (here: string, value: unknown) => (row: Row) =>
          row.w === 'fails' && here === place ? act() : value;
        const logic = logicOf(
          { n: count(), total: sum(at('value', 1) as never), all: list(at('other', 'x')) },
          compiled,
          { key: (row: Row) => (row.w === 'fails' && place === 'key' ? act() : row.k) },
        );
        expect(push(logic, [{ k: 'a' }, { k: 'a', w: 'fails' }, { k: 'a' }])).toHaveLength(1);
        expect(resultsOf(logic)).toEqual([{ key: 'a', n: 2, total: 2, all: ['x', 'x'] }]);
      }
    }
  });

  test('call a function once a record, however many aggregates take what it makes', () => {
    let calls = 0;
    const value = (row: Row) => {
      calls++;
      return row.v;
    };
    const logic = logicOf({ total: sum(value), high: max(value), all: list(value) }, compiled);
    push(logic, [
      { k: 'a', v: 1 },
      { k: 'a', v: 2 },
      { k: 'b', v: 'x' },
      { k: 'a', v: null },
    ]);
    expect(calls).toBe(4);
  });

  test('go on with big integers, text and dates where numbers are usual', () => {
    const logic = logicOf({ total: sum('v'), high: max('w') }, compiled);
    const thrown = push(logic, [
      { k: 'a', v: 1n, w: 'x' },
      { k: 'a', v: 2n, w: 'y' },
      { k: 'b', v: 1, w: new Date(1) },
      { k: 'b', v: 2n, w: new Date(2) },
      { k: 'a', v: 3, w: 'z' },
    ]);
    expect(thrown).toEqual(Array(2).fill(expect.objectContaining({ code: 'ERR_CALLBACK' })));
    expect(resultsOf(logic)).toEqual([
      { key: 'a', total: 3n, high: 'y' },
      { key: 'b', total: 1, high: new Date(1) },
    ]);
  });

  test('grow with the keys, and lose none of them', () => {
    const logic = logicOf({ n: count(), usual: mean('v') }, compiled, { maxKeys: 100_000 });
    for (let round = 0; round < 3; round++) {
      push(
        logic,
        Array.from({ length: 5000 }, (_, k) => ({ k, v: k * round })),
      );
    }
    expect(resultsOf(logic)).toEqual(Array.from({ length: 5000 }, (_, key) => ({ key, n: 3, usual: key })));
  });

  test('cut anywhere, go on from a copy of what they remembered as if nothing had happened', () => {
    const whole = logicOf(everything(), compiled);
    push(whole, rows);
    const expected = resultsOf(whole);
    for (let cut = 0; cut <= rows.length; cut++) {
      const before = logicOf(everything(), compiled);
      push(before, rows.slice(0, cut));
      const after = logicOf(everything(), compiled);
      after.restore!(structuredClone(stateOf(before.snapshot!())));
      push(after, rows.slice(cut));
      expect(resultsOf(after)).toEqual(expected);
    }
  });
});

test('generated and plain code give the same, whatever comes', () => {
  const [generated, plain] = WAYS.map(([, compiled]) => {
    const logic = logicOf(everything(), compiled);
    const thrown = push(logic, [...rows, { k: 'a', v: 'x' }, { k: 'a', v: 3, w: {} }, { k: {} }, ...rows]);
    return { results: resultsOf(logic), thrown: thrown.map((error) => (error as Error).message) };
  });
  expect(generated).toEqual(plain);
  expect(generated!.thrown).toHaveLength(3);
});
