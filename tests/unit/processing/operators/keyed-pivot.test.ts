import { describe, expect, test } from 'vitest';
import type { Operator } from '../../../../src/interfaces/operator.ts';
import { pivot } from '../../../../src/processing/operators/pivot.ts';
import { unpivot } from '../../../../src/processing/operators/unpivot.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';

interface Rain {
  readonly city: any;
  readonly year?: number;
  readonly month: any;
  readonly mm: any;
}

async function played<A, B>(operator: Operator<A, B>, rows: readonly A[]) {
  const probe = probeOperator(operator);
  const thrown: unknown[] = [];
  for (const row of rows) await probe.feed([row]).catch((error: unknown) => thrown.push(error));
  await probe.end();
  probe.close();
  return { output: probe.output, thrown };
}

const rain: readonly Rain[] = [
  { city: 'Ulm', year: 1, month: 'jan', mm: 5 },
  { city: 'Bonn', year: 1, month: 'feb', mm: 6 },
  { city: 'Ulm', year: 2, month: 'feb', mm: 7 },
];
const base = { key: 'city', column: 'month', value: 'mm' } as const;
const failure = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('pivot', () => {
  test('gives all records the same fields, in the order in which columns first came', async () => {
    const { output } = await played(pivot<Rain, 'city'>(base), rain);
    expect(output).toEqual([
      { city: 'Ulm', jan: 5, feb: 7 },
      { city: 'Bonn', jan: null, feb: 6 },
    ]);
    expect(output.map((record) => Object.keys(record))).toEqual(Array(2).fill(['city', 'jan', 'feb']));
  });

  test('gives the columns that are asked for, in their order, and leaves the others out', async () => {
    const { output, thrown } = await played(pivot<Rain, 'city'>({ ...base, columns: ['mar', 'feb'] }), rain);
    expect(thrown).toEqual([]);
    expect(output).toEqual([
      { city: 'Ulm', mar: null, feb: 7 },
      { city: 'Bonn', mar: null, feb: 6 },
    ]);
  });

  test('keeps several fields that rows have in common', async () => {
    const { output } = await played(pivot<Rain, 'city' | 'year'>({ ...base, key: ['city', 'year'] }), rain);
    expect(output).toEqual([
      { city: 'Ulm', year: 1, jan: 5, feb: null },
      { city: 'Bonn', year: 1, jan: null, feb: 6 },
      { city: 'Ulm', year: 2, jan: null, feb: 7 },
    ]);
  });

  const again = { city: 'Ulm', month: 'jan', mm: 9 };

  test('fails a second value for a place, and keeps the first', async () => {
    const { output, thrown } = await played(pivot<Rain, 'city'>(base), [...rain, again]);
    expect(thrown).toEqual([failure('ERR_CALLBACK', /has 5 in the column "jan" already, and this is 9/)]);
    expect(output[0]).toEqual({ city: 'Ulm', jan: 5, feb: 7 });
  });

  test('makes one value of two when it is told how', async () => {
    const combine = (earlier: number, later: number) => earlier + later;
    const { output } = await played(pivot<Rain, 'city'>({ ...base, combine }), [...rain, again]);
    expect(output[0]).toEqual({ city: 'Ulm', jan: 14, feb: 7 });
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
      /broken/,
    ],
    ['makes a promise', async () => 1, /promise/],
  ])('keeps the value when combine %s', async (_how, combine, message) => {
    const { output, thrown } = await played(pivot<Rain, 'city'>({ ...base, combine }), [...rain, again]);
    expect(thrown).toEqual([expect.objectContaining({ message: expect.stringMatching(message) })]);
    expect(output[0]).toMatchObject({ jan: 5 });
  });

  test('takes numbers and booleans for names of columns, and fails what is no name', async () => {
    const names = [1, true, '', null, undefined, {}, 'city'];
    const { output, thrown } = await played(
      pivot<Rain, 'city'>(base),
      names.map((month) => ({ city: 'Ulm', month, mm: 1 })),
    );
    expect(output).toEqual([{ city: 'Ulm', 1: 1, true: 1 }]);
    expect(thrown).toEqual([
      ...Array(4).fill(failure('ERR_CALLBACK', /its "month" is .*, which is no name of a column/)),
      failure('ERR_CALLBACK', /a column is called "city"/),
    ]);
  });

  test('a column called like something that objects inherit is a column like others', async () => {
    const { output } = await played(pivot<Rain, 'city'>(base), [
      { city: 'Ulm', month: 'constructor', mm: 1 },
      { city: 'Bonn', month: '__proto__', mm: 2 },
    ]);
    expect(output.map((record) => Object.entries(record))).toEqual([
      [
        ['city', 'Ulm'],
        ['constructor', 1],
        ['__proto__', null],
      ],
      [
        ['city', 'Bonn'],
        ['constructor', null],
        ['__proto__', 2],
      ],
    ]);
  });

  test('knows no more columns, and no more keys, than it may', async () => {
    const columns = await played(pivot<Rain, 'city'>({ ...base, maxColumns: 1 }), rain);
    expect(columns.thrown).toEqual(
      Array(2).fill(expect.objectContaining({ code: 'ERR_LIMIT', details: { maxColumns: 1 } })),
    );
    expect(columns.output).toEqual([{ city: 'Ulm', jan: 5 }]);
    const keys = await played(pivot<Rain, 'city'>({ ...base, maxKeys: 1 }), rain);
    expect(keys.thrown).toEqual([expect.objectContaining({ code: 'ERR_LIMIT', details: { maxKeys: 1 } })]);
    const key = await played(pivot<Rain, 'city'>(base), [{ city: {}, month: 'jan', mm: 1 }]);
    expect(key.thrown).toEqual([expect.objectContaining({ code: 'ERR_KEY' })]);
  });

  test.each([
    ['a column that is a field of the key', { ...base, columns: ['city'] }],
    ['a column twice', { ...base, columns: ['jan', 'jan'] }],
    ['no key', { ...base, key: [] }],
    ['no column', { key: 'city', value: 'mm' }],
    ['a combine that is none', { ...base, combine: 'sum' }],
    ['a slip in an option', { ...base, column: 'month', colums: ['jan'] }],
  ])('refuses %s', (_what, options) => {
    expect(() => pivot(options as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  });
});

describe('unpivot', () => {
  const wide = [{ city: 'Ulm', jan: 5, feb: null as number | null }, { city: 'Bonn', feb: 0 } as never];

  test('makes a row of each column that has a value', async () => {
    const { output } = await played(unpivot(['jan', 'feb'], { name: 'month', value: 'mm' }), wide);
    expect(output).toEqual([
      { city: 'Ulm', month: 'jan', mm: 5 },
      { city: 'Bonn', month: 'feb', mm: 0 },
    ]);
  });

  test('makes a row of each column when told so', async () => {
    const { output } = await played(unpivot<any, string>(['feb', 'jan'], { nulls: true }), wide);
    expect(output.map(({ name, value }: any) => [name, value])).toEqual([
      ['feb', null],
      ['jan', 5],
      ['feb', 0],
      ['jan', null],
    ]);
  });

  test('undoes what pivot did', async () => {
    const rows = rain.map(({ city, month, mm }) => ({ city, month, mm }));
    const { output } = await played(pivot<Rain, 'city'>(base), rows);
    const long = await played(
      unpivot<any, string, 'month', 'mm'>(['jan', 'feb'], { name: 'month', value: 'mm' }),
      output,
    );
    expect(new Set(long.output)).toEqual(new Set(rows));
  });

  test('hides no field of the record, and takes the place of a column', async () => {
    const { thrown } = await played(unpivot<any, string>(['jan']), [{ jan: 1, name: 'Ulm' }, null]);
    expect(thrown).toEqual([failure('ERR_CALLBACK', /has a field "name" already/), expect.any(TypeError)]);
    const { output } = await played(unpivot<any, string>(['value']), [{ value: 1 }]);
    expect(output).toEqual([{ name: 'value', value: 1 }]);
  });

  test.each([
    ['no columns', [], {}],
    ['a column twice', ['a', 'a'], {}],
    ['one name for both', ['a'], { name: 'x', value: 'x' }],
    ['what is no list', 'a', {}],
  ])('refuses %s', (_what, columns, options) => {
    expect(() => unpivot(columns as never, options)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS' }),
    );
  });
});
