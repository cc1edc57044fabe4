import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ColumnType } from '../../../../src/core/column-types.ts';
import { csv, from, pipeline, run, skip, toArray } from '../../../../src/index.ts';
import { cast } from '../../../../src/processing/operators/cast.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';

async function castOne(value: unknown, type: ColumnType, options = {}): Promise<unknown> {
  const probe = probeOperator(cast<{ v: unknown }, { v: ColumnType }>({ v: type }, options));
  await probe.feed([{ v: value }]);
  return (probe.output[0] as { v: unknown }).v;
}

const day = new Date('2025-01-31T00:00:00Z');

describe('cast makes', () => {
  test.each<[unknown, ColumnType, unknown]>([
    ['-12', 'int', -12],
    ['.5', 'float', 0.5],
    ['12345678901234567890', 'bigint', 12345678901234567890n],
    ['yes', 'boolean', true],
    ['2025-01-31', 'date', day],
    ['{"a":1}', 'json', { a: 1 }],
    ['', 'string', ''],
    [7, 'int', 7],
    [7, 'bigint', 7n],
    [7n, 'int', 7],
    [7.5, 'string', '7.5'],
    [1, 'boolean', true],
    [false, 'string', 'false'],
    [day, 'date', day],
    [day, 'string', '2025-01-31T00:00:00.000Z'],
    [[1], 'json', [1]],
    ...(['int', 'float', 'bigint', 'boolean', 'date', 'json'] as const).map(
      (type) => ['', type, null] as const,
    ),
    [null, 'int', null],
    [undefined, 'string', null],
  ] as [unknown, ColumnType, unknown][])('of %o as %s: %o', async (value, type, expected) => {
    expect(await castOne(value, type)).toEqual(expected);
  });

  test('of blanks and of texts for nothing what it is told to', async () => {
    expect(await castOne(' 7 ', 'int', { trim: true })).toBe(7);
    expect(await castOne('n/a', 'float', { nulls: ['n/a'] })).toBe(null);
    expect(await castOne('n/a', 'string', { nulls: ['n/a'] })).toBe(null);
  });
});

describe('cast fails rather than to lose a part, on', () => {
  test.each<[unknown, ColumnType]>([
    ['007', 'int'],
    ['1.5', 'int'],
    [1.5, 'int'],
    [2 ** 53, 'int'],
    [Number.NaN, 'float'],
    [Number.POSITIVE_INFINITY, 'float'],
    ['1,5', 'float'],
    ['maybe', 'boolean'],
    [2, 'boolean'],
    [true, 'int'],
    ['2025-02-30', 'date'],
    [1738281600000, 'date'],
    [new Date(Number.NaN), 'date'],
    [new Date(Number.NaN), 'string'],
    [{}, 'int'],
    [{}, 'string'],
    [() => 1, 'json'],
    [Symbol('s'), 'string'],
  ])('%o as %s', async (value, type) => {
    await expect(castOne(value, type)).rejects.toMatchObject({
      code: 'ERR_VALIDATION',
      details: { issues: [{ path: 'v', message: expect.stringContaining(`not of the type ${type}`) }] },
    });
  });

  test('several fields of a record, and names them all', async () => {
    const probe = probeOperator(
      cast<{ a: string; b: string; c: string }, { a: 'int'; b: 'int'; c: 'date' }>({
        a: 'int',
        b: 'int',
        c: 'date',
      }),
    );
    await expect(probe.feed([{ a: '007', b: '1', c: 'soon' }])).rejects.toMatchObject({
      message: 'a: "007" is not of the type int (and 1 more)',
      hint: expect.stringContaining('zero in front'),
      details: { issues: [{ path: 'a' }, { path: 'c' }] },
    });
  });
});

test('cast takes texts as csv.read takes those of the same types', async () => {
  const types = { i: 'int', f: 'float', g: 'bigint', b: 'boolean', d: 'date', j: 'json' } as const;
  const folder = mkdtempSync(join(tmpdir(), 'millrace-cast-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'typed.csv');
  writeFileSync(file, 'i,f,g,b,d,j\n1,-2.5,3,t,2025-01-31,[1]\n,,,,,\n');
  const [typed, made] = [toArray<unknown>(), toArray<unknown>()];
  await run(pipeline('typed', csv.read(file, { types }).to(typed)));
  await run(pipeline('cast', csv.read(file).pipe(cast(types)).to(made)));
  expect(made.records).toEqual(typed.records);
  expect(made.records[0]).toEqual({ i: 1, f: -2.5, g: 3n, b: true, d: day, j: [1] });
});

test('cast leaves a bad record to the policy, and the others go on', async () => {
  const out = toArray<unknown>();
  const flow = from([{ n: '1' }, { n: 'x' }, { n: '3' }]).pipe(cast({ n: 'int' }, { onError: skip() }));
  const { balance } = await run(pipeline('p', flow.to(out)));
  expect(out.records).toEqual([{ n: 1 }, { n: 3 }]);
  expect(balance).toMatchObject({ skipped: 1, closed: true });
});

test.each([undefined, {}, { a: 'integer' }, { a: 7 }, 'a'])('cast refuses %j for its types', (types) => {
  expect(() => cast(types as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
});
