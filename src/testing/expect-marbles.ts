import assert, { AssertionError } from 'node:assert/strict';
import type { Duration } from '../core/duration.ts';
import { duration } from '../core/duration.ts';
import { toError } from '../core/errors.ts';
import type { Signal } from '../interfaces/signal.ts';
import { discard } from '../io/memory/discard.ts';
import type { Flow } from '../processing/graph/flow.ts';
import { pipeline } from '../processing/graph/pipeline.ts';
import { defineOperator } from '../processing/operators/define-operator.ts';
import { start } from '../start.ts';
import type { MarblesOptions } from './marbles.ts';
import { type Marble, parseMarbles } from './parse-marbles.ts';
import { playRun } from './play-run.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

/** How a flow is compared with a diagram. */
export interface ExpectMarblesOptions extends MarblesOptions {
  /** @default a new one */
  readonly clock?: VirtualClock;
  /** Whether watermarks and barriers count. @default when the diagram has one */
  readonly signals?: boolean;
  /** When a run that has not ended is stopped. @default at the end of the diagram, when it does not end */
  readonly until?: Duration;
}

/** What came, and when. */
type Moment =
  | { readonly at: number; readonly record: unknown }
  | { readonly at: number; readonly watermark: number | 'idle' }
  | { readonly at: number; readonly barrier: number }
  | { readonly at: number; readonly end: true }
  | { readonly at: number; readonly error: unknown };

/**
 * Runs a flow by a virtual clock, and compares what comes when with a diagram. How records are put together in
 * batches does not matter, only when they come: `(ab)` is `a` and `b` at one time.
 *
 * @throws AssertionError that shows both.
 * @example
 * ```ts
 * import { batch, readFrom } from 'millrace';
 * import { expectMarbles, marbles } from 'millrace/testing';
 *
 * const pairs = readFrom(marbles('a-b---c-|')).pipe(batch(2, { within: '5ms' }));
 * await expectMarbles(pairs, '--x-----(y|)', { x: ['a', 'b'], y: ['c'] });
 * ```
 */
export async function expectMarbles<T>(
  flow: Flow<T>,
  diagram: string,
  values?: Readonly<Record<string, T>>,
  options: ExpectMarblesOptions = {},
): Promise<void> {
  const { events, ends, lengthMs } = parseMarbles(diagram, values, duration(options.frame ?? 1, 'frame'));
  const clock = options.clock ?? virtualClock();
  const stopAt = options.until === undefined ? undefined : duration(options.until, 'until');
  const came = await record(flow, clock, stopAt ?? (ends ? undefined : lengthMs));
  const expected = events.flatMap((event) => moments(event, options));
  const signals = options.signals ?? expected.some(isSignal);
  // Without an end, it is the test that stops the run.
  const counted = came.filter((moment) => (signals || !isSignal(moment)) && (ends || !('end' in moment)));
  compare(
    counted.map((moment) => withoutError(moment, options)),
    expected,
    diagram,
  );
}

/** Runs the flow and writes down what comes. */
async function record<T>(
  flow: Flow<T>,
  clock: VirtualClock,
  stopAfter: number | undefined,
): Promise<Moment[]> {
  const came: Moment[] = [];
  const began = clock.now();
  const at = () => clock.now() - began;
  const recorder = defineOperator<T, T>({
    name: 'recorder',
    kind: 'duplex',
    cardinality: 'one',
    create: ({ emit, forward }) => ({
      write(records) {
        for (const one of records) came.push({ at: at(), record: one });
        return emit(records);
      },
      signal(signal) {
        came.push({ at: at(), ...named(signal) });
        return forward(signal);
      },
      async end() {
        came.push({ at: at(), end: true });
      },
      abort() {},
    }),
  });
  const handle = start(pipeline('marbles', flow.pipe(recorder).to(discard())), { clock, stallAfter: false });
  const stopAt = stopAfter === undefined ? undefined : began + stopAfter;
  await playRun(handle, clock, stopAt).catch((error: unknown) => {
    came.push({ at: at(), error });
  });
  return came;
}

function named(signal: Signal): { watermark: number | 'idle' } | { barrier: number } {
  if (signal.kind === 'barrier') return { barrier: signal.id };
  return { watermark: signal.idle === true ? 'idle' : signal.time };
}

function moments(event: Marble<unknown>, options: ExpectMarblesOptions): Moment[] {
  const { at } = event;
  switch (event.kind) {
    case 'records':
      return event.records.map((one) => ({ at, record: one }));
    case 'signal':
      return [{ at, ...named(event.signal) }];
    case 'end':
      return [{ at, end: true }];
    case 'error':
      return [{ at, error: 'error' in options ? options.error : 'any' }];
  }
}

function isSignal(moment: Moment): boolean {
  return 'watermark' in moment || 'barrier' in moment;
}

/** What a run failed with, as the expectation says it: any error will do, or that one, somewhere in the causes. */
function withoutError(moment: Moment, options: ExpectMarblesOptions): Moment {
  if (!('error' in moment)) return moment;
  const { at, error } = moment;
  if (!('error' in options)) return { at, error: 'any' };
  for (let cause: unknown = error; cause !== undefined; cause = toError(cause).cause) {
    if (cause === options.error) return { at, error: options.error };
  }
  return moment;
}

function compare(came: readonly Moment[], expected: readonly Moment[], diagram: string): void {
  try {
    assert.deepEqual(came, expected);
  } catch (error) {
    if (!(error instanceof AssertionError)) throw error;
    const message = `The flow is not ${diagram.trim()}\n\n${error.message}`;
    throw new AssertionError({ message, actual: came, expected, operator: 'deepStrictEqual' });
  }
}
