import { describe, expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import type { Operator } from '../../../../src/interfaces/operator.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { reduce } from '../../../../src/processing/operators/reduce.ts';
import { reduceBy } from '../../../../src/processing/operators/reduce-by.ts';
import { scanBy } from '../../../../src/processing/operators/scan-by.ts';
import { top } from '../../../../src/processing/operators/top.ts';
import { topBy } from '../../../../src/processing/operators/top-by.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { run } from '../../../../src/start.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';

interface Row {
  readonly k: any;
  readonly v: any;
  readonly id?: number;
}

const keyOf = ({ k }: Row): unknown => k;

/** What comes of the rows, and what those that failed threw. */
async function played<B>(operator: Operator<Row, B>, rows: readonly Row[]) {
  const probe = probeOperator(operator);
  const thrown: unknown[] = [];
  for (const row of rows) await probe.feed([row]).catch((error: unknown) => thrown.push(error));
  await probe.end();
  probe.close();
  return { output: probe.output, thrown };
}

const gather = (list: number[], { v }: Row): number[] => {
  list.push(v);
  return list;
};
const add = (sum: number, { v }: Row): number => {
  if (typeof v !== 'number') throw new Error('no number');
  return sum + v;
};

describe('a seed that is changed in place', () => {
  const rows = [
    { k: 'a', v: 1 },
    { k: 'b', v: 2 },
    { k: 'a', v: 3 },
  ];

  test.each([
    ['plain data', []],
    ['a function', () => []],
  ] as [string, number[] | (() => number[])][])('belongs to one key and one run: %s', async (_how, seed) => {
    for (let runs = 0; runs < 2; runs++) {
      expect((await played(reduceBy(keyOf, gather, seed), rows)).output).toEqual([
        { key: 'a', value: [1, 3] },
        { key: 'b', value: [2] },
      ]);
      expect((await played(reduce<Row, number[]>(gather, seed as never), rows)).output).toEqual([[1, 2, 3]]);
    }
  });

  test('is copied as deep as it is plain; what is of a class stays itself', async () => {
    const price = new URL('https://example.org/');
    const seed = { list: [0], map: new Map([['a', { n: 1 }]]), set: new Set([1]), price };
    const keep = (value: typeof seed): typeof seed => value;
    const { output } = await played(reduceBy(keyOf, keep, seed), rows);
    for (const { value } of output) {
      expect(value).toEqual(seed);
      expect(value.price).toBe(price);
      for (const part of ['list', 'map', 'set'] as const) expect(value[part]).not.toBe(seed[part]);
      expect(value.map.get('a')).not.toBe(seed.map.get('a'));
    }
  });

  test('may not be a promise', async () => {
    const late = (async () => []) as never as () => number[];
    expect((await played(reduceBy(keyOf, gather, late), rows)).thrown[0]).toMatchObject({
      code: 'ERR_CALLBACK',
    });
    expect(() => probeOperator(reduce(gather, late))).toThrow(/promise/);
  });
});

describe.each([
  ['reduce', reduceBy(keyOf, add, 0)],
  ['scan', scanBy(keyOf, add, 0)],
] as [string, Operator<Row, { key: unknown; value: number }>][])('keyed %s', (name, operator) => {
  test('stays as it was when its callback throws, for a key that is new, too', async () => {
    const rows = [
      { k: 'a', v: 1 },
      { k: 'a', v: 'x' },
      { k: 'b', v: 'x' },
      { k: 'a', v: 2 },
    ];
    const { output, thrown } = await played(operator, rows);
    expect(thrown).toHaveLength(2);
    expect(output.at(-1)).toEqual({ key: 'a', value: 3 });
    expect(output).toHaveLength(name === 'scan' ? 2 : 1);
  });

  test('fails keys that are none, and takes NaN, undefined and null for keys', async () => {
    const keys = [{}, Number.NaN, undefined, Number.NaN, null, undefined];
    const { output, thrown } = await played(
      operator,
      keys.map((k) => ({ k, v: 1 })),
    );
    expect(thrown).toEqual([expect.objectContaining({ code: 'ERR_KEY' })]);
    const last = new Map(output.map(({ key, value }) => [key, value]));
    expect([...last]).toEqual([
      [Number.NaN, 2],
      [undefined, 2],
      [null, 1],
    ]);
  });
});

test.each([
  ['reduce', (maxKeys: number) => reduceBy(keyOf, add, 0, { maxKeys })],
  ['scan', (maxKeys: number) => scanBy(keyOf, add, 0, { maxKeys })],
  ['top', (maxKeys: number) => topBy<Row, unknown>(keyOf, 2, 'v', { maxKeys })],
] as [string, (maxKeys: number) => Operator<Row, unknown>][])(
  'keyed %s knows no key more than maxKeys, and a run goes on with those it knows under skip()',
  async (_name, make) => {
    const rows = ['a', 'b', 'c', 'a'].map((k, v) => ({ k, v }));
    expect((await played(make(2), rows)).thrown).toEqual([
      expect.objectContaining({ code: 'ERR_LIMIT', details: { maxKeys: 2 } }),
    ]);
    expect((await played(make(3), rows)).thrown).toEqual([]);
    expect(() => make(0)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  },
);

test('under skip() a run goes on without the records that failed, and its balance closes', async () => {
  const out = toArray<unknown>();
  const rows: Row[] = [
    { k: 'a', v: 1 },
    { k: 'a', v: 'x' },
    { k: 'a', v: 2 },
  ];
  const flow = from(rows)
    .keyBy(({ k }) => k as string)
    .scan(add, 0, { onError: skip() });
  const { balance } = await run(pipeline('p', flow.to(out)));
  expect(balance).toMatchObject({ closed: true, read: 3, skipped: 1, written: 2 });
  expect(out.records.at(-1)).toEqual({ key: 'a', value: 3 });
});

describe('top', () => {
  const rows = [3, 1, 3, 2, 3].map((v, id) => ({ k: id % 2, v, id }));

  test('keeps the earlier of equal records, and puts it first', async () => {
    const ids = async (operator: Operator<Row, Row>) =>
      (await played(operator, rows)).output.map(({ id }) => id);
    expect(await ids(top(2, 'v'))).toEqual([0, 2]);
    expect(await ids(top(4, 'v'))).toEqual([0, 2, 4, 3]);
    expect(await ids(top(4, 'v', { order: 'asc' }))).toEqual([1, 3, 0, 2]);
    expect(await ids(top(9, ({ v }) => String(v)))).toEqual([0, 2, 4, 3, 1]);
  });

  test('of each key keeps its own', async () => {
    const { output } = await played(topBy(keyOf, 2, 'v', { order: 'asc' }), rows);
    expect(output).toEqual([
      { key: 0, records: [rows[0], rows[2]] },
      { key: 1, records: [rows[1], rows[3]] },
    ]);
  });

  test('is what sorting all and cutting gives, however many there are', async () => {
    const many = Array.from({ length: 2000 }, (_, id) => ({ k: 0, v: (id * 7919) % 101, id }));
    const sorted = many.toSorted((a, b) => b.v - a.v || a.id - b.id);
    for (const n of [1, 2, 7, 150, 2000])
      expect((await played(top<Row>(n, 'v'), many)).output).toEqual(sorted.slice(0, n));
  });

  test('leaves out records without a value, and fails those with one that has no order with the others', async () => {
    const mixed = [null, 2, undefined, Number.NaN, 'text', {}, 5].map((v) => ({ k: 0, v }));
    const { output, thrown } = await played(top<Row>(3, 'v'), mixed);
    expect(output.map(({ v }) => v)).toEqual([5, 2]);
    expect(thrown).toEqual(Array(3).fill(expect.objectContaining({ code: 'ERR_CALLBACK' })));
  });

  test('takes dates and big integers', async () => {
    for (const [low, high] of [
      [new Date(1), new Date(2)],
      [1n, 2n ** 70n],
    ]) {
      const { output } = await played(
        top<Row>(1, 'v'),
        [low, high, low].map((v) => ({ k: 0, v })),
      );
      expect(output).toEqual([{ k: 0, v: high }]);
    }
  });

  test.each([
    ['no records', () => top(0, 'v' as never)],
    ['half a record', () => top(1.5, 'v' as never)],
    ['more than a million', () => top(1_000_001, 'v' as never)],
    ['nothing to rank by', () => top(1, undefined as never)],
    ['an unknown order', () => top(1, 'v' as never, { order: 'up' as never })],
    ['no key', () => topBy(undefined as never, 1, 'v' as never)],
    ['no callback', () => reduce(undefined as never, 0)],
    ['no callback for a key', () => reduceBy(keyOf, undefined as never, 0)],
    ['no key for a scan', () => scanBy(undefined as never, add, 0)],
  ])('and its like refuse %s', (_what, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  });
});
