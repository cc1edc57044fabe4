import { describe, expect, test } from 'vitest';
import type { Operator } from '../../../../src/interfaces/operator.ts';
import { rename } from '../../../../src/processing/operators/rename.ts';
import { select } from '../../../../src/processing/operators/select.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';

async function through<A, B>(operator: Operator<A, B>, records: readonly A[]): Promise<readonly B[]> {
  const probe = probeOperator(operator);
  await probe.feed(records);
  return probe.output;
}

const wrong = expect.objectContaining({ code: 'ERR_OPTIONS' });

describe('select', () => {
  test('gives the columns in the order in which they are named', async () => {
    const [row] = await through(select<{ a: number; b: number; c: number }, 'c' | 'a'>('c', 'a'), [
      { a: 1, b: 2, c: 3 },
    ]);
    expect(Object.entries(row!)).toEqual([
      ['c', 3],
      ['a', 1],
    ]);
  });

  test('gives every record the same keys, also where it lacks a column', async () => {
    const rows = await through(select<{ a: number; b?: number }, 'a' | 'b'>('a', 'b'), [{ a: 1 }]);
    expect(rows.map((row) => Object.keys(row))).toEqual([['a', 'b']]);
  });

  test('takes what objects inherit for a column that is not there', async () => {
    const rows = await through(select<Record<string, unknown>, string>('constructor', 'a'), [{ a: 1 }]);
    expect(rows).toEqual([{ constructor: undefined, a: 1 }]);
  });

  test('lists its columns in descriptions', () => {
    expect(select<{ id: 1; qty: 2 }, 'id' | 'qty'>('id', 'qty').detail).toBe('id, qty');
  });

  test('refuses no columns, a column twice, and what is not a name', () => {
    expect(() => select()).toThrow(wrong);
    expect(() => select<{ a: 1 }, 'a'>('a', 'a')).toThrow(/"a" is named twice/);
    expect(() => select(['a'] as never)).toThrow(wrong);
  });
});

describe('rename', () => {
  test('keeps the other columns and the order, and leaves the record itself alone', async () => {
    const record = { ID: 1, qty: 2, PRICE: 3 };
    const [row] = await through(
      rename<typeof record, { ID: 'id'; PRICE: 'price' }>({ ID: 'id', PRICE: 'price' }),
      [record],
    );
    expect(Object.entries(row!)).toEqual([
      ['id', 1],
      ['qty', 2],
      ['price', 3],
    ]);
    expect(record).toEqual({ ID: 1, qty: 2, PRICE: 3 });
  });

  test('can swap two columns', async () => {
    expect(
      await through(rename<{ a: 1; b: 2 }, { a: 'b'; b: 'a' }>({ a: 'b', b: 'a' }), [{ a: 1, b: 2 }]),
    ).toEqual([{ b: 1, a: 2 }]);
  });

  test('follows records whose columns change from one to the next', async () => {
    const rows = await through(rename<Record<string, number>, { a: string }>({ a: 'z' }), [
      { a: 1 },
      { b: 2, a: 1 },
      { b: 2 },
      {},
      { a: 3 },
    ]);
    expect(rows).toEqual([{ z: 1 }, { b: 2, z: 1 }, { b: 2 }, {}, { z: 3 }]);
  });

  test('stays right when every record has columns of its own', async () => {
    const records = Array.from({ length: 300 }, (_, n) => ({ a: n, [`k${n}`]: n }));
    const rows = await through(rename<Record<string, number>, { a: string }>({ a: 'z' }), [
      ...records,
      ...records,
    ]);
    expect(rows).toEqual([...records, ...records].map(({ a, ...rest }) => ({ z: a, ...rest })));
  });

  test('fails a record in which the new name would hide another column', async () => {
    await expect(
      through(rename<{ a: 1; b: 2 }, { a: 'b' }>({ a: 'b' }), [{ a: 1, b: 2 }]),
    ).rejects.toMatchObject({
      code: 'ERR_CALLBACK',
      message: expect.stringContaining('"b"'),
    });
  });

  test('refuses no names, one name for two columns, and names that are no text', () => {
    expect(() => rename({})).toThrow(wrong);
    expect(() => rename<{ a: 1; b: 2 }, { a: 'c'; b: 'c' }>({ a: 'c', b: 'c' })).toThrow(
      /"c" is given twice/,
    );
    expect(() => rename({ a: 1 } as never)).toThrow(wrong);
  });
});
