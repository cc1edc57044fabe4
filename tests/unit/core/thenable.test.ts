import { describe, expect, test } from 'vitest';
import { atOnce, isThenable, refusePromise } from '../../../src/core/thenable.ts';
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

describe('atOnce', () => {
  test('gives the same records, and lets go of an iterator that is not read to its end', () => {
    let closed = 0;
    function* numbers() {
      try {
        yield 1;
        yield 2;
      } finally {
        closed++;
      }
    }
    expect([...atOnce(numbers())]).toEqual([1, 2]);
    for (const one of atOnce(numbers())) {
      expect(one).toBe(1);
      break;
    }
    expect(closed).toBe(2);
  });

  test('leaves a loop that ends early alone where the iterator cannot be closed', () => {
    const plain = { [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 7 }) }) };
    for (const one of atOnce<number>(plain)) {
      expect(one).toBe(7);
      break;
    }
  });
});
