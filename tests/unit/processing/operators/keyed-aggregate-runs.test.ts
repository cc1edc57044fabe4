import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { aggregate } from '../../../../src/processing/operators/aggregate.ts';
import { aggregateBy } from '../../../../src/processing/operators/aggregate-by.ts';
import { count } from '../../../../src/processing/operators/aggregates/count.ts';
import { sum } from '../../../../src/processing/operators/aggregates/sum.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { run } from '../../../../src/start.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';

type Row = { k?: any };

test('a process that forbids generated code aggregates all the same', () => {
  const door = join(import.meta.dirname, '../../../../src/index.ts');
  const script = `
    const { count, from, sum } = await import(${JSON.stringify(door)});
    const flow = from([{ k: 'a', v: 1 }, { k: 'a', v: 2 }]).keyBy((row) => row.k).aggregate({ n: count(), total: sum('v') });
    for await (const result of flow) console.log(JSON.stringify(result));`;
  const flags = ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', script];
  expect(execFileSync(process.execPath, flags, { encoding: 'utf8' })).toBe('{"key":"a","n":2,"total":3}\n');
});

describe('in a run,', () => {
  const sales = [
    { shop: 'a', amount: 1 },
    { shop: 'b', amount: 'broken' as never as number },
    { shop: 'a', amount: 2 },
  ];

  test('a value that does not fit names the record and the aggregate', async () => {
    const totals = from(sales)
      .keyBy((sale) => sale.shop)
      .aggregate({ total: sum('amount') });
    await expect(run(pipeline('p', totals.to(toArray())))).rejects.toMatchObject({
      code: 'ERR_CALLBACK',
      message: expect.stringMatching(
        /^Cannot process array \(3 records\) record 2 in "aggregate" .*: sum\("amount"\) cannot take "broken": it is no number$/,
      ),
      hint: expect.stringContaining('Convert'),
    });
  });

  test('skip() goes on without the record, and the balance closes', async () => {
    const out = toArray<unknown>();
    const totals = from(sales)
      .keyBy((sale) => sale.shop)
      .aggregate({ n: count(), total: sum('amount') }, { onError: skip() });
    const { balance } = await run(pipeline('p', totals.to(out)));
    expect(balance).toMatchObject({ closed: true, read: 3, skipped: 1, written: 1 });
    expect(out.records).toEqual([{ key: 'a', n: 2, total: 3 }]);
  });
});

test.each([
  ['no aggregates', {}],
  ['a function that was not called', { n: count }],
  ['a name for one', { n: 'count' }],
  ['one of the user without its parts', { n: { name: 'own' } }],
  ['nothing at all', undefined],
])('%s are refused', (_what, aggregates) => {
  const wrong = expect.objectContaining({ code: 'ERR_OPTIONS' });
  expect(() => aggregate(aggregates as never)).toThrow(wrong);
  expect(() => aggregateBy(({ k }: Row) => k, aggregates as never)).toThrow(wrong);
});

test('an aggregate called like the key is refused, and so are wrong options', () => {
  const wrong = expect.objectContaining({ code: 'ERR_OPTIONS' });
  expect(() => aggregateBy(({ k }: Row) => k, { key: count() })).toThrow(wrong);
  expect(() => aggregateBy(({ k }: Row) => k, { n: count() }, { maxKeys: 0 })).toThrow(wrong);
  expect(() => aggregateBy(({ k }: Row) => k, { n: count() }, { maxkeys: 1 } as never)).toThrow(/maxkeys/);
  expect(() => aggregateBy('k' as never, { n: count() })).toThrow(wrong);
});

test('an aggregate that is a plain object of the user is watched like a defined one', async () => {
  const late = { name: 'late', create: () => 0, add: async () => 1, merge: () => 0, result: () => 0 };
  const operator = aggregate({ late: late as never });
  expect(operator.detail).toBe('late: late');
  await expect(probeOperator(operator).feed([{}])).rejects.toMatchObject({ code: 'ERR_CALLBACK' });
});
