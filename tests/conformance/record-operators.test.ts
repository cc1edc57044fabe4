import { of } from 'rxjs';
import { describe, test } from 'vitest';
import { from } from '../../src/from.ts';
import type { Operator, OperatorContext } from '../../src/interfaces/operator.ts';
import { assert } from '../../src/processing/operators/assert.ts';
import { assign } from '../../src/processing/operators/assign.ts';
import { cast } from '../../src/processing/operators/cast.ts';
import { concatMap } from '../../src/processing/operators/concat-map.ts';
import { dedupe } from '../../src/processing/operators/dedupe.ts';
import { distinct } from '../../src/processing/operators/distinct.ts';
import { drop } from '../../src/processing/operators/drop.ts';
import { expand } from '../../src/processing/operators/expand.ts';
import { expandAsync } from '../../src/processing/operators/expand-async.ts';
import { flatten } from '../../src/processing/operators/flatten.ts';
import { index } from '../../src/processing/operators/index.ts';
import { log } from '../../src/processing/operators/log.ts';
import { map } from '../../src/processing/operators/map.ts';
import { pairwise } from '../../src/processing/operators/pairwise.ts';
import { parseFields } from '../../src/processing/operators/parse-fields.ts';
import { progress } from '../../src/processing/operators/progress.ts';
import { recordId } from '../../src/processing/operators/record-id.ts';
import { sample } from '../../src/processing/operators/sample.ts';
import { startWith } from '../../src/processing/operators/start-with.ts';
import { stringifyFields } from '../../src/processing/operators/stringify-fields.ts';
import { takeUntil } from '../../src/processing/operators/take-until.ts';
import { tap } from '../../src/processing/operators/tap.ts';
import { type TimeInterval, timeInterval } from '../../src/processing/operators/time-interval.ts';
import { type OperatorCases, operatorConformance } from '../../src/testing/operator-conformance.ts';

/** `except`: cases that the operator cannot pass by what it is. */
function suite<A, B>(
  name: string,
  make: () => Operator<A, B>,
  cases: OperatorCases<A, B>,
  except = /^$/,
): void {
  describe(name, () => {
    for (const one of operatorConformance(name, make, cases)) {
      if (!except.test(one.name)) test(one.name, one.run);
    }
  });
}

/** The operator in a run whose clock stands still. */
function standing<A, B>(operator: Operator<A, B>): Operator<A, B> {
  if (operator.kind !== 'sync') throw new TypeError(`${operator.name} is not synchronous`);
  const create = (context: OperatorContext<B>) =>
    operator.create({ ...context, clock: { ...context.clock, now: () => 0 } });
  return Object.freeze({ ...operator, create });
}

interface Row {
  readonly qty: number;
  readonly note: string;
}

const rows: readonly Row[] = [
  { qty: 1, note: '1' },
  { qty: 2, note: '2' },
];
const same = { input: [1, 2, 3], output: [1, 2, 3], one: [1] };
const repeated = { input: [1, 1, 2, 1], output: [1, 2], one: [1] };
const logger = { debug() {}, info() {}, warn() {}, error() {} };

/** As many levels as the number says. */
const below = (n: number) => (n > 1 ? [n - 1] : undefined);

suite<Row, object>('assign', () => assign({ twice: (row: Row) => row.qty * 2 }), {
  input: rows,
  output: [
    { qty: 1, note: '1', twice: 2 },
    { qty: 2, note: '2', twice: 4 },
  ],
  one: [{ qty: 1, note: '1', twice: 2 }],
  faulty: (fault) => assign({ twice: fault }),
});
suite<Row, object>('drop', () => drop('note'), {
  input: rows,
  output: [{ qty: 1 }, { qty: 2 }],
  one: [{ qty: 1 }],
});
suite<Row, object>('cast', () => cast({ note: 'int' }), {
  input: rows,
  output: [
    { qty: 1, note: 1 },
    { qty: 2, note: 2 },
  ],
  one: [{ qty: 1, note: 1 }],
});
suite<object, object>('flatten', () => flatten<object>(), {
  input: [{ a: { b: 1 } }, { a: 2 }],
  output: [{ 'a.b': 1 }, { a: 2 }],
  one: [{ 'a.b': 1 }],
});
suite<Row, object>('parseFields', () => parseFields('note'), {
  input: rows,
  output: [
    { qty: 1, note: 1 },
    { qty: 2, note: 2 },
  ],
  one: [{ qty: 1, note: 1 }],
});
suite<Row, object>('stringifyFields', () => stringifyFields(['qty', 'note']), {
  input: rows,
  output: [
    { qty: '1', note: '"1"' },
    { qty: '2', note: '"2"' },
  ],
  one: [{ qty: '1', note: '"1"' }],
});
suite<Row, object>('index', () => index({ name: 'n', from: 1 }), {
  input: rows,
  output: [
    { qty: 1, note: '1', n: 1 },
    { qty: 2, note: '2', n: 2 },
  ],
  one: [{ qty: 1, note: '1', n: 1 }],
});
const numbered = (n: number, id: string) => `${n} is ${id.slice(25)}`;
suite<number, string>('recordId', () => recordId(numbered), {
  input: [7, 8, 9],
  output: ['7 is 1', '8 is 2', '9 is 3'],
  one: ['7 is 1'],
  faulty: (fault) => recordId(() => fault()),
});
suite<number, [number, number]>('pairwise', () => pairwise(), {
  input: [1, 2, 3],
  output: [
    [1, 2],
    [2, 3],
  ],
  one: [],
});
suite<number, number>('startWith', () => startWith(8, 9), {
  input: [1, 2],
  output: [8, 9, 1, 2],
  one: [8, 9, 1],
  empty: [8, 9],
});
suite<number, number>('distinct', () => distinct(), {
  ...repeated,
  faulty: (fault) => distinct({ key: fault }),
});
suite<number, number>('distinct that may spill', () => distinct({ spill: true }), {
  ...repeated,
  faulty: (fault) => distinct({ key: fault, spill: true }),
});
suite<number, number>('distinct of the last', () => distinct({ last: 2 }), repeated);
suite<number, number>('dedupe', () => dedupe({ within: '1h' }), {
  ...repeated,
  faulty: (fault) => dedupe({ key: fault, within: '1h' }),
});
suite<number, number>('sample of every second', () => sample({ every: 2 }), {
  input: [1, 2, 3, 4],
  output: [1, 3],
  one: [1],
});
suite<number, number>('sample of all', () => sample({ rate: 1 }), same);
suite<number, number>('sample of none', () => sample({ rate: 0 }), { input: [1, 2], output: [], one: [] });
// It emits when the input is over, which no endless one is, and lets no event time through: see its own tests.
suite<number, number>(
  'sample by a reservoir',
  () => sample({ reservoir: 10 }),
  { ...same, holdsTime: true },
  /endless|signals/,
);
suite<number, number>('takeUntil never', () => takeUntil(new AbortController().signal), same);
suite<number, number>('takeUntil at once', () => takeUntil(AbortSignal.abort()), {
  input: [1, 2],
  output: [],
  one: [],
  endsItself: true,
});
suite<number, number>('takeUntil at once, by an Observable', () => takeUntil(of(1)), {
  input: [1, 2],
  output: [],
  one: [],
  endsItself: true,
});
suite<number, TimeInterval<number>>('timeInterval', () => standing(timeInterval()), {
  input: [1, 2],
  output: [
    { value: 1, ms: 0 },
    { value: 2, ms: 0 },
  ],
  one: [{ value: 1, ms: 0 }],
});
suite<number, number>('expand', () => expand(below), {
  input: [2, 1],
  output: [2, 1, 1],
  one: [2, 1],
  faulty: (fault) => expand(fault),
});
suite<number, number>('expandAsync', () => expandAsync(async (n) => below(n)), {
  input: [2, 1],
  output: [2, 1, 1],
  one: [2, 1],
  faulty: (fault) => expandAsync(fault),
});
suite<number, number>('concatMap of iterables', () => concatMap((n) => [n, n]), {
  input: [1, 2],
  output: [1, 1, 2, 2],
  one: [1, 1],
  faulty: (fault) => concatMap(fault),
});
suite<number, number>('concatMap of promises', () => concatMap(async (n) => n), same);
suite<number, number>('concatMap of Observables', () => concatMap((n) => of(n, n)), {
  input: [1, 2],
  output: [1, 1, 2, 2],
  one: [1, 1],
});
suite<number, number>('concatMap of flows', () => concatMap((n) => from([n, n]).pipe(map((m) => m * 2))), {
  input: [1, 2],
  output: [2, 2, 4, 4],
  one: [2, 2],
});
suite<number, number>('tap of an observer', () => tap({ next() {}, start() {}, end() {}, error() {} }), {
  ...same,
  faulty: (fault) => tap({ next: fault }),
});
suite<number, number>('log', () => log({ logger }), {
  ...same,
  faulty: (fault) => log({ logger, message: fault }),
});
suite<number, number>('log of a run without a logger', () => log(), same);
suite<number, number>('progress', () => progress(() => {}, { every: '1h' }), same);
suite<number, number>('assert', () => assert({ 'it is a number': (n) => typeof n === 'number' }), {
  ...same,
  faulty: (fault) => assert({ 'it holds': fault }),
});
