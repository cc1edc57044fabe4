import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { from, readFrom } from '../../../../src/from.ts';
import type { DuplexContext, DuplexOperator } from '../../../../src/interfaces/operator.ts';
import type { Signal } from '../../../../src/interfaces/signal.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { type DistinctOptions, distinct } from '../../../../src/processing/operators/distinct.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { MemoryBudget } from '../../../../src/processing/runtime/spill/memory-budget.ts';
import { SpillFolder } from '../../../../src/processing/runtime/spill/spill-folder.ts';
import { run, start } from '../../../../src/start.ts';
import { DISK_FAILURES, expectDiskFailure } from '../runtime/faulty-spill.ts';
import { barrier, scripted, watermark } from '../runtime/scripted-reader.ts';
import { LEAST, spillingFolder } from '../runtime/spilling-folder.ts';

const { folder, options } = spillingFolder();

interface Order {
  readonly n: number;
  readonly user: unknown;
}

const orders = (records: number, keys: number): Order[] =>
  Array.from({ length: records }, (_, n) => ({ n, user: `user ${(n * 7919) % keys}` }));

const userOf = ({ user }: Order) => user;

async function told(
  input: readonly Order[],
  how: DistinctOptions<Order>,
  size = 500,
  state: object = options,
) {
  const batches = Array.from({ length: Math.ceil(input.length / size) }, (_, n) =>
    input.slice(n * size, (n + 1) * size),
  );
  const out = toArray<Order>();
  const flow = readFrom(scripted(batches)).pipe(distinct(how));
  const summary = await run(pipeline('told', flow.to(out)), state);
  expect(summary.balance).toMatchObject({ closed: true, filtered: input.length - out.records.length });
  return { records: out.records, held: summary.held };
}

/** The first record of each key, by a table. */
function firsts(input: readonly Order[]): readonly Order[] {
  return [...Map.groupBy(input, ({ user }) => String(user)).values()].map(([first]) => first!);
}

const inOrder = (records: readonly Order[]) => records.toSorted((a, b) => a.n - b.n);

function bare(spill: SpillFolder) {
  const log: unknown[] = [];
  const memory = new MemoryBudget(LEAST).account('distinct');
  const operator = distinct({ key: userOf, spill: true }) as DuplexOperator<Order, Order>;
  const logic = operator.create({
    node: 'distinct',
    memory,
    spill,
    cancelled: false,
    emit: async (records: readonly Order[]) => void log.push(...records.map(({ n }) => n)),
    forward: async (signal: Signal) => void log.push(signal),
  } as unknown as DuplexContext<Order>);
  return { logic, log, memory };
}

describe('more keys than memory holds', () => {
  test.each([
    [500, 100, false],
    [2000, 2000, true],
    [9000, 3000, true],
    [40_000, 20_000, true],
  ])('of %i records with %i keys the first of each comes, once', async (records, keys, spills) => {
    const input = orders(records, keys);
    const { records: found, held } = await told(input, { key: userOf, spill: true });
    expect(inOrder(found)).toEqual(firsts(input));
    expect(held!.peak).toBeLessThanOrEqual(LEAST);
    expect(held!.spilled > 0).toBe(spills);
  });

  test('whatever the keys, the batches and the memory', async () => {
    const key = fc.oneof(
      fc.integer({ min: 0, max: 2000 }),
      fc.string({ maxLength: 3 }),
      fc.constantFrom(null, undefined, 1n, Number.NaN),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(key, { minLength: 1, maxLength: 60 }),
        fc.constantFrom(1, 60, 3000),
        fc.constantFrom(0, 1500, 6000),
        fc.constantFrom(LEAST, 256 * 1024),
        async (keys, size, more, memory) => {
          const few = keys.map((user) => ({ n: 0, user }));
          const input = [...few, ...orders(more, more), ...few, ...orders(more, more)].map(({ user }, n) => ({
            n,
            user,
          }));
          const wanted = [...new Map(input.toReversed().map((one) => [one.user, one] as const)).values()];
          const { records } = await told(input, { key: userOf, spill: true }, size, { ...options, memory });
          expect(inOrder(records)).toEqual(inOrder(wanted));
        },
      ),
      { numRuns: 25, seed: 3 },
    );
  });

  test('records come at once as long as keys fit, later ones with keys in memory not at all, the rest at the end', async () => {
    const spill = new SpillFolder(folder);
    const { logic, log } = bare(spill);
    await logic.write(orders(2000, 2000));
    const early = log.length;
    expect(log).toEqual(Array.from({ length: early }, (_, n) => n));
    expect(early).toBeGreaterThan(100);
    expect(early).toBeLessThan(2000);
    const written = spill.written;
    await logic.write(orders(early, 2000));
    expect([log.length, spill.written]).toEqual([early, written]);
    expect(logic.held).toBe(2000 - early);
    await logic.end();
    expect(log).toHaveLength(2000);
    expect(logic.held).toBe(0);
    await spill.close();
  });

  test('event time goes on at once while nothing waits, then behind the last record', async () => {
    const spill = new SpillFolder(folder);
    const { logic, log } = bare(spill);
    await logic.write(orders(1, 1));
    await logic.signal!(watermark(1));
    expect(log).toEqual([0, watermark(1)]);
    await logic.write(orders(2000, 2000));
    await logic.signal!(watermark(2));
    await logic.signal!(barrier(1));
    expect(log.at(-1)).toEqual(barrier(1));
    await logic.end();
    expect(log.at(-1)).toEqual(watermark(2));
    await spill.close();
  });

  test('without a key, records are told apart by themselves', async () => {
    const out = toArray<string>();
    const texts = orders(5000, 1500).map(({ user }) => String(user));
    await run(
      pipeline(
        'texts',
        from(texts)
          .pipe(distinct({ spill: true }))
          .to(out),
      ),
      options,
    );
    expect(out.records.toSorted()).toEqual([...new Set(texts)].toSorted());
  });
});

describe('state beyond the memory', () => {
  test('is an error where nothing may spill', async () => {
    await expect(told(orders(3000, 3000), { key: userOf, spill: false })).rejects.toMatchObject({
      code: 'ERR_MEMORY',
      message:
        'Cannot hold more keys than fit in "distinct": the memory of the pipeline is 65.5 kB, and spilling is off',
    });
    const off = told(orders(3000, 3000), { key: userOf, spill: true }, 500, { ...options, spill: false });
    await expect(off).rejects.toMatchObject({ code: 'ERR_MEMORY' });
  });

  test('is an error when one key alone is too large', async () => {
    const input = [{ n: 0, user: 'x'.repeat(100_000) }];
    await expect(told(input, { key: userOf, spill: true })).rejects.toMatchObject({
      code: 'ERR_MEMORY',
      message: expect.stringMatching(/^Cannot hold a key in "distinct"/),
    });
  });
});

describe('ends that leave nothing on the disk', () => {
  test.each([3, 1900])('downstream has enough after %i', async (enough) => {
    const out = toArray();
    const flow = from(orders(2000, 2000)).pipe(distinct({ key: userOf, spill: true }), take(enough));
    const { balance } = await run(pipeline('few', flow.to(out)), options);
    expect(out.records).toHaveLength(enough);
    expect(balance).toMatchObject({ closed: true, gaps: [] });
  });

  test.each([100, 3000])('the key of record %i fails, and the record is named', async (at) => {
    const input = orders(3001, 3001).map((one) => (one.n === at ? { ...one, user: {} } : one));
    await expect(told(input, { key: userOf, spill: true })).rejects.toMatchObject({
      code: 'ERR_KEY',
      message: expect.stringMatching(new RegExp(`^Cannot compare .+ record ${at + 1} in "distinct"`)),
      origin: { record: at + 1 },
    });
  });

  test('a record cannot be written', async () => {
    const input = orders(3000, 3000).map((one) => ({ ...one, f: () => one }));
    await expect(told(input, { key: userOf, spill: true })).rejects.toMatchObject({ code: 'ERR_ENCODE' });
  });

  test('the run is aborted', async () => {
    let seen = 0;
    const key = ({ user }: Order): unknown => {
      if (++seen === 2500) void live.abort();
      return user;
    };
    const flow = from(orders(5000, 5000)).pipe(distinct({ key, spill: true }));
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
  { spill: 1 },
  { spill: true, max: 5 },
  { spill: true, last: 5 },
  { spill: false, onError: skip() },
])('refuses %j', (wrong) => {
  expect(() => distinct(wrong as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
});
