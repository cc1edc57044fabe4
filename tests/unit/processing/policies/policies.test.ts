import { describe, expect, test } from 'vitest';
import type { DeadLetter } from '../../../../src/interfaces/failure.ts';
import type { Failure } from '../../../../src/interfaces/policy.ts';
import type { Writer } from '../../../../src/interfaces/writer.ts';
import { deadLetter } from '../../../../src/processing/policies/dead-letter.ts';
import { fail } from '../../../../src/processing/policies/fail.ts';
import { fallback } from '../../../../src/processing/policies/fallback.ts';
import { onErrorList } from '../../../../src/processing/policies/on-error.ts';
import { retry } from '../../../../src/processing/policies/retry.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';

const writer = {
  name: 'test',
  label: 'test',
  traits: { commit: 'none' },
  open: () => Promise.reject(new Error('never opened')),
} satisfies Writer<DeadLetter>;

const failure: Failure<string> = {
  record: 'x',
  error: new Error('no number'),
  node: 'parse',
  attempts: 1,
  origin: { source: 'test', record: 1 },
};

const wrong = expect.objectContaining({ code: 'ERR_OPTIONS' });

test('policies are frozen descriptions with the options that were given', () => {
  const when = () => true;
  const policies = [
    fail(),
    skip({ budget: '1%' }),
    retry({ attempts: 3, when, budget: 5 }),
    deadLetter(writer, { budget: '10/min' }),
    fallback(0, { budget: 1 }),
  ];
  expect(policies).toEqual([
    { kind: 'fail' },
    { kind: 'skip', budget: '1%' },
    {
      kind: 'retry',
      attempts: 3,
      backoff: { first: 100, most: 10_000 },
      when: expect.any(Function),
      budget: 5,
    },
    { kind: 'dead-letter', to: writer, budget: '10/min' },
    { kind: 'fallback', replace: expect.any(Function), budget: 1 },
  ]);
  expect(policies.every(Object.isFrozen)).toBe(true);
});

test('budgets that cannot be read are refused where they are written, not when they run out', () => {
  const bad = { budget: 'a lot' };
  for (const make of [
    () => skip(bad),
    () => retry({ attempts: 2, ...bad }),
    () => deadLetter(writer, bad),
    () => fallback(0, bad),
  ]) {
    expect(make).toThrow(wrong);
  }
});

test('options with a slip in their name are refused, not ignored', () => {
  expect(() => skip({ budgets: 1 } as never)).toThrow(/budgets/);
  expect(() => retry({ attempts: 2, backOff: '1s..2s' } as never)).toThrow(/backOff/);
});

test.each([0, -1, 1.5, '3', undefined])('retry cannot make %j attempts', (attempts) => {
  expect(() => retry({ attempts: attempts as number })).toThrow(wrong);
});

test('retry asks its function, and refuses a promise for an answer: it would always mean yes', () => {
  const policy = retry({ attempts: 2, when: (error) => error.message === 'busy' });
  expect(policy.when?.(new Error('busy'))).toBe(true);
  expect(policy.when?.(new Error('gone'))).toBe(false);
  const broken = retry({ attempts: 2, when: (() => Promise.reject(new Error('unseen'))) as never });
  expect(() => broken.when?.(new Error('busy'))).toThrow(expect.objectContaining({ code: 'ERR_CALLBACK' }));
});

test('deadLetter takes nothing but a writer or a target of the graph', () => {
  expect(deadLetter({ kind: 'dead-letters' }).to).toEqual({ kind: 'dead-letters' });
  expect(() => deadLetter('rejects.ndjson' as never)).toThrow(/not a writer/);
  expect(() => deadLetter(undefined as never)).toThrow(wrong);
});

describe('fallback', () => {
  test('puts a value in the place of the record, also undefined', () => {
    expect(fallback(7).replace(failure)).toEqual({ record: 7 });
    expect(fallback(undefined).replace(failure)).toEqual({ record: undefined });
  });

  test('calls a function with the failure', () => {
    const policy = fallback(({ record, error }) => `${record}: ${error.message}`);
    expect(policy.replace(failure)).toEqual({ record: 'x: no number' });
  });

  test('refuses an asynchronous function, and looks after its rejection', () => {
    const policy = fallback(() => Promise.reject(new Error('nobody sees me')));
    expect(() => policy.replace(failure)).toThrow(
      expect.objectContaining({ code: 'ERR_CALLBACK', message: expect.stringContaining('promise') }),
    );
  });
});

describe('onErrorList', () => {
  test('makes a frozen list of nothing, of one, and of several', () => {
    const list = [retry({ attempts: 2 }), skip()];
    expect(onErrorList(undefined)).toEqual([]);
    expect(onErrorList(skip())).toEqual([skip()]);
    expect(onErrorList(list)).toEqual(list);
    expect(Object.isFrozen(onErrorList(list))).toBe(true);
    expect(Object.isFrozen(list)).toBe(false);
  });

  test('refuses what is not a policy, such as the function itself', () => {
    expect(() => onErrorList(skip as never)).toThrow(/a function is not a policy/);
    expect(() => onErrorList([writer] as never)).toThrow(wrong);
    expect(() => onErrorList('skip' as never)).toThrow(wrong);
    expect(() => onErrorList(null as never)).toThrow(wrong);
  });

  test('refuses a policy that could never be reached', () => {
    expect(() => onErrorList([skip(), retry({ attempts: 2 })])).toThrow(/retry is never reached after skip/);
  });
});
