import { duration } from '../core/duration.ts';
import { MillraceError } from '../core/errors.ts';
import type { Batch } from '../interfaces/batch.ts';
import type { DeadLetter } from '../interfaces/failure.ts';
import type { Reader } from '../interfaces/reader.ts';
import type { Sink, Writer } from '../interfaces/writer.ts';
import { type HeldInput, inputReader } from '../io/memory/input-reader.ts';
import type { Pipeline } from '../processing/graph/pipeline.ts';
import { sinksOf, swapNodes } from '../processing/graph/swap-nodes.ts';
import { start } from '../start.ts';
import type { Marbles } from './marbles.ts';
import { playRun } from './play-run.ts';
import type { PipelineOutcome, TestPipelineOptions } from './test-pipeline.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

/** A record that a sink was given, and when, in milliseconds from the beginning. */
export interface Moment {
  readonly at: number;
  readonly record: unknown;
}

export interface PlayedPipeline {
  readonly outcome: PipelineOutcome;
  /** The same records as the outputs, by sink, with their times. */
  readonly moments: ReadonlyMap<string, readonly Moment[]>;
}

/** Runs a pipeline with what takes the place of its nodes, by a virtual clock, and keeps all that sinks are given. */
export async function playPipeline(
  pipeline: Pipeline,
  options: Omit<TestPipelineOptions, 'expect'>,
): Promise<PlayedPipeline> {
  const { inputs = {}, operators = {}, clock = virtualClock(), seed = 1, signal } = options;
  const sinks = sinksOf(pipeline);
  const began = clock.now();
  const captures = new Map(sinks.map(({ name }) => [name, new Capture(clock, began)]));
  const readers = Object.entries(inputs).map(([name, input]) => [name, readerOf(input)] as const);
  const swapped = swapNodes(pipeline, {
    readers: Object.fromEntries(readers),
    operators,
    writers: Object.fromEntries(captures),
  });
  const live = start(swapped, { clock, seed, stallAfter: false, ...(signal !== undefined && { signal }) });
  const summary = await playRun(live, clock, stopAt(options, began));
  const moments = new Map([...captures].map(([name, capture]) => [name, capture.moments]));
  const outputs = Object.fromEntries(
    [...moments].map(([name, list]) => [name, list.map(({ record }) => record)]),
  );
  const deadLetters = sinks.flatMap(({ name, letters }) => (letters ? outputs[name]! : [])) as DeadLetter[];
  return { outcome: { outputs, deadLetters, summary }, moments };
}

/** A writer that keeps what it is given, and when. */
class Capture implements Writer<unknown> {
  readonly name = 'capture';
  readonly label = 'capture';
  readonly traits = { commit: 'none' } as const;
  readonly moments: Moment[] = [];
  readonly #clock: VirtualClock;
  readonly #began: number;

  constructor(clock: VirtualClock, began: number) {
    this.#clock = clock;
    this.#began = began;
  }

  async open(): Promise<Sink<unknown>> {
    return {
      write: ({ records }: Batch<unknown>) => {
        const at = this.#clock.now() - this.#began;
        for (const record of records) this.moments.push({ at, record });
      },
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

export function isMarbles(input: unknown): input is Marbles<unknown> {
  return isReader(input) && 'lengthMs' in input;
}

/** When all marbles are over, if one of them does not end by itself. */
function stopAt(
  { inputs = {}, until }: Omit<TestPipelineOptions, 'expect'>,
  began: number,
): number | undefined {
  if (until !== undefined) return began + duration(until, 'until');
  const played = Object.values(inputs).filter(isMarbles);
  if (played.every(({ ends }) => ends)) return undefined;
  return began + Math.max(...played.map(({ lengthMs }) => lengthMs));
}

/**
 * What a sink is given, and when, where it is to be given these marbles.
 *
 * @throws MillraceError `ERR_OPTIONS` for what no sink sees.
 */
export function momentsOf(sink: string, { events, label }: Marbles<unknown>): Moment[] {
  return events.flatMap((event) => {
    if (event.kind === 'records') return event.records.map((record) => ({ at: event.at, record }));
    if (event.kind === 'end') return [];
    throw new MillraceError('ERR_OPTIONS', `Cannot expect "${sink}" to be ${label}: sinks see records only`, {
      hint: 'Use expectMarbles(flow, diagram) for watermarks, barriers and errors.',
    });
  });
}
