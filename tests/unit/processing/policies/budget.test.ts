import { describe, expect, test } from 'vitest';
import type { Clock } from '../../../../src/interfaces/clock.ts';
import { createBudget, parseBudget } from '../../../../src/processing/policies/budget.ts';

const still: Clock = { now: () => 0, schedule: () => () => {} };

describe('a budget that is a count', () => {
  test('absorbs exactly so many failures', () => {
    const account = createBudget(2, still);
    expect([account.spend(1), account.spend(2), account.spend(3)]).toEqual([
      undefined,
      undefined,
      '3 failures, budget 2',
    ]);
  });

  test('of 0 absorbs none', () => {
    expect(createBudget(0, still).spend(1)).toBe('1 failure, budget 0');
  });

  test('has nothing to say at the end that it did not say before', () => {
    const account = createBudget(1, still);
    account.spend(1);
    expect(account.settle(1)).toBeUndefined();
  });
});

describe('a budget that is a share', () => {
  test('does not end a run that has only begun', () => {
    const account = createBudget('1%', still);
    expect(account.spend(1)).toBeUndefined();
    expect(account.spend(999)).toBeUndefined();
  });

  test('is judged while running from 1,000 records on', () => {
    const account = createBudget('1%', still);
    for (let failure = 1; failure <= 10; failure++) expect(account.spend(1000)).toBeUndefined();
    expect(account.spend(1000)).toBe('11 failures in 1000 records, budget 1%');
    expect(account.spend(1200)).toBeUndefined();
  });

  test('is judged at the end however few records there were', () => {
    const account = createBudget('50%', still);
    account.spend(1);
    account.spend(2);
    expect(account.settle(4)).toBeUndefined();
    expect(account.settle(3)).toBe('2 failures in 3 records, budget 50%');
  });

  test('takes fractions, and 0% absorbs nothing', () => {
    const fraction = createBudget('0.1%', still);
    expect(fraction.spend(1000)).toBeUndefined();
    expect(fraction.spend(1000)).toBe('2 failures in 1000 records, budget 0.1%');
    const none = createBudget('0%', still);
    none.spend(5);
    expect(none.settle(5)).toBe('1 failure in 5 records, budget 0%');
    expect(createBudget('0%', still).settle(0)).toBeUndefined();
  });
});

describe('a budget that is a rate', () => {
  test('slides: old failures are forgiven one by one', () => {
    let now = 0;
    const account = createBudget('2/min', { ...still, now: () => now });
    expect(account.spend(1)).toBeUndefined();
    now = 40_000;
    expect(account.spend(2)).toBeUndefined();
    now = 59_999;
    expect(account.spend(3)).toBe('3 failures within 60 s, budget 2/min');
  });

  test('allows its rate for ever', () => {
    let now = 0;
    const account = createBudget('2/s', { ...still, now: () => now });
    for (let failure = 0; failure < 500; failure++) {
      expect(account.spend(failure)).toBeUndefined();
      now += 500;
    }
    now -= 499;
    expect(account.spend(500)).toBe('3 failures within 1 s, budget 2/s');
  });

  test('of 0 absorbs none', () => {
    expect(createBudget('0/h', still).spend(1)).toBe('1 failure within 3600 s, budget 0/h');
  });
});

test('without a budget any number of failures is absorbed', () => {
  const account = createBudget(undefined, still);
  expect([account.spend(1), account.settle(1)]).toEqual([undefined, undefined]);
});

test.each([-1, 1.5, Number.NaN, '', '1', '%', '101%', '-1%', '10/day', '10 per min', '2000000/s', null, {}])(
  'refuses %j as a budget',
  (budget) => {
    expect(() => parseBudget(budget as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', hint: expect.stringContaining('"1') }),
    );
  },
);
