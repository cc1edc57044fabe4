import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoffWait, parseBackoff } from '../../../src/core/backoff.ts';
import { seededRandom } from '../../../src/core/random.ts';
import { retry } from '../../../src/processing/policies/retry.ts';

describe('the wait before the next try', () => {
  test('doubles from the first to the longest wait', () => {
    const policy = retry({ attempts: 9, backoff: '100ms..1s' });
    const waits = [1, 2, 3, 4, 5, 60].map((attempt) => backoffWait(policy.backoff, attempt, () => 1));
    expect(waits).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  test('is drawn from zero on, so that clients which failed together come back apart', () => {
    const policy = retry({ attempts: 9, backoff: '100ms..1s' });
    expect(backoffWait(policy.backoff, 2, () => 0)).toBe(0);
    expect(backoffWait(policy.backoff, 2, () => 0.25)).toBe(50);
  });

  test('stays finite and within the bounds after any number of tries', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.nat(), (attempt, seed) => {
        const first = seed % 2 === 0 ? 0 : '100ms';
        const policy = retry({ attempts: 2, backoff: { first, most: '10s' } });
        const wait = backoffWait(policy.backoff, attempt, seededRandom(seed));
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(10_000);
      }),
    );
  });
});

describe('the bounds of a backoff', () => {
  test('are read from text, and from parts', () => {
    expect(parseBackoff('100ms..10s')).toEqual({ first: 100, most: 10_000 });
    expect(parseBackoff({ first: '1s', most: 5000 })).toEqual({ first: 1000, most: 5000 });
  });

  test.each(['', '1s', '1s..', '1s...2s', '2s..1s', 'a..b'])('cannot be %j', (text) => {
    expect(() => parseBackoff(text)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  });
});
