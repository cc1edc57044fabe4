import { describe, expect, test } from 'vitest';
import { from, readFrom } from '../../../../src/from.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { mapAsync } from '../../../../src/processing/operators/map-async.ts';
import type { CircuitChange } from '../../../../src/processing/policies/circuit.ts';
import {
  type CircuitBreakerOptions,
  circuitBreaker,
} from '../../../../src/processing/policies/circuit-breaker.ts';
import { retry } from '../../../../src/processing/policies/retry.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { run, start } from '../../../../src/start.ts';
import { probeSource } from '../../../../src/testing/source-probe.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { never } from '../runtime/recording-writer.ts';
import { elapse } from './flow-time.ts';

/** A service that a test breaks and mends, behind a breaker, record by record. */
async function service(options: Partial<CircuitBreakerOptions> = {}, call: { timeout?: number } = {}) {
  const clock = virtualClock();
  const source = probeSource<number>();
  const changes: CircuitChange[] = [];
  const calls: number[] = [];
  const errors: Error[] = [];
  const state: { answer: (n: number) => unknown } = { answer: (n) => n };
  const breaker = circuitBreaker({
    name: 'payments',
    failures: 2,
    within: 1000,
    reset: 5000,
    onChange: (change) => changes.push(change),
    ...options,
  });
  const paying = mapAsync(
    async (n: number) => {
      calls.push(n);
      return state.answer(n);
    },
    { circuitBreaker: breaker, onError: skip(), ...call },
  );
  const out = toArray<unknown>();
  const live = start(pipeline('x', readFrom(source).pipe(paying).as('pay').to(out)), {
    clock,
    stallAfter: false,
  });
  live.events$.subscribe((event) => event.type === 'failed-record' && errors.push(event.error));
  await source.opened();
  const send = async (...records: number[]) => {
    source.push(...records);
    await elapse(clock, 0);
  };
  return { clock, source, changes, calls, errors, state, out, live, send };
}

const broken = () => Promise.reject(new Error('503'));

describe('a circuit breaker', () => {
  test('opens after so many failures, refuses at once without a call, and closes with a call that goes well', async () => {
    const { clock, source, changes, calls, errors, state, out, live, send } = await service();
    state.answer = broken;
    await send(1);
    await send(2);
    expect(changes).toEqual([{ name: 'payments', state: 'open', node: 'pay', time: 0 }]);
    await send(3);
    expect(calls).toEqual([1, 2]);
    expect(errors.at(-1)).toMatchObject({
      code: 'ERR_CIRCUIT_OPEN',
      retryable: true,
      message: 'the circuit "payments" is open, and is tried again in 5.0 s',
      details: { name: 'payments', retryAfterMs: 5000 },
    });
    await elapse(clock, 4999);
    await send(4);
    expect(calls).toEqual([1, 2]);
    state.answer = (n) => n;
    await elapse(clock, 1);
    await send(5);
    await send(6);
    expect(calls).toEqual([1, 2, 5, 6]);
    expect(changes.map((change) => change.state)).toEqual(['open', 'half-open', 'closed']);
    source.complete();
    expect((await live.done).balance).toMatchObject({ read: 6, skipped: 4, written: 2, closed: true });
    expect(out.records).toEqual([5, 6]);
  });

  test('opens anew when the call that tries it fails, too', async () => {
    const { clock, changes, calls, state, send } = await service();
    state.answer = broken;
    await send(1, 2);
    await elapse(clock, 5000);
    await send(3);
    expect(changes.map((change) => change.state)).toEqual(['open', 'half-open', 'open']);
    await elapse(clock, 4999);
    await send(4);
    expect(calls).toEqual([1, 2, 3]);
  });

  test('half open, makes one call at a time', async () => {
    const { clock, calls, errors, state, send } = await service();
    state.answer = broken;
    await send(1, 2);
    await elapse(clock, 5000);
    state.answer = () => never;
    await send(3, 4, 5);
    expect(calls).toEqual([1, 2, 3]);
    expect(errors.at(-1)?.message).toBe('the circuit "payments" is open, and is being tried by another call');
  });

  test('forgets failures that are long ago', async () => {
    const { clock, changes, state, send } = await service();
    state.answer = broken;
    await send(1);
    await elapse(clock, 1000);
    await send(2);
    expect(changes).toEqual([]);
    await elapse(clock, 999);
    await send(3);
    expect(changes).toHaveLength(1);
  });

  test('counts calls that take too long', async () => {
    const { clock, changes, state, send } = await service({}, { timeout: 100 });
    state.answer = () => never;
    await send(1, 2);
    expect(changes).toEqual([]);
    await elapse(clock, 100);
    expect(changes).toHaveLength(1);
  });

  test('does not count what is the fault of the record: permanent errors, or what `when` leaves out', async () => {
    const permanent = Object.assign(new Error('400'), { retryable: false });
    const one = await service();
    one.state.answer = () => Promise.reject(permanent);
    await one.send(1, 2, 3);
    expect(one.changes).toEqual([]);
    const two = await service({ when: (error) => (error as Error).message !== '503' });
    two.state.answer = broken;
    await two.send(1, 2, 3);
    expect(two.changes).toEqual([]);
    two.state.answer = () => Promise.reject(permanent);
    await two.send(4, 5);
    expect(two.changes).toHaveLength(1);
  });

  test('does not learn from calls that began before it opened', async () => {
    const doors: (() => void)[] = [];
    const { clock, changes, state, send } = await service();
    state.answer = (n) => new Promise((resolve) => doors.push(() => resolve(n)));
    await send(0);
    state.answer = broken;
    await send(1, 2);
    await elapse(clock, 5000);
    doors[0]!();
    await elapse(clock, 0);
    expect(changes.map((change) => change.state)).toEqual(['open']);
  });

  test('lets records wait for it where the operator retries', async () => {
    const clock = virtualClock();
    let calls = 0;
    const flaky = async (n: number) => {
      calls++;
      if (calls <= 3) throw new Error('503');
      return n;
    };
    const breaker = circuitBreaker({ name: 'x', failures: 3, reset: '10s' });
    const onError = retry({ attempts: 100, backoff: '1s..1s' });
    const out = toArray<number>();
    const flow = from([1, 2, 3]).pipe(mapAsync(flaky, { circuitBreaker: breaker, onError }));
    const live = start(pipeline('x', flow.to(out)), { clock, stallAfter: false, seed: 1 });
    await elapse(clock, 30_000, 100);
    await live.done;
    expect(out.records).toEqual([1, 2, 3]);
    expect(calls).toBe(6);
  });
});

describe('circuit breakers of one name', () => {
  const failing = (name: string, calls: string[], more: Partial<CircuitBreakerOptions> = {}) =>
    mapAsync(
      async (n: number): Promise<number> => {
        calls.push(name);
        await Promise.resolve();
        if (name === 'a') throw new Error('503');
        return n;
      },
      {
        concurrency: 1,
        circuitBreaker: circuitBreaker({ name: 'shared', failures: 1, ...more }),
        onError: skip(),
      },
    );

  test('are one within a run, and not over two', async () => {
    for (let round = 0; round < 2; round++) {
      const calls: string[] = [];
      const clock = virtualClock();
      const [one, two] = [probeSource<number>(), probeSource<number>()];
      const live = start(
        pipeline('x', [
          readFrom(one).pipe(failing('a', calls)).to(toArray()),
          readFrom(two).pipe(failing('b', calls)).to(toArray()),
        ]),
        { clock, stallAfter: false },
      );
      await Promise.all([one.opened(), two.opened()]);
      one.push(1);
      await elapse(clock, 0);
      two.push(1);
      await elapse(clock, 0);
      expect(calls).toEqual(['a']);
      await live.abort();
    }
  });

  test('are one over all runs when they are told to be', async () => {
    const calls: string[] = [];
    const operator = failing('a', calls, { acrossRuns: true });
    for (let round = 0; round < 2; round++) await run(pipeline('x', from([1]).pipe(operator).to(toArray())));
    expect(calls).toEqual(['a']);
  });

  test('must have the same options', async () => {
    const flow = from([1]).pipe(failing('b', []), failing('b', [], { failures: 2 }));
    await expect(run(pipeline('x', flow.to(toArray())))).rejects.toMatchObject({
      code: 'ERR_OPTIONS',
      message: expect.stringMatching(
        /^Cannot use the circuit breaker "shared" in "mapAsync.*": another one of that name has other options$/,
      ),
    });
  });
});

describe('a callback of a circuit breaker', () => {
  const faults: [string, () => never][] = [
    ['throws', () => fault(new Error('broken'))],
    ['throws undefined', () => fault(undefined)],
    ['gives a promise', () => Promise.reject(new Error('late')) as never],
  ];

  test.each(faults)('that %s ends the run', async (_what, act) => {
    for (const options of [{ onChange: act }, { when: act }]) {
      const { live, state, send } = await service(options);
      state.answer = broken;
      await send(1, 2);
      await expect(live.done).rejects.toMatchObject({
        code: 'ERR_CALLBACK',
        node: 'pay',
        message: expect.stringMatching(/^Cannot (report|decide) in "pay" .+: .+/),
      });
    }
  });
});

function fault(error: unknown): never {
  throw error;
}

test.each([
  {},
  { name: '' },
  { name: 'x', failures: 0 },
  { name: 'x', within: 'soon' },
  { name: 'x', reset: -1 },
  { name: 'x', when: true },
  { name: 'x', onChange: 'log' },
  { name: 'x', resets: 1 },
])('refuses %j as its options', (given) => {
  expect(() => circuitBreaker(given as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
});

test('an operator refuses what is no circuit breaker', () => {
  const wrong = { circuitBreaker: { name: 'x' } as never };
  expect(() => mapAsync(async () => 1, wrong)).toThrow(/must be made by circuitBreaker\(\)/);
});
