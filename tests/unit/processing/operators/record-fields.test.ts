import { describe, expect, test } from 'vitest';
import type { Operator } from '../../../../src/interfaces/operator.ts';
import { assign } from '../../../../src/processing/operators/assign.ts';
import { cast } from '../../../../src/processing/operators/cast.ts';
import { drop } from '../../../../src/processing/operators/drop.ts';
import { index } from '../../../../src/processing/operators/index.ts';
import { parseFields } from '../../../../src/processing/operators/parse-fields.ts';
import {
  type FieldMaker,
  fieldReader,
  fieldSetter,
} from '../../../../src/processing/operators/record-fields.ts';
import { stringifyFields } from '../../../../src/processing/operators/stringify-fields.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';

const wrong = expect.objectContaining({ code: 'ERR_OPTIONS' });

async function through<B>(operator: Operator<never, B>, ...input: readonly unknown[]): Promise<readonly B[]> {
  const probe = probeOperator(operator as Operator<unknown, B>);
  await probe.feed(input);
  await probe.end();
  probe.close();
  return probe.output;
}

describe.each([
  ['assign', assign({ a: 1 })],
  ['drop', drop<{ a: 1 }, 'a'>('a')],
  ['cast', cast<{ a: 1 }, { a: 'int' }>({ a: 'int' })],
  ['parseFields', parseFields<{ a: 1 }, 'a'>('a')],
  ['stringifyFields', stringifyFields<{ a: 1 }, 'a'>('a')],
  ['index', index()],
] as const)('%s', (_name, operator) => {
  test.each([null, undefined, 7, 'text', [1]])('fails on %j, which has no fields', async (record) => {
    await expect(through(operator as Operator<never, unknown>, record)).rejects.toMatchObject({
      code: 'ERR_CALLBACK',
      message: expect.stringContaining('has no named fields'),
    });
  });

  test('leaves the record that it was given as it was', async () => {
    const record = Object.freeze({ a: '1', b: 2 });
    await through(operator as Operator<never, unknown>, record);
    expect(record).toEqual({ a: '1', b: 2 });
  });

  test('takes __proto__ for a name like others', async () => {
    const record = JSON.parse('{"a":"1","__proto__":{"polluted":true}}');
    const [made] = (await through(operator as Operator<never, unknown>, record)) as [object];
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
    expect(Object.keys(made)).toContain('__proto__');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

describe('assign', () => {
  test('keeps the place of a field that is replaced, and puts a new one at the end', async () => {
    const [made] = await through(assign({ total: 9, a: 'new' }), { a: 1, b: 2 });
    expect(Object.entries(made!)).toEqual([
      ['a', 'new'],
      ['b', 2],
      ['total', 9],
    ]);
  });

  test('shows every function the record as it was, not as the others make it', async () => {
    const bump = assign({ n: (r: { n: number }) => r.n + 1, twice: (r: { n: number }) => r.n * 2 });
    expect(await through(bump, { n: 1 })).toEqual([{ n: 2, twice: 2 }]);
  });

  test('sets a field that is called __proto__ without changing a prototype', async () => {
    const [made] = await through(assign({ ['__proto__']: { admin: true } }), { a: 1 });
    expect(Object.getOwnPropertyNames(made)).toEqual(['a', '__proto__']);
    expect(Reflect.get(made as unknown as object, 'admin')).toBeUndefined();
  });

  test('refuses a promise, which would be a field for good', async () => {
    await expect(through(assign({ a: async () => 1 }), {})).rejects.toMatchObject({ code: 'ERR_CALLBACK' });
  });

  test.each([undefined, null, {}, [1], 'a'])('refuses %j for its fields', (fields) => {
    expect(() => assign(fields as never)).toThrow(wrong);
  });

  test('does the same where a process forbids generated code', () => {
    const { Function: original } = globalThis;
    globalThis.Function = class {
      constructor() {
        throw new EvalError('no code is generated here');
      }
    } as never;
    try {
      const makers = new Map<string, FieldMaker>([
        ['__proto__', () => 1],
        ['a', (record) => Number(fieldReader('a')(record)) + 1],
      ]);
      const set = fieldSetter(makers);
      const made = set({ a: 1, b: 2 }) as object;
      expect(Object.entries(made)).toEqual([
        ['a', 2],
        ['b', 2],
        ['__proto__', 1],
      ]);
    } finally {
      globalThis.Function = original;
    }
  });
});

describe('drop', () => {
  test('takes records of any shape, and keeps the order of the others', async () => {
    const dropB = drop<{ a?: number; b?: number; c?: number }, 'b'>('b');
    const made = await through(dropB, { c: 1, b: 2, a: 3 }, { a: 1 }, { b: 1 }, { c: 1, b: 2, a: 3 });
    expect(made.map((record) => Object.entries(record))).toEqual([
      [
        ['c', 1],
        ['a', 3],
      ],
      [['a', 1]],
      [],
      [
        ['c', 1],
        ['a', 3],
      ],
    ]);
  });

  test('generates no code without end for records that are maps', async () => {
    const records = Array.from({ length: 300 }, (_, n) => ({ [`k${n}`]: n, gone: 1 }));
    const made = await through(drop<(typeof records)[0], 'gone'>('gone'), ...records);
    expect(made).toEqual(records.map((_, n) => ({ [`k${n}`]: n })));
  });

  test('refuses no names, a name that is given twice, and what is no name', () => {
    expect(() => drop()).toThrow(wrong);
    expect(() => drop<{ a: 1 }, 'a'>('a', 'a')).toThrow(/"a" is named twice/);
    expect(() => drop(7 as never)).toThrow(wrong);
  });
});

describe('parseFields and stringifyFields', () => {
  test('undo each other', async () => {
    const payload = { n: [1, { deep: null }], text: 'ü"\n' };
    const [row] = await through(stringifyFields<{ payload: object }, 'payload'>('payload'), { payload });
    expect(row).toEqual({ payload: JSON.stringify(payload) });
    expect(await through(parseFields<object, never>('payload' as never), row)).toEqual([{ payload }]);
  });

  test('leave null where it is, and what is missing undefined', async () => {
    const parse = parseFields<{ a: null }, 'a'>('a');
    expect(await through(parse, { a: null }, {})).toEqual([{ a: null }, { a: undefined }]);
    const stringify = stringifyFields<{ a: unknown }, 'a'>('a');
    expect(await through(stringify, { a: null }, {})).toEqual([{ a: 'null' }, { a: undefined }]);
  });

  test.each(['{"a":', '', 'text', 7, { a: 1 }])('parseFields fails on %j, naming the field', async (a) => {
    await expect(through(parseFields<{ a: unknown }, 'a'>(['a']), { a })).rejects.toMatchObject({
      code: 'ERR_JSON_SYNTAX',
      message: expect.stringMatching(/^a: /),
    });
  });

  const cycle: { self?: object } = {};
  cycle.self = cycle;
  test.each([[10n], [cycle], [() => 1], [Symbol('s')]])(
    'stringifyFields fails on %o, naming the field',
    async (a) => {
      await expect(through(stringifyFields<{ a: unknown }, 'a'>('a'), { a })).rejects.toMatchObject({
        code: 'ERR_ENCODE',
        message: expect.stringMatching(/^a: .+/),
      });
    },
  );

  test.each([undefined, [], ['a', 'a'], 7])('refuse %j for their names', (names) => {
    expect(() => parseFields(names as never)).toThrow(wrong);
    expect(() => stringifyFields(names as never)).toThrow(wrong);
  });
});

describe('index', () => {
  test('uses up no number for a record that fails', async () => {
    const probe = probeOperator(index<object, 'n'>({ name: 'n', from: -1 }));
    await probe.feed([{ a: 1 }]);
    await expect(probe.feed([{ n: 7 }])).rejects.toThrow(/has a field "n" already/);
    await probe.feed([{ a: 2 }]);
    expect(probe.output).toEqual([
      { a: 1, n: -1 },
      { a: 2, n: 0 },
    ]);
  });

  test.each([{ name: '' }, { from: 0.5 }, { from: '1' }, { start: 1 }])('refuses %j', (options) => {
    expect(() => index(options as never)).toThrow(wrong);
  });
});
