import assert, { AssertionError } from 'node:assert/strict';
import { didYouMean } from '../core/did-you-mean.ts';
import { type Duration, duration } from '../core/duration.ts';
import { MillraceError } from '../core/errors.ts';
import type { Batch } from '../interfaces/batch.ts';
import type { DeadLetter } from '../interfaces/failure.ts';
import type { Operator } from '../interfaces/operator.ts';
import type { Reader } from '../interfaces/reader.ts';
import type { Summary } from '../interfaces/run.ts';
import type { Sink, Writer } from '../interfaces/writer.ts';
import { type HeldInput, inputReader } from '../io/memory/input-reader.ts';
import type { Pipeline } from '../processing/graph/pipeline.ts';
import { sinksOf, swapNodes } from '../processing/graph/swap-nodes.ts';
import { start } from '../start.ts';
import type { Marbles } from './marbles.ts';
import { playRun } from './play-run.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

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
}

/** A batch that a sink was given, and when. */
interface Written {
  readonly at: number;
  readonly records: readonly unknown[];
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
  const { inputs = {}, operators = {}, expect = {}, clock = virtualClock(), seed = 1 } = options;
  const sinks = sinksOf(pipeline);
  const captures = new Map(sinks.map(({ name }) => [name, new Capture(clock)]));
  if (typeof expect !== 'function') checkExpected(pipeline.name, Object.keys(expect), [...captures.keys()]);
  const readers = Object.entries(inputs).map(([name, input]) => [name, readerOf(input)] as const);
  const swapped = swapNodes(pipeline, {
    readers: Object.fromEntries(readers),
    operators,
    writers: Object.fromEntries(captures),
  });
  const began = clock.now();
  const live = start(swapped, { clock, seed, stallAfter: false });
  const summary = await playRun(live, clock, stopAt(options, began));
  const outputs = Object.fromEntries([...captures].map(([name, { records }]) => [name, records]));
  const outcome: PipelineOutcome = {
    outputs,
    deadLetters: sinks.flatMap(({ name, letters }) => (letters ? outputs[name]! : [])) as DeadLetter[],
    summary,
  };
  if (typeof expect === 'function') await expect(outcome);
  else for (const [name, wanted] of Object.entries(expect)) compare(name, captures.get(name)!, wanted, began);
  return outcome;
}

/** A writer that keeps what it is given, and when. */
class Capture implements Writer<unknown> {
  readonly name = 'capture';
  readonly label = 'capture';
  readonly traits = { commit: 'none' } as const;
  readonly written: Written[] = [];
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  get records(): readonly unknown[] {
    return this.written.flatMap(({ records }) => records);
  }

  async open(): Promise<Sink<unknown>> {
    return {
      write: ({ records }: Batch<unknown>) => void this.written.push({ at: this.#clock.now(), records }),
      async close() {},
      async abort() {},
    };
  }
}

function readerOf(input: HeldInput<unknown> | Reader<unknown>): Reader<unknown> {
  return isReader(input) ? input : inputReader(input);
}

function isReader(input: unknown): input is Reader<unknown> {
  return typeof input === 'object' && input !== null && 'traits' in input && 'open' in input;
}

function isMarbles(input: unknown): input is Marbles<unknown> {
  return isReader(input) && 'lengthMs' in input;
}

/** When all marbles are over, if one of them does not end by itself. */
function stopAt({ inputs = {}, until }: TestPipelineOptions, began: number): number | undefined {
  if (until !== undefined) return began + duration(until, 'until');
  const played = Object.values(inputs).filter(isMarbles);
  if (played.every(({ ends }) => ends)) return undefined;
  return began + Math.max(...played.map(({ lengthMs }) => lengthMs));
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
  { records, written }: Capture,
  wanted: readonly unknown[] | Marbles<unknown>,
  began: number,
): void {
  if (!isMarbles(wanted)) {
    same(name, records, wanted);
    return;
  }
  const expected = wanted.events.flatMap((event) => {
    if (event.kind === 'records') return event.records.map((record) => ({ at: event.at, record }));
    if (event.kind === 'end') return [];
    throw new MillraceError(
      'ERR_OPTIONS',
      `Cannot expect "${name}" to be ${wanted.label}: sinks see records only`,
      {
        hint: 'Use expectMarbles(flow, diagram) for watermarks, barriers and errors.',
      },
    );
  });
  const came = written.flatMap(({ at, records: batch }) =>
    batch.map((record) => ({ at: at - began, record })),
  );
  same(name, came, expected);
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
