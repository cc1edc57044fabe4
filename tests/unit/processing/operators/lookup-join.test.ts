import { describe, expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import type { Operator } from '../../../../src/interfaces/operator.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { lookupJoin } from '../../../../src/processing/operators/enrich/lookup-join.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { start } from '../../../../src/start.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';

interface Order {
  readonly id: number;
  readonly of: string;
}

const ORDERS: readonly Order[] = [
  { id: 1, of: 'a' },
  { id: 2, of: 'x' },
  { id: 3, of: 'b' },
];
const ROWS = [
  { code: 'a', name: 'A' },
  { code: 'b', name: 'B' },
];
const keys = { key: (order: Order) => order.of, tableKey: (row: (typeof ROWS)[number]) => row.code };
const names = {
  ...keys,
  merge: (order: Order, row: (typeof ROWS)[number] | undefined) => `${order.id}${row?.name}`,
};

async function through<B>(operator: Operator<Order, B>, records: Iterable<Order> = ORDERS) {
  const out = toArray<B>();
  const { balance } = await start(pipeline('x', from(records).pipe(operator).to(out))).done;
  expect(balance.closed).toBe(true);
  return out.records;
}

describe('lookupJoin', () => {
  async function* slowly() {
    for (const row of ROWS) {
      await turns(1);
      yield row;
    }
  }

  test.each<readonly [string, () => Parameters<typeof lookupJoin<Order, (typeof ROWS)[number], string>>[0]]>([
    ['an array', () => ROWS],
    ['an async iterable', slowly],
    ['a function', () => () => ROWS],
    ['an asynchronous function', () => async () => slowly()],
    ['a flow', () => from(ROWS)],
  ])('finds rows in %s, and keeps records that have none', async (_kind, table) => {
    expect(await through(lookupJoin(table(), names))).toEqual(['1A', '2undefined', '3B']);
  });

  test('adds the fields of the row, drops records without one, or refuses them', async () => {
    expect(await through(lookupJoin(ROWS, { ...keys, missing: 'drop' }))).toEqual([
      { id: 1, of: 'a', code: 'a', name: 'A' },
      { id: 3, of: 'b', code: 'b', name: 'B' },
    ]);
    await expect(through(lookupJoin(ROWS, { ...keys, missing: 'fail' }))).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      origin: { record: 2 },
    });
    expect(await through(lookupJoin(ROWS, { ...keys, missing: 'fail', onError: skip() }))).toHaveLength(2);
  });

  test('reads the table once for all records, and not at all for none', async () => {
    let reads = 0;
    const table = () => {
      reads++;
      return ROWS;
    };
    await through(lookupJoin(table, names), []);
    expect(reads).toBe(0);
    await through(lookupJoin(table, names));
    expect(reads).toBe(1);
  });

  test('reads it again when it is too old, while the old one serves', async () => {
    const clock = virtualClock();
    let version = 0;
    const table = async () => {
      version++;
      const name = `v${version}`;
      return [{ code: 'a', name }];
    };
    const order = { id: 1, of: 'a' };
    async function* later() {
      yield order;
      await clock.advance(59_000);
      yield order;
      await clock.advance(2000);
      yield order;
      await turns(5);
      yield order;
    }
    const out = toArray<string>();
    const operator = lookupJoin(table, { ...names, refresh: '1m' });
    await start(pipeline('x', from(later()).pipe(operator).to(out)), { clock }).done;
    expect(out.records).toEqual(['1v1', '1v1', '1v1', '1v2']);
  });

  test('a table that cannot be read fails the records that wait for it', async () => {
    const broken = () => {
      throw new Error('no table');
    };
    await expect(through(lookupJoin(broken, names))).rejects.toMatchObject({
      message: expect.stringContaining('no table'),
    });
    await expect(through(lookupJoin(5 as never, names))).rejects.toThrow('5 has no rows');
    expect(await through(lookupJoin(broken, { ...names, onError: skip() }))).toEqual([]);
    const rows = Array.from({ length: 5 }, (_, n) => ({ code: String(n), name: '' }));
    await expect(through(lookupJoin(rows, { ...names, maxRows: 4 }))).rejects.toMatchObject({
      code: 'ERR_LIMIT',
    });
  });

  test.each([
    ['told to whoever asks to be', true],
    ['is a failure of the record that finds out', false],
  ])('a table that cannot be read again is %s', async (_how, told) => {
    const clock = virtualClock();
    let reads = 0;
    const table = () => {
      reads++;
      if (reads > 1) throw new Error('gone');
      return ROWS;
    };
    async function* later() {
      yield ORDERS[0]!;
      await clock.advance(61_000);
      yield ORDERS[0]!;
      await turns(5);
      yield ORDERS[0]!;
      yield ORDERS[0]!;
    }
    const errors: unknown[] = [];
    const onRefreshError = (error: unknown) => void errors.push(error);
    const operator = lookupJoin(table, {
      ...names,
      refresh: '1m',
      onError: skip(),
      ...(told && { onRefreshError }),
    });
    const out = toArray<string>();
    const live = start(pipeline('x', from(later()).pipe(operator).to(out)), { clock });
    const { balance } = await live.done;
    expect(balance).toMatchObject({ closed: true, skipped: told ? 0 : 1, written: told ? 4 : 3 });
    expect(errors).toHaveLength(told ? 1 : 0);
  });

  test('lets go of a table that never ends when the run is aborted', async () => {
    let closed = false;
    const table = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        async return() {
          closed = true;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const live = start(
      pipeline(
        'x',
        from(ORDERS)
          .pipe(lookupJoin(table, names as never))
          .to(toArray()),
      ),
    );
    await turns(5);
    await live.abort(new Error('enough'));
    await expect(live.done).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(closed).toBe(true);
  });

  test.each([{ maxRows: 0 }, { refresh: 'now' }, { key: 'of' }, { keyy: 1 }])('refuses %j', (wrong) => {
    expect(() => lookupJoin(ROWS, { ...names, ...wrong } as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS' }),
    );
  });
});
