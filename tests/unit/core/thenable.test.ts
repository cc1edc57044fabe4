import { describe, expect, test } from 'vitest';
import { isThenable, refusePromise } from '../../../src/core/thenable.ts';
import { turns } from '../../../src/testing/turns.ts';

// biome-ignore-start lint/suspicious/noThenProperty: thenables are what is tested
const thenable = { then: () => {} };
const callable = Object.assign(() => {}, { then: () => {} });
const nearly = { then: true };
// biome-ignore-end lint/suspicious/noThenProperty: thenables are what is tested

describe('isThenable', () => {
  test.each([
    ['a promise', Promise.resolve(1), true],
    ['any object with a then', thenable, true],
    ['a function with a then', callable, true],
    ['an object whose then is no function', nearly, false],
    ['a function', () => {}, false],
    ['null', null, false],
    ['undefined', undefined, false],
    ['text', 'then', false],
  ])('%s', (_, value, expected) => {
    expect(isThenable(value)).toBe(expected);
  });
});

describe('refusePromise', () => {
  test('lets through what can be used as it is', () => {
    for (const value of [undefined, null, 0, 'text', {}, nearly]) refusePromise(value, 'Use mapAsync().');
  });

  test('refuses what nobody would await, for good, and says what to use', () => {
    expect(() => refusePromise(Promise.resolve(1), 'Use mapAsync().')).toThrow(
      expect.objectContaining({
        code: 'ERR_CALLBACK',
        retryable: false,
        message: 'its callback returned a promise, which nobody awaits',
        hint: 'Use mapAsync().',
      }),
    );
  });

  test('takes care of the rejection of what it refuses, which would end the process', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    expect(() => refusePromise(Promise.reject(new Error('lost')), 'Use mapAsync().')).toThrow();
    await turns(2);
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});
