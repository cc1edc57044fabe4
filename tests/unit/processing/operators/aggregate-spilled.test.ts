import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import type { Aggregate } from '../../../../src/interfaces/aggregate.ts';
import type { DuplexContext, DuplexOperator, Operator } from '../../../../src/interfaces/operator.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { aggregateBy } from '../../../../src/processing/operators/aggregate-by.ts';
import { aggregateSpilled } from '../../../../src/processing/operators/aggregate-spilled.ts';
import { count } from '../../../../src/processing/operators/aggregates/count.ts';
import { countDistinct } from '../../../../src/processing/operators/aggregates/count-distinct.ts';
import { first } from '../../../../src/processing/operators/aggregates/first.ts';
import { last } from '../../../../src/processing/operators/aggregates/last.ts';
import { list } from '../../../../src/processing/operators/aggregates/list.ts';
import { max } from '../../../../src/processing/operators/aggregates/max.ts';
import { quantile } from '../../../../src/processing/operators/aggregates/quantile.ts';
import { sum } from '../../../../src/processing/operators/aggregates/sum.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { MemoryBudget } from '../../../../src/processing/runtime/spill/memory-budget.ts';
import type { SpillFolder } from '../../../../src/processing/runtime/spill/spill-folder.ts';
import { run, start } from '../../../../src/start.ts';
import { DISK_FAILURES, expectDiskFailure } from '../runtime/faulty-spill.ts';
import { LEAST, spillingFolder } from '../runtime/spilling-folder.ts';

const { folder, options } = spillingFolder();

interface Order {
  readonly user: unknown;
  readonly amount: number;
}

const orders = (records: number, keys: number): Order[] =>
  Array.from({ length: records }, (_, n) => ({ user: `user ${(n * 7919) % keys}`, amount: n % 1000 }));

const userOf = (order: Order) => order.user;

const aggregates = () => ({
  n: count<Order>(),
  total: sum<Order>('amount'),
  most: max<Order>('amount'),
  first: first<Order>('amount'),
  last: last<Order>('amount'),
  p50: quantile<Order>('amount', 0.5),
  users: countDistinct<Order>('amount'),
});

const byKey = (results: readonly { readonly key: unknown }[]) =>
  results.toSorted((a, b) => (String(a.key) < String(b.key) ? -1 : 1));

async function results<A, B>(input: readonly A[], operator: Operator<A, B>) {
  const out = toArray<B>();
  const summary = await run(pipeline('grouped', from(input).pipe(operator).to(out)), options);
  return { records: out.records, summary };
}

function bare(spill: SpillFolder) {
  const memory = new MemoryBudget(LEAST).account('aggregate');
  const context = { node: 'aggregate', memory, spill, emit: async () => {}, cancelled: false };
  const operator = aggregateSpilled(userOf, aggregates()) as DuplexOperator<Order, unknown>;
  return { logic: operator.create(context as unknown as DuplexContext<unknown>), memory };
}

describe('more keys than memory holds', () => {
  test.each([
    [100, 10, false],
    [3000, 1000, true],
    [6000, 6000, true],
    [8000, 2000, true],
  ])('%i records of %i keys come to the same as in memory', async (records, keys, spills) => {
    const input = orders(records, keys);
    const kept = await results(input, aggregateBy(userOf, aggregates()));
    const { records: spilled, summary } = await results(input, aggregateSpilled(userOf, aggregates()));
    expect(byKey(spilled)).toEqual(byKey(kept.records));
    expect(summary.held!.peak).toBeLessThanOrEqual(LEAST);
    expect(summary.held!.spilled > 0).toBe(spills);
    expect(summary.balance.closed).toBe(true);
  });

  test('whatever the keys are', async () => {
    const key = fc.oneof(
      fc.integer(),
      fc.string(),
      fc.boolean(),
      fc.constantFrom(null, undefined, Number.NaN, 1n),
      fc.date(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(key, { maxLength: 50 }), async (keys) => {
        const input = keys.flatMap((user) => [
          { user, amount: 1 },
          { user, amount: 2 },
        ]);
        // Many more keys, so that those of interest have been on the disk.
        const all = [...input, ...orders(1500, 1500), ...input];
        const how = { n: count<Order>(), total: sum<Order>('amount') };
        const kept = await results(all, aggregateBy(userOf, how));
        const spilled = await results(all, aggregateSpilled(userOf, how));
        const shown = ({ records }: typeof kept) =>
          records
            .map((one) => JSON.stringify([typeof one.key, String(one.key), one.n, one.total]))
            .toSorted();
        expect(shown(spilled)).toEqual(shown(kept));
      }),
      { numRuns: 5 },
    );
  });

  test('in the same order each time', async () => {
    const input = orders(5000, 3000);
    const once = await results(input, aggregateSpilled(userOf, { n: count() }));
    const again = await results(input, aggregateSpilled(userOf, { n: count() }));
    expect(once.records).toEqual(again.records);
  });

  test('accumulators that grow are merged with the earlier before the later', async () => {
    const input = Array.from({ length: 20_000 }, (_, n) => ({ user: n % 40, amount: n }));
    const { records, summary } = await results(
      input,
      aggregateSpilled(userOf, { all: list<Order>('amount', { max: 1000 }) }),
    );
    const expected = Array.from({ length: 40 }, (_, key) => ({
      key,
      all: Array.from({ length: 500 }, (_, n) => key + 40 * n),
    }));
    expect(records.toSorted((a, b) => Number(a.key) - Number(b.key))).toEqual(expected);
    expect(summary.held!.spilled).toBeGreaterThan(0);
  });
});

describe('state beyond the memory', () => {
  test('is an error where nothing may spill', async () => {
    const flow = (spill: boolean) =>
      from(orders(3000, 3000)).pipe(aggregateSpilled(userOf, aggregates(), { spill }));
    const kept = run(pipeline('kept', flow(false).to(toArray())), options);
    await expect(kept).rejects.toMatchObject({
      code: 'ERR_MEMORY',
      message:
        'Cannot hold more keys than fit in "aggregate": the memory of the pipeline is 65.5 kB, and spilling is off',
    });
    const off = run(pipeline('off', flow(true).to(toArray())), { ...options, spill: false });
    await expect(off).rejects.toMatchObject({ code: 'ERR_MEMORY' });
  });

  test('is an error when one key alone is too large, and the run does not go on for ever', async () => {
    const input = Array.from({ length: 20_000 }, (_, n) => ({ user: 'one', amount: n + 0.5 }));
    const all = list<Order>('amount', { max: 100_000 });
    await expect(results(input, aggregateSpilled(userOf, { all }))).rejects.toMatchObject({
      code: 'ERR_MEMORY',
      message: expect.stringMatching(/^Cannot hold a (key whose accumulators|block)/),
    });
  });
});

describe('ends that leave nothing on the disk', () => {
  test('downstream has enough', async () => {
    const out = toArray();
    const flow = from(orders(5000, 5000)).pipe(aggregateSpilled(userOf, aggregates()), take(3));
    const { balance } = await run(pipeline('few', flow.to(out)), options);
    expect(out.records.length).toBe(3);
    expect(balance.closed).toBe(true);
  });

  test('a record fails, and is named', async () => {
    const input = [...orders(3000, 3000), { user: {}, amount: 1 }];
    await expect(results(input, aggregateSpilled(userOf, aggregates()))).rejects.toMatchObject({
      code: 'ERR_KEY',
      message: expect.stringMatching(/^Cannot aggregate .+ record 3001 in "aggregate"/),
      origin: { record: 3001 },
    });
  });

  test('an aggregate fails while groups are merged', async () => {
    const faulty: Aggregate<Order, number, number> = {
      name: 'faulty',
      create: () => 0,
      add: (n) => n + 1,
      merge: () => {
        throw new Error('cannot merge');
      },
      result: (n) => n,
    };
    await expect(results(orders(9000, 3000), aggregateSpilled(userOf, { faulty }))).rejects.toMatchObject({
      code: 'ERR_CALLBACK',
      message: 'Cannot aggregate in "aggregate": cannot merge',
    });
  });

  test('the run is aborted', async () => {
    let seen = 0;
    const key = (order: Order): unknown => {
      if (++seen === 4000) void live.abort();
      return order.user;
    };
    const flow = from(orders(9000, 9000)).pipe(aggregateSpilled(key, aggregates()));
    const live = start(pipeline('aborted', flow.to(toArray())), options);
    await expect(live.done).rejects.toMatchObject({ code: 'ERR_ABORTED', secondary: [] });
  });

  test.each(DISK_FAILURES)('the disk fails: %s %i', async (...failure) => {
    await expectDiskFailure(folder, failure, bare, async (logic) => {
      await logic.write(orders(5000, 5000));
      await logic.end();
    });
  });
});

test.each([
  [() => aggregateSpilled(5 as never, { n: count() })],
  [() => aggregateSpilled(userOf, {})],
  [() => aggregateSpilled(userOf, { key: count() })],
  [() => aggregateSpilled(userOf, { n: 5 as never })],
  [() => aggregateSpilled(userOf, { n: count() }, { spill: 1 } as never)],
])('wrong arguments are refused: %#', (make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
});
