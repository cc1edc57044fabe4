import { describe, expect, test } from 'vitest';
import { batch, CountedOrigin, formatOrigin, GatheredOrigin, PickedOrigin } from '../../../src/core/batch.ts';
import type { BatchOrigin } from '../../../src/interfaces/batch.ts';

/** An origin with text: record `i` lies in line `first + i`. */
function lines(source: string, first: number): BatchOrigin {
  return {
    source,
    at: (index) => ({ source, record: first + index, line: first + index }),
    raw: (index) => `${source} ${first + index}`,
  };
}

test('a batch holds the records and the origin it was given, not copies', () => {
  const records = [1, 2];
  const origin = new CountedOrigin('numbers', 1);
  const made = batch(records, origin);
  expect(made).toEqual({ kind: 'batch', records, origin });
  expect(made.records).toBe(records);
});

describe('CountedOrigin', () => {
  test('counts on from the first number', () => {
    const origin = new CountedOrigin('array', 1025);
    expect([0, 7].map((index) => origin.at(index))).toEqual([
      { source: 'array', record: 1025 },
      { source: 'array', record: 1032 },
    ]);
  });

  test('has no text to show', () => {
    expect(new CountedOrigin('array', 1)).not.toHaveProperty('raw');
  });
});

describe('PickedOrigin', () => {
  test('tells of each record which one it was made from, also twice and out of order', () => {
    const origin = new PickedOrigin(lines('a.csv', 10), [2, 0, 2]);
    expect(origin.source).toBe('a.csv');
    expect([0, 1, 2].map((index) => origin.at(index).line)).toEqual([12, 10, 12]);
    expect([0, 1, 2].map((index) => origin.raw(index))).toEqual(['a.csv 12', 'a.csv 10', 'a.csv 12']);
  });

  test('can be picked from again, as two filters in a row do', () => {
    const once = new PickedOrigin(lines('a.csv', 10), [1, 3, 5]);
    const twice = new PickedOrigin(once, [2, 0]);
    expect([0, 1].map((index) => twice.at(index).line)).toEqual([15, 11]);
  });

  test('has no text where its source has none', () => {
    expect(new PickedOrigin(new CountedOrigin('array', 1), [0]).raw(0)).toBeUndefined();
  });
});

describe('GatheredOrigin', () => {
  test('keeps apart records of several batches and sources', () => {
    const a = lines('a.csv', 1);
    const b = lines('b.csv', 100);
    const origin = new GatheredOrigin([a, b, a], [4, 0, 1]);
    expect(origin.source).toBe('a.csv');
    expect([0, 1, 2].map((index) => origin.at(index))).toEqual([
      { source: 'a.csv', record: 5, line: 5 },
      { source: 'b.csv', record: 100, line: 100 },
      { source: 'a.csv', record: 2, line: 2 },
    ]);
    expect([0, 1, 2].map((index) => origin.raw(index))).toEqual(['a.csv 5', 'b.csv 100', 'a.csv 2']);
  });

  test('takes sources with text and without', () => {
    const origin = new GatheredOrigin([new CountedOrigin('array', 1), lines('b.csv', 1)], [0, 0]);
    expect([0, 1].map((index) => origin.raw(index))).toEqual([undefined, 'b.csv 1']);
  });
});

describe('formatOrigin', () => {
  test.each([
    [{ source: 'array', record: 3 }, 'array record 3'],
    [{ source: 'text *.log', file: '/logs/a.log', record: 3 }, '/logs/a.log record 3'],
    [
      { source: 'csv', file: 'a.csv', record: 10, line: 12, byte: 3400 },
      'a.csv line 12 (record 10, byte 3400)',
    ],
    [{ source: 'csv stdin', record: 1, line: 1, byte: 0 }, 'csv stdin line 1 (record 1, byte 0)'],
    [{ source: 'csv', file: 'a.csv', record: 10, line: 12 }, 'a.csv line 12 (record 10)'],
  ])('says where %j lies as precisely as is known', (origin, text) => {
    expect(formatOrigin(origin)).toBe(text);
  });
});
