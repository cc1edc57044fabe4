import { describe, expect, test } from 'vitest';
import { built, made } from './built.ts';

const ROWS = [
  { user: 'ann', ms: 4 },
  { user: 'bob', ms: 1 },
  { user: 'ann', ms: 4 },
  { user: null, ms: 7 },
];

describe('an aggregate as data', () => {
  test.each<[object, unknown]>([
    [{ count: true }, 4],
    [{ count_distinct: 'user' }, 2],
    [{ count_distinct: 'user', approximate: true }, 2],
    [{ first: 'user' }, 'ann'],
    [{ first: true }, ROWS[0]],
    [{ last: 'ms' }, 7],
    [{ list: 'user' }, ['ann', 'bob', 'ann']],
    [{ list: true, max: 1, overflow: 'drop-newest' }, [ROWS[0]]],
    [{ list: 'ms', max: 2, overflow: 'drop-oldest' }, [4, 7]],
    [{ max: 'ms' }, 7],
    [{ mean: 'ms' }, 4],
    [{ median: 'ms', error: 0.001 }, expect.closeTo(4, 1)],
    [{ min: 'ms' }, 1],
    [{ quantile: 'ms', q: 1 }, expect.closeTo(7, 0)],
    [{ set: 'user', max: 2 }, ['ann', 'bob']],
    [{ stddev: 'ms', population: true }, expect.closeTo(Math.sqrt(4.5))],
    [{ sum: 'ms' }, 16],
    [{ top_k: 'user', k: 1 }, [{ value: 'ann', count: 2 }]],
  ])('%j', async (aggregate, expected) => {
    expect(await made('aggregate', { aggregates: { it: aggregate } }, ROWS)).toEqual([{ it: expected }]);
  });

  test.each<[unknown, string]>([
    [{}, 'aggregates.it: expected one of count, count_distinct, '],
    [{ sun: 'ms' }, 'e.g. { sum: "amount" }. Did you mean "sum"?'],
    [{ toString: 'ms' }, 'aggregates.it: expected one of count, '],
    ['sum', 'aggregates.it: expected object, received string'],
    [{ sum: 7 }, 'aggregates.it.sum: expected string, received number'],
    [{ sum: 'ms', max: 3 }, 'aggregates.it: Unrecognized key: "max"'],
    [{ sum: 'ms', mean: 'ms' }, 'aggregates.it: Unrecognized key: "'],
    [{ count: 'ms' }, 'aggregates.it.count: expected true'],
    [{ max: true }, 'aggregates.it.max: expected string'],
    [{ quantile: 'ms' }, 'aggregates.it.q: expected number'],
    [{ quantile: 'ms', q: 2 }, 'aggregates.it.q: Too big'],
    [{ top_k: 'ms' }, 'aggregates.it.k: expected number'],
    [{ list: 'ms', max: 0 }, 'aggregates.it.max: Too small'],
    [{ count_distinct: 'ms', max: 3, approximate: true }, 'take max or approximate, not both'],
  ])('%j is refused in words that say where and why', (aggregate, message) => {
    expect(() => built('aggregate', { aggregates: { it: aggregate } })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining(message) }),
    );
  });

  test('none at all are refused', () => {
    expect(() => built('aggregate', { aggregates: {} })).toThrow('aggregates: expected at least one');
  });
});
