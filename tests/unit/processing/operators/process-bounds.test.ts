import { describe, expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import { processKeyed } from '../../../../src/processing/operators/process-keyed.ts';
import { records } from '../../../../src/processing/operators/process-spec.ts';
import { state } from '../../../../src/processing/operators/state/state.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';

interface Order {
  readonly user: string;
  readonly cents: number;
}

const order = (user: string, cents: number): Order => ({ user, cents });
const byUser = ({ user }: Order) => user;

describe('bounds', () => {
  test('one key more than maxKeys is a failure that says so, and keys with nothing to keep are none', async () => {
    const bounded = processKeyed((n: number) => n, {
      state: { n: state.value(0) },
      maxKeys: 2,
      onRecord: (n, { state }) => state.n.set(n),
    });
    const probe = probeOperator(bounded);
    await probe.feed([1, 2, 1]);
    await expect(probe.feed([3])).rejects.toMatchObject({
      code: 'ERR_LIMIT',
      message: 'state is kept for 2 keys already',
      hint: expect.stringContaining('maxKeys'),
    });
    await probe.feed([2]);
    const stateless = probeOperator(processKeyed((n: number) => n, { maxKeys: 1, onRecord: (n) => [n] }));
    await stateless.feed([1, 2, 3]);
    expect(stateless.output).toEqual([1, 2, 3]);
  });

  test('makes room for others when the state of a key is cleared, forgotten, or too old', async () => {
    const clock = virtualClock();
    const probe = probeOperator(
      processKeyed(({ user }: Order) => user, {
        state: { n: state.value(0, { ttl: '1s' }) },
        maxKeys: 1,
        onRecord({ cents }, { state, forget }) {
          state.n.set(cents);
          if (cents === 1) state.n.clear();
          if (cents === 2) forget();
        },
      }),
      clock,
    );
    await probe.feed([order('a', 1), order('b', 2), order('c', 3)]);
    await expect(probe.feed([order('d', 4)])).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    await clock.advance(1000);
    await probe.feed([order('d', 4)]);
    probe.close();
    await clock.advance(5000);
    expect(clock.pending).toBe(0);
  });

  test('a key with an onEnd is known as long as its longest ttl from its last record', async () => {
    const clock = virtualClock();
    const probe = probeOperator(
      processKeyed(byUser, {
        state: { short: state.value(0, { ttl: 10 }), long: state.value(0, { ttl: 20 }) },
        onRecord() {},
        onEnd: ({ key }) => [key],
      }),
      clock,
    );
    await probe.feed([order('a', 1), order('b', 1)]);
    await clock.advance(15);
    await probe.feed([order('b', 1)]);
    await clock.advance(5);
    await probe.end();
    expect(probe.output).toEqual(['b']);
  });
});

test.each<[string, object]>([
  ['no onRecord', {}],
  ['an onTimer that is no function', { onRecord() {}, onTimer: 7 }],
  ['a state that is none', { onRecord() {}, state: { total: 0 } }],
  ['an output called main', { onRecord() {}, outputs: ['main'] }],
  ['an output called letters', { onRecord() {}, outputs: { letters: records() } }],
  ['an output named twice', { onRecord() {}, outputs: ['late', 'late'] }],
  ['no room for a key', { onRecord() {}, maxKeys: 0 }],
  ['a word that there is not', { onRecord() {}, onrecord() {} }],
])('a spec with %s is refused', (_what, spec) => {
  expect(() =>
    from([1])
      .keyBy((n) => n)
      .process(spec as { onRecord(): void }),
  ).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining('process') }));
});
