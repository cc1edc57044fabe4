import { describe, expect, test } from 'vitest';
import { flatten } from '../../../../src/processing/operators/flatten.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';

async function flat(record: unknown, options = {}): Promise<object> {
  const probe = probeOperator(flatten<unknown>(options));
  await probe.feed([record]);
  return probe.output[0]!;
}

describe('flatten', () => {
  test('makes one level of many, in the order of the fields', async () => {
    const made = await flat({ id: 1, user: { name: 'Ada', at: { city: 'London' } }, done: true });
    expect(Object.entries(made)).toEqual([
      ['id', 1],
      ['user.name', 'Ada'],
      ['user.at.city', 'London'],
      ['done', true],
    ]);
  });

  test('takes plain objects apart only: nothing else is lost', async () => {
    class Money {
      readonly cents = 1;
    }
    const leaves = {
      list: [{ a: 1 }],
      at: new Date(0),
      map: new Map(),
      money: new Money(),
      bytes: Buffer.of(1),
    };
    const made = await flat({
      in: leaves,
      none: null,
      not: undefined,
      bare: Object.assign(Object.create(null), { a: 1 }),
    });
    expect(made).toEqual({
      ...Object.fromEntries(Object.entries(leaves).map(([key, value]) => [`in.${key}`, value])),
      none: null,
      not: undefined,
      'bare.a': 1,
    });
  });

  test('keeps an empty object: a field must not disappear', async () => {
    expect(await flat({ a: {}, b: { c: {} } })).toEqual({ a: {}, 'b.c': {} });
  });

  test('leaves what is deeper than depth an object', async () => {
    expect(await flat({ a: { b: { c: 1 } } }, { depth: 1, separator: '/' })).toEqual({ 'a/b': { c: 1 } });
  });

  test('ends with a record that contains itself', async () => {
    const record: { n: number; self?: object } = { n: 1 };
    record.self = record;
    const made = await flat(record);
    expect(Object.keys(made)).toHaveLength(18);
  });

  test('pain: a record that grows without end fails before it fills memory', async () => {
    const record: { a?: object; b?: object } = {};
    record.a = record;
    record.b = record;
    await expect(flat(record, { depth: 1000 })).rejects.toMatchObject({
      code: 'ERR_LIMIT',
      details: { maxFields: 10_000 },
    });
    await expect(flat({ a: 1, b: 2 }, { maxFields: 1 })).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    expect(await flat({ a: 1, b: { c: 2 } }, { maxFields: 2 })).toEqual({ a: 1, 'b.c': 2 });
  });

  test('fails when two fields would get one name, rather than to lose one', async () => {
    await expect(flat({ 'a.b': 1, a: { b: 2 } })).rejects.toMatchObject({
      code: 'ERR_CALLBACK',
      message: expect.stringContaining('"a.b"'),
    });
  });

  test('takes names that mean something to JavaScript for names like others', async () => {
    const made = await flat(
      JSON.parse('{"__proto__":{"__proto__":{"admin":1}},"constructor":{"prototype":{"x":1}}}'),
    );
    expect(made).toEqual({ '__proto__.__proto__.admin': 1, 'constructor.prototype.x': 1 });
    const leaf = await flat(JSON.parse('{"__proto__":7,"toString":8}'));
    expect(Object.entries(leaf)).toEqual([
      ['__proto__', 7],
      ['toString', 8],
    ]);
    expect(Object.getPrototypeOf(leaf)).toBe(Object.prototype);
  });

  test.each([null, 7, [1]])('fails on %j, which has no fields', async (record) => {
    await expect(flat(record)).rejects.toMatchObject({ code: 'ERR_CALLBACK' });
  });

  test.each([
    { depth: 0 },
    { depth: 1.5 },
    { depth: 1001 },
    { separator: 7 },
    { maxFields: 0 },
    { sep: '.' },
  ])('refuses %j', (options) => {
    expect(() => flatten(options as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  });
});
