import assert from 'node:assert/strict';
import type { Operator } from '../interfaces/operator.ts';
import { cutAnywhere } from './operator-cuts.ts';
import { probeOperator } from './operator-probe.ts';
import {
  passesSignals,
  runsIntoError,
  runsIntoFault,
  runsNever,
  runsThrough,
  stopsEndless,
} from './operator-runs.ts';

/** One thing that every operator must do. `run` throws or rejects when it does not. */
export interface ConformanceCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** What the suite has to know of an operator in order to judge it. */
export interface OperatorCases<A, B> {
  /** At least two records. */
  readonly input: readonly A[];
  /** What comes of all of `input`. */
  readonly output: readonly B[];
  /** What comes of the first record alone. */
  readonly one: readonly B[];
  /** What comes of no record at all. @default nothing */
  readonly empty?: readonly B[];
  /** Whether the operator ends the branch by itself when `input` comes again and again. @default false */
  readonly endsItself?: boolean;
  /** Whether it holds all records, and event time with them, until the input is over. @default false */
  readonly holdsTime?: boolean;
  /** What has come of the first record when event time 1 has been reached behind it. @default `one` */
  readonly beforeWatermark?: readonly B[];
  /**
   * Makes the operator with a user callback that does nothing but `return fault()`. Absent where the
   * operator takes no callback.
   */
  readonly faulty?: (fault: () => never) => Operator<A, B>;
}

/** So many records say that an operator does not end by itself. */
const ENDLESS = 10_000;

const BROKEN = new Error('the callback broke');

/** What a callback can do instead of its work, at once. */
const FAULTS: Readonly<Record<string, () => unknown>> = {
  'throws an error': () => {
    throw BROKEN;
  },
  'throws undefined': () => {
    throw undefined;
  },
  'returns a promise that rejects': () => Promise.reject(BROKEN),
};

/**
 * The cases that every operator must pass, for whichever test framework, by itself and in runs: never,
 * empty, one, many, error, early stop, endless, two runs at once, signals in their place, and every way
 * in which a callback can fail.
 *
 * @example
 * ```ts
 * import { map } from 'millrace';
 * import { operatorConformance } from 'millrace/testing';
 *
 * const suite = operatorConformance('double', () => map((n: number) => n * 2), {
 *   input: [1, 2],
 *   output: [2, 4],
 *   one: [2],
 *   faulty: (fault) => map(fault),
 * });
 * for (const { name, run } of suite) {
 *   await run();
 *   console.log(`ok ${name}`);
 * }
 * ```
 */
export function operatorConformance<A, B>(
  name: string,
  make: () => Operator<A, B>,
  cases: OperatorCases<A, B>,
): readonly ConformanceCase[] {
  const suite: [string, () => Promise<void> | void][] = [
    ['is a frozen description with a name', () => isDescription(make())],
    ['emits nothing and ends when no record ever comes', () => never(make())],
    ['handles an empty input', () => gives(make(), [], cases.empty ?? [])],
    ['handles a single record', () => gives(make(), cases.input.slice(0, 1), cases.one)],
    ['handles many records', () => gives(make(), cases.input, cases.output)],
    ['emits as many records as its cardinality says', () => keepsCardinality(make(), cases)],
    ['keeps two runs at the same time apart', () => twoRuns(make(), cases)],
    ['emits nothing after it was stopped early', () => stoppedEarly(make(), cases.input)],
    [
      'goes on from a snapshot, wherever it is taken, as if nothing had happened',
      () => cutAnywhere(make, cases),
    ],
  ];
  suite.push(
    ['lets a run be aborted while no record comes', () => runsNever(make())],
    ['gives the same in a run on no record', () => runsThrough(make(), [], cases.empty ?? [])],
    [
      'gives the same in a run, in one batch and in many',
      () => runsThrough(make(), cases.input, cases.output),
    ],
    ['ends the run with the error of its reader', () => runsIntoError(make(), cases)],
    ['ends and closes an endless source when downstream has enough', () => stopsEndless(make(), cases)],
    ['lets signals pass in their place', () => passesSignals(make(), cases)],
  );
  if (cases.endsItself === true) {
    suite.push(['ends an endless input, and emits nothing after it ended', () => endsItself(make(), cases)]);
  }
  for (const [fault, act] of Object.entries(FAULTS)) {
    const { faulty } = cases;
    if (faulty === undefined) break;
    const broken = () => faulty(act as () => never);
    suite.push(
      [`lets it be known when a callback ${fault}`, () => faults(broken(), cases, fault)],
      [`ends a run in which a callback ${fault}`, () => runsIntoFault(broken(), cases)],
    );
  }
  return suite.map(([title, run]) => ({ name: `${name} ${title}`, run: async () => run() }));
}

function isDescription(operator: Operator<never, unknown>): void {
  assert.ok(Object.isFrozen(operator), 'the description can be changed');
  assert.match(operator.name, /\S/, 'the operator has no name');
}

async function never<A, B>(operator: Operator<A, B>): Promise<void> {
  const probe = probeOperator(operator);
  await settled();
  probe.close();
  await settled();
  assert.deepEqual(probe.output, []);
  assert.deepEqual(probe.failures, []);
}

async function gives<A, B>(
  operator: Operator<A, B>,
  input: readonly A[],
  output: readonly B[],
): Promise<void> {
  const probe = probeOperator(operator);
  await probe.feed(input);
  await probe.end();
  probe.close();
  assert.deepEqual(probe.failures, []);
  assert.deepEqual(probe.output, output);
}

async function keepsCardinality<A, B>(operator: Operator<A, B>, cases: OperatorCases<A, B>): Promise<void> {
  const probe = probeOperator(operator);
  for (const record of cases.holdsTime === true ? [] : cases.input) {
    const before = probe.output.length;
    await probe.feed([record]);
    const emitted = probe.output.length - before;
    if (operator.cardinality === 'one') assert.equal(emitted, 1, 'one record must become one');
    if (operator.cardinality === 'filter') assert.ok(emitted <= 1, 'one record became several');
  }
  probe.close();
}

async function twoRuns<A, B>(operator: Operator<A, B>, cases: OperatorCases<A, B>): Promise<void> {
  const probes = [probeOperator(operator), probeOperator(operator)];
  for (const record of cases.input) {
    for (const probe of probes) await probe.feed([record]);
  }
  for (const probe of probes) {
    await probe.end();
    probe.close();
    assert.deepEqual(probe.output, cases.output, 'state is shared between runs');
  }
}

async function stoppedEarly<A, B>(operator: Operator<A, B>, input: readonly A[]): Promise<void> {
  const probe = probeOperator(operator);
  await probe.feed(input.slice(0, 1));
  const emitted = probe.output.length;
  probe.close();
  await settled();
  assert.equal(probe.output.length, emitted, 'it went on emitting');
  assert.deepEqual(probe.failures, []);
}

async function endsItself<A, B>(operator: Operator<A, B>, cases: OperatorCases<A, B>): Promise<void> {
  const probe = probeOperator(operator);
  for (let fed = 0; fed < ENDLESS && !probe.completed; fed += cases.input.length) {
    await probe.feed(cases.input);
    await settled();
  }
  assert.ok(probe.completed, `it did not end within ${ENDLESS} records`);
  const emitted = probe.output.length;
  await probe.end();
  assert.equal(probe.output.length, emitted, 'it emitted after it had completed');
  probe.close();
}

/** The engine turns what an operator throws into a policy's decision; it must get to see it. */
async function faults<A, B>(
  operator: Operator<A, B>,
  cases: OperatorCases<A, B>,
  fault: string,
): Promise<void> {
  const probe = probeOperator(operator);
  const thrown: unknown[] = [];
  await probe.feed(cases.input.slice(0, 1)).catch((error: unknown) => thrown.push(error));
  await settled();
  const seen = [...thrown, ...probe.failures];
  probe.close();
  await settled();
  assert.equal(seen.length, 1, `nobody learnt that the callback ${fault}`);
  assert.deepEqual(probe.output, [], 'it emitted a record that had failed');
}

/** Lets everything that is due in this turn happen. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
