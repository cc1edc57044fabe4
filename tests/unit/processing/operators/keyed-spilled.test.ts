import { expect, test } from 'vitest';
import { count, from, pipeline, run, sum, toArray } from '../../../../src/index.ts';

const RECORDS = Array.from({ length: 50_000 }, (_, n) => ({ user: `user ${n % 20_000}`, amount: n }));

test('keyBy().aggregate({ … }, { spill: true }) gives what it gives in memory, with less of it', async () => {
  const outcome = async (options?: { readonly spill: true }) => {
    const out = toArray<{ readonly key: string; readonly n: number; readonly total: number }>();
    const keyed = from(RECORDS).keyBy(({ user }) => user);
    const flow = keyed.aggregate({ n: count(), total: sum('amount') }, options);
    const { held, balance } = await run(pipeline('x', flow.to(out), { memory: '1 MiB' }));
    expect(balance.closed).toBe(true);
    return { held, records: out.records.toSorted((one, other) => (one.key < other.key ? -1 : 1)) };
  };
  const [inMemory, spilled] = [await outcome(), await outcome({ spill: true })];
  expect(spilled.records).toEqual(inMemory.records);
  expect(spilled.held!.spilled).toBeGreaterThan(0);
  expect(spilled.held!.peak).toBeLessThanOrEqual(2 ** 20);
});

test('spill goes with no other option, and is true', () => {
  const keyed = from(RECORDS).keyBy(({ user }) => user);
  for (const options of [{ spill: true, maxKeys: 3 }, { spill: 'yes' }]) {
    expect(() => keyed.aggregate({ n: count() }, options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS' }),
    );
  }
});
