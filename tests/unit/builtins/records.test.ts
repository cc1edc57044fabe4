import { expect, test } from 'vitest';
import { builtins } from '../../../src/builtins.ts';
import { MillraceError } from '../../../src/core/errors.ts';
import { skip } from '../../../src/processing/policies/skip.ts';
import { built, made } from './built.ts';

const ROWS = [
  { ID: 1, q: 1 },
  { ID: 2, q: 2 },
];

test.each<[string, object, readonly unknown[], readonly unknown[]]>([
  [
    'assign',
    { fields: { source: 'web', tags: ['a', null] } },
    [{ ID: 1 }],
    [{ ID: 1, source: 'web', tags: ['a', null] }],
  ],
  ['batch', { size: 2, within: '1h' }, ROWS, [ROWS]],
  ['batch', { bytes: 4 }, ['abc', 'de', 'f'], [['abc'], ['de', 'f']]],
  [
    'cast',
    { fields: { ID: 'int', on: 'boolean' }, trim: true, nulls: ['-'] },
    [{ ID: ' 7 ', on: '-' }],
    [{ ID: 7, on: null }],
  ],
  ['dedupe', { key: 'q', within: '1h' }, [...ROWS, { ID: 3, q: 1 }], ROWS],
  ['distinct', { key: 'q' }, [...ROWS, { ID: 3, q: 1 }], ROWS],
  [
    'distinct',
    { key: ['ID', 'q'], last: 5 },
    [...ROWS, { ID: 1, q: 2 }, { ID: 1, q: 1 }],
    [...ROWS, { ID: 1, q: 2 }],
  ],
  ['distinct', {}, [1, 1, 2], [1, 2]],
  ['drop', { fields: ['ID'] }, ROWS, [{ q: 1 }, { q: 2 }]],
  ['flatten', { separator: '_', depth: 1 }, [{ a: { b: { c: 1 } } }], [{ a_b: { c: 1 } }]],
  [
    'index',
    { name: 'line', from: 1 },
    ROWS,
    [
      { ID: 1, q: 1, line: 1 },
      { ID: 2, q: 2, line: 2 },
    ],
  ],
  ['log', { every: 2, level: 'debug' }, ROWS, ROWS],
  [
    'pairwise',
    {},
    [1, 4, 9],
    [
      [1, 4],
      [4, 9],
    ],
  ],
  ['parse_fields', { fields: ['payload'] }, [{ payload: '{"qty":2}' }], [{ payload: { qty: 2 } }]],
  [
    'rename',
    { fields: { ID: 'id' } },
    ROWS,
    [
      { id: 1, q: 1 },
      { id: 2, q: 2 },
    ],
  ],
  ['sample', { every: 2 }, [1, 2, 3], [1, 3]],
  ['sample', { rate: 1, seed: 7 }, [1, 2, 3], [1, 2, 3]],
  ['sample', { reservoir: 3 }, [1, 2, 3], [1, 2, 3]],
  ['select', { fields: ['q'] }, ROWS, [{ q: 1 }, { q: 2 }]],
  ['skip', { count: 1 }, ROWS, [ROWS[1]]],
  ['start_with', { records: [{ ID: 0 }, null] }, ROWS, [{ ID: 0 }, null, ...ROWS]],
  ['stringify_fields', { fields: ['payload'] }, [{ payload: { qty: 2 } }], [{ payload: '{"qty":2}' }]],
  ['take', { count: 1 }, ROWS, [ROWS[0]]],
  [
    'unpivot',
    { columns: ['q1', 'q2'], name: 'quarter', value: 'sum' },
    [{ id: 1, q1: 7, q2: 8 }],
    [
      { id: 1, quarter: 'q1', sum: 7 },
      { id: 1, quarter: 'q2', sum: 8 },
    ],
  ],
  ['validate', { schema: { properties: { ID: { maximum: 2 } } } }, ROWS, ROWS],
])('%s does its work when it is made of the data %j', async (name, options, records, expected) => {
  expect(await made(name, options, records)).toEqual(expected);
});

test('a field that every object inherits is no key: records without it are equal', async () => {
  expect(await made('distinct', { key: 'constructor' }, [{ a: 1 }, { a: 2 }])).toEqual([{ a: 1 }]);
});

test('descriptions name the fields that stand for functions', () => {
  expect(built('distinct', { key: ['country', 'city'] }).detail).toBe('country, city');
  expect(built('rate_limit', { rate: '5/s', key: 'host' }).detail).toBe('5/s by host');
  expect(built('event_time', { time: 'at' }).detail).toBe('at');
});

test.each([
  ['cast', { fields: { ID: 'int' } }, { ID: 'x' }, 'ERR_VALIDATION'],
  ['parse_fields', { fields: ['payload'] }, { payload: '{' }, 'ERR_JSON_SYNTAX'],
  ['validate', { schema: { type: 'string' } }, { ID: 1 }, 'ERR_VALIDATION'],
  ['index', { name: 'ID' }, { ID: 1 }, 'ERR_CALLBACK'],
])('%s fails on a record that it cannot take', async (name, options, record, code) => {
  await expect(made(name, options, [record])).rejects.toMatchObject({ code });
});

test('a policy that is given in code reaches the operator', () => {
  const options = { fields: { ID: 'int' }, onError: skip() };
  const cast = builtins()
    .get('operator', 'cast')
    .create(options as never);
  expect(cast).toMatchObject({ name: 'cast', onError: [{ kind: 'skip' }] });
  const wrong = { ...options, onError: 'skip' } as never;
  expect(() => builtins().get('operator', 'cast').create(wrong)).toThrow(MillraceError);
});
