import { describe, expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { processKeyed } from '../../../../src/processing/operators/process-keyed.ts';
import { records } from '../../../../src/processing/operators/process-spec.ts';
import { state } from '../../../../src/processing/operators/state/state.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { run } from '../../../../src/start.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';

interface Order {
  readonly user: string;
  readonly cents: number;
}

const order = (user: string, cents: number): Order => ({ user, cents });
const ORDERS = [order('a', 1), order('b', 10), order('a', 2), order('a', 3)];
const byUser = ({ user }: Order) => user;

/** The sum of each user after each order. */
const sums = () =>
  processKeyed(byUser, {
    state: { sum: state.value(0) },
    onRecord({ cents }, { key, state }) {
      state.sum.update((sum) => sum + cents);
      return [`${key} ${state.sum.get()}`];
    },
  });

describe('process', () => {
  test('keeps the state of each key apart', async () => {
    const probe = probeOperator(sums());
    await probe.feed(ORDERS);
    expect(probe.output).toEqual(['a 1', 'b 10', 'a 3', 'a 6']);
  });

  test('calls onEnd once for each key, in the order in which they came, and with nothing for no record', async () => {
    const atEnd = () =>
      processKeyed(byUser, {
        state: { sum: state.value(0), cleared: state.value(true) },
        onRecord({ cents }, { state }) {
          state.sum.update((sum) => sum + cents);
          state.cleared.clear();
        },
        onEnd: ({ key, state }) => [`${key} ${state.sum.get()}`],
      });
    const probe = probeOperator(atEnd());
    await probe.feed(ORDERS);
    expect(probe.output).toEqual([]);
    await probe.end();
    expect(probe.output).toEqual(['a 6', 'b 10']);
    const empty = probeOperator(atEnd());
    await empty.end();
    expect(empty.output).toEqual([]);
  });

  test('knows a key that has no state until the end, where there is an onEnd, unless it is forgotten', async () => {
    const probe = probeOperator(
      processKeyed(byUser, {
        onRecord: ({ cents }, { forget }) => void (cents === 10 && forget()),
        onEnd: ({ key }) => [key],
      }),
    );
    await probe.feed(ORDERS);
    await probe.feed([order('c', 1)]);
    await probe.end();
    expect(probe.output).toEqual(['a', 'c']);
  });

  test('emits in the order in which a callback gives its records; what it returns comes last', async () => {
    const probe = probeOperator(
      processKeyed((n: number) => n, {
        emits: records<string>(),
        *onRecord(n, { emit }) {
          yield `yielded ${n}`;
          emit(`emitted ${n}`);
        },
        onEnd({ key, emit }) {
          const returned = [`returned ${key}`];
          emit(`emitted ${key}`);
          return returned;
        },
      }),
    );
    await probe.feed([1]);
    await probe.end();
    expect(probe.output).toEqual(['yielded 1', 'emitted 1', 'emitted 1', 'returned 1']);
  });

  test('takes the key of the first record of a key', async () => {
    const probe = probeOperator(
      processKeyed((n: number) => [n % 2, new Date(0)], {
        state: { n: state.value(0) },
        onRecord(_n, { key, state }) {
          state.n.update((n) => n + 1);
          return [[key, state.n.get()]];
        },
      }),
    );
    await probe.feed([1, 3]);
    expect(probe.output).toEqual([
      [[1, new Date(0)], 1],
      [[1, new Date(0)], 2],
    ]);
  });

  test('pulls much output of one record piece by piece, and ends when downstream has enough', async () => {
    const many = processKeyed((n: number) => n, {
      onRecord: (n) => Array.from({ length: 5000 }, () => n),
    });
    const out = toArray<number>();
    const { balance } = await run(pipeline('x', from([1, 2, 3]).pipe(many, take(7000)).to(out)));
    expect(balance.closed).toBe(true);
    expect([out.records.length, out.records[6999]]).toEqual([7000, 2]);
  });

  test('keeps two runs of one pipeline apart', async () => {
    const out = toArray<string>();
    const twice = pipeline('x', from(ORDERS).pipe(sums()).to(out));
    await run(twice);
    await run(twice);
    expect(out.records).toEqual(['a 1', 'b 10', 'a 3', 'a 6']);
  });
});

describe('when onRecord fails, nothing of it stays, whichever way', () => {
  const late = () => Promise.reject(new Error('late'));
  test.each<readonly [string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('on purpose');
      },
      'on purpose',
    ],
    [
      'throws undefined',
      () => {
        throw undefined;
      },
      '',
    ],
    ['rejects', late, 'promise'],
    ['never settles', () => new Promise(() => {}), 'promise'],
    ['returns a number', () => 7, 'returned 7'],
    ['returns text', () => 'ab', 'returned "ab"'],
    [
      'yields and then throws',
      function* () {
        yield 1;
        throw new Error('on purpose');
      },
      'on purpose',
    ],
  ])('it %s', async (_how, fault, why) => {
    const failing = processKeyed((n: number) => n % 2, {
      emits: records<unknown>(),
      state: {
        sum: state.value(0),
        seen: state.list<number>(),
        counts: state.map<number, number>(),
      },
      onRecord(n, { state, emit, timers, forget }) {
        state.sum.update((sum) => sum + n);
        state.seen.push(n);
        state.counts.set(n, 1);
        emit({ sum: state.sum.get(), seen: state.seen.toArray(), counts: state.counts.size });
        timers.eventTime(n, 'mine');
        if (n !== 3) return undefined;
        forget();
        return fault() as Iterable<unknown>;
      },
      onTimer: ({ at }) => [at],
    });
    const probe = probeOperator(failing);
    await probe.feed([1]);
    await probe.feed([3]).catch((error: unknown) => {
      if (why !== '') expect(String(error)).toContain(why);
    });
    await probe.feed([5]);
    await probe.end();
    expect(probe.output).toEqual([{ sum: 1, seen: [1], counts: 1 }, { sum: 6, seen: [1, 5], counts: 2 }, 5]);
  });

  test('and the policy settles it, with a closed balance', async () => {
    const out = toArray<string>();
    const failing = processKeyed(byUser, {
      state: { sum: state.value(0) },
      onError: skip(),
      onRecord({ cents }, { key, state }) {
        state.sum.update((sum) => sum + cents);
        if (cents === 2) throw new Error('on purpose');
        return [`${key} ${state.sum.get()}`];
      },
    });
    const { balance } = await run(pipeline('x', from(ORDERS).pipe(failing).to(out)));
    expect(out.records).toEqual(['a 1', 'b 10', 'a 4']);
    expect(balance).toMatchObject({ closed: true, skipped: 1 });
  });

  test.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('no key');
      },
      'ERR_CALLBACK',
    ],
    ['is an object', () => ({}), 'ERR_KEY'],
    ['is a promise', () => late(), 'ERR_CALLBACK'],
  ])('a key that %s is a failure of the record', async (_how, key, code) => {
    const keyed = from([1])
      .keyBy(key)
      .process({ onRecord() {} });
    await expect(run(pipeline('x', keyed.to(toArray())))).rejects.toMatchObject({
      code,
      origin: { record: 1 },
    });
  });

  test('in onTimer and onEnd it ends the run', async () => {
    const fault = () => {
      throw new Error('on purpose');
    };
    const keyed = from([1]).keyBy((n) => n);
    const ended = keyed.process({ onRecord() {}, onEnd: fault, onError: skip() });
    const timed = keyed.process({
      onRecord: (_n, { timers }) => timers.eventTime(1),
      onTimer: () => Promise.reject(new Error('late')) as never,
      onError: skip(),
    });
    for (const flow of [ended, timed]) {
      await expect(run(pipeline('x', flow.to(toArray())))).rejects.toMatchObject({
        code: 'ERR_CALLBACK',
        message: expect.stringMatching(/^Cannot process in "process"/),
      });
    }
  });
});
