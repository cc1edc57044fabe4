import { describe, test } from 'vitest';
import type { Operator } from '../../src/interfaces/operator.ts';
import { processKeyed } from '../../src/processing/operators/process-keyed.ts';
import { records } from '../../src/processing/operators/process-spec.ts';
import { state } from '../../src/processing/operators/state/state.ts';
import { type OperatorCases, operatorConformance } from '../../src/testing/operator-conformance.ts';

function suite<A, B>(name: string, make: () => Operator<A, B>, cases: OperatorCases<A, B>): void {
  describe(name, () => {
    for (const one of operatorConformance(name, make, cases)) test(one.name, one.run);
  });
}

const parity = (n: number) => n % 2;

suite<number, number>(
  'process that sums',
  () =>
    processKeyed(parity, {
      state: { sum: state.value(0) },
      onRecord(n, { state }) {
        state.sum.update((sum) => sum + n);
        return [state.sum.get()];
      },
    }),
  {
    input: [1, 2, 3, 4],
    output: [1, 2, 4, 6],
    one: [1],
    faulty: (fault) => processKeyed(parity, { onRecord: fault }),
  },
);

suite<number, string>(
  'process with timers',
  () =>
    processKeyed(parity, {
      emits: records<string>(),
      state: { seen: state.list<number>({ max: 2 }), counts: state.map<number, number>() },
      onRecord(n, { state, timers }) {
        state.seen.push(n);
        state.counts.set(n, (state.counts.get(n) ?? 0) + 1);
        timers.eventTime(100 - n);
      },
      onTimer: ({ at }, { key, emit }) => emit(`${key} at ${at}`),
      onEnd: ({ key, state, emit }) => emit(`${key}: ${state.seen.toArray()} ${state.counts.size}`),
    }),
  {
    input: [1, 2, 3, 5],
    output: ['1 at 95', '1 at 97', '0 at 98', '1 at 99', '1: 3,5 3', '0: 2 1'],
    one: ['1 at 99', '1: 1 1'],
    beforeWatermark: [],
  },
);

suite<number, number>('process by a key that fails', () => processKeyed(parity, { onRecord: (n) => [n] }), {
  input: [1, 2],
  output: [1, 2],
  one: [1],
  faulty: (fault) => processKeyed(fault, { onRecord: (n) => [n] }),
});
