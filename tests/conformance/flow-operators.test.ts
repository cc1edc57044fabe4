import { describe, test } from 'vitest';
import type { Operator } from '../../src/interfaces/operator.ts';
import { batch } from '../../src/processing/operators/batch.ts';
import { buffer } from '../../src/processing/operators/buffer.ts';
import { conflate } from '../../src/processing/operators/conflate.ts';
import { debounce } from '../../src/processing/operators/debounce.ts';
import { delay } from '../../src/processing/operators/delay.ts';
import { flatMapAsync } from '../../src/processing/operators/flat-map-async.ts';
import { mapAsync } from '../../src/processing/operators/map-async.ts';
import { rateLimit } from '../../src/processing/operators/rate-limit.ts';
import { throttle } from '../../src/processing/operators/throttle.ts';
import { timeout } from '../../src/processing/operators/timeout.ts';
import { valve } from '../../src/processing/operators/valve.ts';
import { bulkhead } from '../../src/processing/policies/bulkhead.ts';
import { circuitBreaker } from '../../src/processing/policies/circuit-breaker.ts';
import {
  type ConformanceCase,
  type OperatorCases,
  operatorConformance,
} from '../../src/testing/operator-conformance.ts';

function suite<A, B>(
  name: string,
  make: () => Operator<A, B>,
  cases: OperatorCases<A, B>,
  judged: (one: ConformanceCase) => boolean = () => true,
): void {
  describe(name, () => {
    for (const one of operatorConformance(name, make, cases).filter(judged)) test(one.name, one.run);
  });
}

const same = { input: [1, 2, 3], output: [1, 2, 3], one: [1] };
const doubled = { input: [1, 2, 3], output: [2, 4, 6], one: [2] };

suite<number, number[]>('batch of bytes', () => batch({ bytes: 2 }), {
  input: [1, 2, 3],
  output: [[1, 2], [3]],
  one: [[1]],
  faulty: (fault) => batch({ bytes: 1, sizeOf: fault }) as Operator<number, never>,
});
suite<number, number[]>(
  'batch of records, bytes and time',
  () => batch({ size: 2, bytes: 9, within: '1h' }),
  {
    input: [1, 2, 3],
    output: [[1, 2], [3]],
    one: [[1]],
  },
);
for (const overflow of ['wait', 'drop-oldest', 'drop-newest', 'spill', 'fail'] as const) {
  suite<number, number>(`buffer, ${overflow}`, () => buffer({ size: 1, overflow }), same);
}
// It emits as many, but not at once.
const notAtOnce = ({ name }: ConformanceCase): boolean => !/cardinality/.test(name);
suite<number, number>('delay', () => delay(1), same, notAtOnce);
suite<number, number>('delay of one record at a time', () => delay(1, { size: 1 }), same, notAtOnce);
suite<number, number>('rateLimit', () => rateLimit({ rate: '1/ms' }), same);
suite<number, number>('rateLimit by key', () => rateLimit({ rate: '1/ms', key: (n) => n }), {
  ...same,
  faulty: (fault) => rateLimit({ rate: '1/ms', key: fault }),
});
suite<number, number>('throttle', () => throttle({ every: '1h' }), {
  input: [1, 2, 3],
  output: [1],
  one: [1],
});
suite<number, number>('timeout', () => timeout({ first: '1h', each: '1h', idle: '1h' }), same);
suite<number, number>('valve', () => valve().operator(), same);

// What they let through of several records depends on when those come: their unit tests say what.
const notMany = ({ name }: ConformanceCase): boolean => !/many|two runs|signals|endless/.test(name);
const last = { input: [1, 2], output: [2], one: [1] };
suite<number, number>('debounce', () => debounce({ quiet: 0 }), last, notMany);
suite<number, number>('throttle to the last', () => throttle({ every: 0, keep: 'last' }), last, notMany);
suite<number, number>(
  'conflate',
  () =>
    conflate(
      (n) => n,
      (sum, n) => sum + n,
    ),
  { input: [1, 2], output: [3], one: [1], faulty: (fault) => conflate(fault, (sum) => sum) },
  notMany,
);

suite<number, number>(
  'mapAsync with all limits',
  () =>
    mapAsync(async (n) => n * 2, {
      concurrency: 'auto',
      bulkhead: bulkhead({ concurrency: 1 }),
      circuitBreaker: circuitBreaker({ name: 'x' }),
    }),
  {
    ...doubled,
    faulty: (fault) =>
      mapAsync(fault, {
        concurrency: { max: 3 },
        bulkhead: bulkhead({ concurrency: 2 }),
        circuitBreaker: circuitBreaker({ name: 'x', failures: 1 }),
      }),
  },
);
suite<number, number>(
  'flatMapAsync with all limits',
  () =>
    flatMapAsync(
      async function* (n) {
        yield n * 2;
      },
      {
        concurrency: 'auto',
        bulkhead: bulkhead({ concurrency: 1 }),
        circuitBreaker: circuitBreaker({ name: 'x' }),
      },
    ),
  doubled,
);
