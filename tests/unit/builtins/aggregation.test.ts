import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { from } from '../../../src/from.ts';
import type { Operator } from '../../../src/interfaces/operator.ts';
import { toArray } from '../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../src/processing/graph/pipeline.ts';
import { run } from '../../../src/start.ts';
import { probeOperator } from '../../../src/testing/operator-probe.ts';
import { tempFolder } from '../io/temp-folder.ts';
import { built, made } from './built.ts';

const SALES = [
  { country: 'FR', city: 'Lyon', amount: 3 },
  { country: 'DE', city: 'Ulm', amount: 5 },
  { country: 'FR', city: 'Lyon', amount: 4 },
  { country: 'FR', city: 'Metz', amount: 1 },
];

describe('aggregate', () => {
  const aggregates = { n: { count: true }, total: { sum: 'amount' } };

  test.each<[object, readonly unknown[]]>([
    [{ aggregates }, [{ n: 4, total: 13 }]],
    [
      { key: 'country', aggregates },
      [
        { country: 'FR', n: 3, total: 8 },
        { country: 'DE', n: 1, total: 5 },
      ],
    ],
    [
      { key: ['country', 'city'], aggregates, maxKeys: 3 },
      [
        { country: 'FR', city: 'Lyon', n: 2, total: 7 },
        { country: 'DE', city: 'Ulm', n: 1, total: 5 },
        { country: 'FR', city: 'Metz', n: 1, total: 1 },
      ],
    ],
    [
      { key: ['country'], aggregates, spill: true },
      [
        { country: 'FR', n: 3, total: 8 },
        { country: 'DE', n: 1, total: 5 },
      ],
    ],
  ])('%j gives records with the fields of the key under their names', async (options, expected) => {
    const results = await made('aggregate', options, SALES);
    expect(results).toEqual(expected);
    expect(Object.keys(results[0] as object)).toEqual(Object.keys(expected[0] as object));
  });

  test('a field called key is one like others', async () => {
    const options = { key: 'key', aggregates: { n: { count: true } } };
    expect(await made('aggregate', options, [{ key: 7 }])).toEqual([{ key: 7, n: 1 }]);
  });

  test('one that remembers goes on where another stopped', async () => {
    const operator = built('aggregate', { key: 'country', aggregates });
    const before = probeOperator(operator);
    await before.feed(SALES.slice(0, 2));
    const state = structuredClone(before.snapshot());
    before.close();
    const after = probeOperator(operator);
    after.restore(state);
    await after.feed(SALES.slice(2));
    await after.end();
    expect(after.output).toEqual(await made('aggregate', { key: 'country', aggregates }, SALES));
    after.close();
  });

  test('with spill, more keys than memory holds come out whole, and nothing is left on the disk', async () => {
    const folder = tempFolder().path;
    const operator = built('aggregate', { key: 'n', aggregates: { n2: { sum: 'n' } }, spill: true });
    const probe = probeOperator<unknown, unknown>(operator, undefined, {
      memory: '64 KiB',
      spill: { folder },
    });
    await probe.feed(Array.from({ length: 5000 }, (_, n) => ({ n })));
    expect(readdirSync(folder)).toHaveLength(1);
    await probe.end();
    const sorted = (probe.output as { n: number }[]).toSorted((a, b) => a.n - b.n);
    expect(sorted).toEqual(Array.from({ length: 5000 }, (_, n) => ({ n, n2: n })));
    probe.close();
  });

  test.each<[object, string]>([
    [{ key: 'n', aggregates }, 'a field of the key and one of the results are called "n"'],
    [{ aggregates, spill: true }, 'with spill, there is a key, and no maxKeys'],
    [{ key: 'country', aggregates, spill: true, maxKeys: 7 }, 'with spill, there is a key, and no maxKeys'],
    [{ key: [], aggregates }, 'key: '],
    [{ key: 'country', aggregates, maxKeys: 0 }, 'maxKeys: Too small'],
  ])('%j is refused', (options, message) => {
    expect(() => built('aggregate', options)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining(message) }),
    );
  });

  test('one key more than maxKeys fails its record', async () => {
    const options = { key: 'country', aggregates, maxKeys: 1 };
    await expect(made('aggregate', options, SALES)).rejects.toMatchObject({ code: 'ERR_LIMIT' });
  });
});

test.each<[string, object, readonly unknown[]]>([
  ['sort', { by: 'amount' }, [SALES[3], SALES[0], SALES[2], SALES[1]]],
  ['sort', { by: 'amount', order: 'desc' }, [SALES[1], SALES[2], SALES[0], SALES[3]]],
  [
    'sort',
    {
      by: [
        { by: 'country', locale: 'de' },
        { by: 'amount', order: 'desc', nulls: 'first' },
      ],
      spill: false,
    },
    [SALES[1], SALES[2], SALES[0], SALES[3]],
  ],
  ['top', { n: 2, by: 'amount' }, [SALES[1], SALES[2]]],
  ['top', { n: 1, by: 'amount', order: 'asc', key: 'country' }, [SALES[3], SALES[1]]],
])('%s does its work when it is made of the data %j', async (name, options, expected) => {
  expect(await made(name, options, SALES)).toEqual(expected);
});

describe('in a pipeline', () => {
  const aggregates = { n: { count: true } };
  const results = async (operator: Operator<unknown, unknown>) => {
    const out = toArray<unknown>();
    const { balance } = await run(pipeline('built', from(SALES).pipe(operator).to(out)));
    expect(balance).toMatchObject({ closed: true, read: 4 });
    return out.records;
  };

  test.each([false, true])(
    'aggregate gives the same, and the balance closes, with spill: %s',
    async (spill) => {
      expect(await results(built('aggregate', { key: 'country', aggregates, spill }))).toEqual([
        { country: 'FR', n: 3 },
        { country: 'DE', n: 1 },
      ]);
    },
  );

  test('top by a key gives records, and window its results with the key', async () => {
    expect(await results(built('top', { n: 1, by: 'amount', key: 'country' }))).toEqual([SALES[2], SALES[1]]);
    const window = { type: 'count', size: 2 };
    expect(await results(built('window', { window, key: 'country', aggregates }))).toEqual([
      { country: 'FR', window: { start: 0, end: 3 }, n: 2 },
      { country: 'DE', window: { start: 1, end: 2 }, n: 1 },
      { country: 'FR', window: { start: 3, end: 4 }, n: 1 },
    ]);
  });
});

test('pivot makes columns of rows', async () => {
  const options = { key: 'country', column: 'city', value: 'amount', columns: ['Ulm', 'Metz'] };
  expect(await made('pivot', options, SALES)).toEqual([
    { country: 'FR', Ulm: null, Metz: 1 },
    { country: 'DE', Ulm: 5, Metz: null },
  ]);
});
