import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isMillraceError } from '../../../../src/core/errors.ts';
import { from } from '../../../../src/from.ts';
import type { Clock } from '../../../../src/interfaces/clock.ts';
import type { Operator } from '../../../../src/interfaces/operator.ts';
import type { OnError } from '../../../../src/interfaces/policy.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { type Pipeline, pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { start } from '../../../../src/start.ts';

/** Longer than a sink that is aborted may take to finish the write it is in. */
const PATIENCE = 60_000;

/** What the callback does on the second record instead of its work. */
export type Fault = () => never;

export const RECORDS = [1, 2, 3];

/** Time passes as soon as nothing else is to be done: what waits for it does not wait long. */
export const impatient: Clock = {
  now: () => 0,
  schedule(callback) {
    const timer = setImmediate(callback);
    return () => clearImmediate(timer);
  },
};

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

export async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await turn();
}

export function through(operator: Operator<number, unknown>): Pipeline {
  return pipeline('matrix', from(RECORDS).pipe(operator).to(toArray()));
}

/** A callback whose second call is the fault; `otherwise` is its work. */
export function onSecond<A extends readonly unknown[], R>(fault: Fault, otherwise: (...args: A) => R) {
  let calls = 0;
  return (...args: A): R => {
    calls++;
    return calls === 2 ? fault() : otherwise(...args);
  };
}

/** Makes a pipeline with a callback that does what `fault` does, and with a policy for its failures. */
export type Make = (fault: Fault, onError?: OnError) => Pipeline;

type Makes = Readonly<Record<string, Make>>;

/** For the tests of a file: patience is over when a test says so. */
export function withFakeTimers(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

/** An async iterable that gives one record and then does what `fault` does. */
export function nextIs(fault: Fault): AsyncIterable<number> {
  let calls = 0;
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        calls++;
        return calls === 1 ? { done: false, value: 7 } : fault();
      },
    }),
  };
}

export function options(onError: OnError | undefined): { readonly onError?: OnError } {
  return onError === undefined ? {} : { onError };
}

/** Runs it, aborts it once the fault was met if it does not end by itself, and gives the error that it ended with. */
export async function failureOf(
  make: (fault: Fault) => Pipeline,
  act: () => unknown,
  abort = false,
): Promise<unknown> {
  const met = Promise.withResolvers<void>();
  const fault = () => {
    met.resolve();
    return act() as never;
  };
  const live = start(make(fault), { clock: impatient, stallAfter: false });
  const outcome = live.done.then(
    () => 'the run succeeded',
    (error: unknown) => error,
  );
  if (abort) {
    await met.promise;
    await turns(3);
    const aborted = live.abort(new Error('the user left'));
    await turns(3);
    vi.advanceTimersByTime(PATIENCE);
    await aborted;
  }
  return outcome;
}

const reason = new Error('broken in the callback');

export const throws: Readonly<Record<string, () => unknown>> = {
  'throws an error': () => {
    throw reason;
  },
  'throws undefined': () => {
    throw undefined;
  },
};

export const promises: Readonly<Record<string, () => unknown>> = {
  rejects: () => Promise.reject(reason),
  'rejects with undefined': () => Promise.reject(undefined),
  'rejects after a while': () => turns(3).then(() => Promise.reject(reason)),
};

export const pending: Readonly<Record<string, () => unknown>> = {
  'never settles': () => new Promise(() => {}),
};

/** Callbacks that must answer at once: whatever else they do ends the run. */
export function refusesAtOnce(makes: Makes): void {
  describe.each(Object.entries(makes))('pain P23: %s that', (_callback, make) => {
    test.each(Object.entries({ ...throws, ...promises, ...pending }))(
      '%s ends the run with its cause',
      async (_act, act) => {
        const error = await failureOf(make, act);
        await turns(5);
        expect(error).toMatchObject({ message: expect.stringMatching(/^Cannot .+: .+/) });
        expect(isMillraceError(error)).toBe(true);
        expect((error as { code: string }).code).toMatch(/^ERR_(CALLBACK|OPTIONS)$/);
      },
    );

    test('settles after the run has ended troubles nobody', async () => {
      const late = Promise.withResolvers<never>();
      expect(isMillraceError(await failureOf(make, () => late.promise))).toBe(true);
      late.reject(new Error('too late'));
      await turns(3);
    });
  });
}

/** Callbacks that may take their time: what they come to ends the run, and while they come to nothing, it can be aborted. */
export function endsWithCause(makes: Makes): void {
  describe.each(Object.entries(makes))('pain P23: %s that', (_callback, make) => {
    test.each(Object.entries({ ...throws, ...promises }))(
      '%s ends the run with its cause',
      async (_act, act) => {
        const error = await failureOf(make, act);
        await turns(5);
        expect(error).toMatchObject({
          code: 'ERR_CALLBACK',
          message: expect.stringMatching(/^Cannot .+: .+/),
        });
      },
    );

    test('never settles can be aborted', async () => {
      expect(await failureOf(make, () => new Promise(() => {}), true)).toMatchObject({
        code: 'ERR_ABORTED',
        message: expect.stringContaining('the user left'),
      });
    });

    test.each([
      ['rejects', (late: PromiseWithResolvers<never>) => late.reject(new Error('too late'))],
      ['resolves', (late: PromiseWithResolvers<never>) => late.resolve(undefined as never)],
    ])('%s after the run was aborted troubles nobody', async (_how, settle) => {
      const late = Promise.withResolvers<never>();
      expect(await failureOf(make, () => late.promise, true)).toMatchObject({ code: 'ERR_ABORTED' });
      settle(late);
      await turns(5);
    });
  });
}

/** Callbacks whose failures are those of a record, which a policy settles; `least` records are written all the same. */
export function settlesBySkip(makes: Makes, slow: Makes, least: number): void {
  const cases = (all: Makes, acts: Readonly<Record<string, () => unknown>>) =>
    Object.entries(all).flatMap(([callback, make]) =>
      Object.entries(acts).map(([act, fault]) => [callback, act, make, fault] as const),
    );

  describe('with skip() the run goes on without the record, and the balance closes, when', () => {
    const all = [...cases(makes, throws), ...cases(slow, { ...throws, ...promises })];
    test.each(all)('%s %s', async (_callback, _act, make, fault) => {
      const live = start(make(fault as Fault, skip()), { clock: impatient, stallAfter: false });
      const { balance } = await live.done;
      expect(balance).toMatchObject({ closed: true, skipped: 1 });
      expect(balance.written).toBeGreaterThanOrEqual(least);
    });
  });
}
