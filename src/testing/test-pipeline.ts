import assert, { AssertionError } from 'node:assert/strict';
import { didYouMean } from '../core/did-you-mean.ts';
import type { Duration } from '../core/duration.ts';
import { MillraceError } from '../core/errors.ts';
import type { DeadLetter } from '../interfaces/failure.ts';
import type { Operator } from '../interfaces/operator.ts';
import type { Reader } from '../interfaces/reader.ts';
import type { Summary } from '../interfaces/run.ts';
import type { HeldInput } from '../io/memory/input-reader.ts';
import type { Pipeline } from '../processing/graph/pipeline.ts';
import { sinksOf } from '../processing/graph/swap-nodes.ts';
import type { Marbles } from './marbles.ts';
import { isMarbles, type Moment, momentsOf, playPipeline } from './play-pipeline.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What came of a pipeline under test. */
export interface PipelineOutcome {
  /** What each sink was given, by its name; dead letters included. */
  // biome-ignore lint/suspicious/noExplicitAny: a pipeline does not say of which type the records of a sink are
  readonly outputs: Readonly<Record<string, readonly any[]>>;
  /** What sinks that get dead letters only were given. */
  readonly deadLetters: readonly DeadLetter[];
  readonly summary: Summary;
}

/** What takes the place of nodes, and what is to come of it. */
export interface TestPipelineOptions {
  /** What comes instead of readers, by their names: records, marbles, or another reader. @default the readers as they are */
  readonly inputs?: Readonly<Record<string, HeldInput<unknown> | Reader<unknown>>>;
  /** Operators instead of others, by their names: for those that call what a test must not reach. */
  readonly operators?: Readonly<Record<string, Operator<never, unknown>>>;
  /** The records, or the marbles, that sinks are to be given, by their names; or a function that checks it all. */
  readonly expect?:
    | Readonly<Record<string, readonly unknown[] | Marbles<unknown>>>
    | ((outcome: PipelineOutcome) => void | Promise<void>);
  /** @default a new one, at 0 */
  readonly clock?: VirtualClock;
  /** Seed of the jitter in backoffs. @default 1 */
  readonly seed?: number;
  /** When a run that has not ended is stopped. @default when the marbles without an end are over */
  readonly until?: Duration;
  /** Aborts the run, which then fails with `ERR_ABORTED`. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a pipeline in memory: other inputs take the place of its readers, by the names of the nodes, arrays that
 * of all its writers, and a virtual clock moves on by itself whenever there is nothing left to do. So nothing
 * is written anywhere, and what takes days takes no time. Callbacks that wait for the real world see it fly.
 *
 * @throws MillraceError `ERR_OPTIONS` for a name that no such node has, and what the run fails with;
 * AssertionError when a sink is given something else than was expected.
 * @example
 * ```ts
 * import { csv, filter, ndjson, pipeline } from 'millrace';
 * import { testPipeline } from 'millrace/testing';
 *
 * const orders = csv.read('orders.csv').pipe(filter((order) => order.status === 'paid'));
 *
 * await testPipeline(pipeline('orders', orders.to(ndjson.write('paid.ndjson'))), {
 *   inputs: { csv: [{ id: 1, status: 'paid' }, { id: 2, status: 'open' }] },
 *   expect: { ndjson: [{ id: 1, status: 'paid' }] },
 * });
 * ```
 */
export async function testPipeline(
  pipeline: Pipeline,
  options: TestPipelineOptions = {},
): Promise<PipelineOutcome> {
  const { expect = {} } = options;
  const known = sinksOf(pipeline).map(({ name }) => name);
  if (typeof expect !== 'function') checkExpected(pipeline.name, Object.keys(expect), known);
  const { outcome, moments } = await playPipeline(pipeline, options);
  if (typeof expect === 'function') await expect(outcome);
  else {
    for (const [name, wanted] of Object.entries(expect)) {
      compare(name, outcome.outputs[name]!, moments.get(name)!, wanted);
    }
  }
  return outcome;
}

function checkExpected(pipeline: string, names: readonly string[], known: readonly string[]): void {
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new MillraceError(
      'ERR_OPTIONS',
      `Cannot expect anything of "${pipeline}": it has no sink "${name}"`,
      {
        hint: didYouMean(name, known),
      },
    );
  }
}

function compare(
  name: string,
  records: readonly unknown[],
  came: readonly Moment[],
  wanted: readonly unknown[] | Marbles<unknown>,
): void {
  if (isMarbles(wanted)) same(name, came, momentsOf(name, wanted));
  else same(name, records, wanted);
}

function same(name: string, actual: unknown, expected: unknown): void {
  try {
    assert.deepEqual(actual, expected);
  } catch (error) {
    if (!(error instanceof AssertionError)) throw error;
    const message = `"${name}" was given something else than was expected\n\n${error.message}`;
    throw new AssertionError({ message, actual, expected, operator: 'deepStrictEqual' });
  }
}
