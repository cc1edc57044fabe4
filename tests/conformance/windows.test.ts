import { describe, test } from 'vitest';
import type { Operator } from '../../src/interfaces/operator.ts';
import { count } from '../../src/processing/operators/aggregates/count.ts';
import { eventTime } from '../../src/processing/operators/event-time.ts';
import { countWindow } from '../../src/processing/operators/windows/count-window.ts';
import { globalWindow } from '../../src/processing/operators/windows/global-window.ts';
import { hopping } from '../../src/processing/operators/windows/hopping.ts';
import { processingTime } from '../../src/processing/operators/windows/processing-time.ts';
import { session } from '../../src/processing/operators/windows/session.ts';
import { tumbling } from '../../src/processing/operators/windows/tumbling.ts';
import type { Window } from '../../src/processing/operators/windows/window.ts';
import { windowBy } from '../../src/processing/operators/windows/window-by.ts';
import { type OperatorCases, operatorConformance } from '../../src/testing/operator-conformance.ts';

function suite<A, B>(name: string, make: () => Operator<A, B>, cases: OperatorCases<A, B>): void {
  describe(name, () => {
    for (const one of operatorConformance(name, make, cases)) test(one.name, one.run);
  });
}

// Where event time comes from, that of upstream ends: what else the suite asks is what counts.
describe('eventTime', () => {
  const cases = {
    input: [1, 2, 3],
    output: [1, 2, 3],
    one: [1],
    faulty: (fault: () => never) => eventTime(fault),
  };
  for (const one of operatorConformance(
    'eventTime',
    () => eventTime<number>((n) => n, { idle: '30s' }),
    cases,
  )) {
    if (!one.name.endsWith('lets signals pass in their place')) test(one.name, one.run);
  }
});

const time = (at: number): number => at;
const counting = (window: Window<number>) => () => windowBy(() => 'k', window, { n: count<number>() });
const result = (start: number, end: number, n: number) => ({ key: 'k', window: { start, end }, n });

suite('tumbling windows', counting(tumbling(5, { time })), {
  input: [1, 4, 5, 12],
  output: [result(0, 5, 2), result(5, 10, 1), result(10, 15, 1)],
  one: [result(0, 5, 1)],
  beforeWatermark: [],
  faulty: (fault) => windowBy(() => 'k', tumbling(5, { time: fault }), { n: count<number>() }),
});
suite('windows of a broken key', counting(tumbling(5, { time })), {
  input: [1, 4],
  output: [result(0, 5, 2)],
  one: [result(0, 5, 1)],
  beforeWatermark: [],
  faulty: (fault) => windowBy(fault, tumbling(5, { time }), { n: count<number>() }),
});
suite('windows of a broken aggregate', counting(tumbling(5, { time })), {
  input: [1, 4],
  output: [result(0, 5, 2)],
  one: [result(0, 5, 1)],
  beforeWatermark: [],
  faulty: (fault) =>
    windowBy(() => 'k', tumbling(5, { time }), {
      n: { name: 'broken', create: () => 0, add: fault, merge: () => 0, result: () => 0 },
    }) as Operator<number, never>,
});
suite('hopping windows', counting(hopping(10, { every: 5, time })), {
  input: [3, 7],
  output: [result(-5, 5, 1), result(0, 10, 2), result(5, 15, 1)],
  one: [result(-5, 5, 1), result(0, 10, 1)],
  beforeWatermark: [],
});
suite('sessions', counting(session(5, { time })), {
  input: [3, 7, 20],
  output: [result(3, 12, 2), result(20, 25, 1)],
  one: [result(3, 8, 1)],
  beforeWatermark: [],
  faulty: (fault) => windowBy(() => 'k', session(5, { time: fault }), { n: count<number>() }),
});
suite('windows of so many records', counting(countWindow(2)), {
  input: [3, 7, 20],
  output: [result(0, 2, 2), result(2, 3, 1)],
  one: [result(0, 1, 1)],
  beforeWatermark: [],
  faulty: (fault) => windowBy(fault, countWindow(2), { n: count<number>() }),
});
suite('the global window', counting(globalWindow()), {
  input: [3, 7, 20],
  output: [result(-Infinity, Infinity, 3)],
  one: [result(-Infinity, Infinity, 1)],
  beforeWatermark: [],
  faulty: (fault) => windowBy(fault, globalWindow(), { n: count<number>() }),
});
suite('a global window by the clock', counting(globalWindow({ time: processingTime() })), {
  input: [3, 7, 20],
  output: [result(-Infinity, Infinity, 3)],
  one: [result(-Infinity, Infinity, 1)],
  beforeWatermark: [],
});
