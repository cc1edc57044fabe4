import { from } from '../../../../src/from.ts';
import type { Operator } from '../../../../src/interfaces/operator.ts';
import type { RunHandle } from '../../../../src/interfaces/run.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import type { Flow } from '../../../../src/processing/graph/flow.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { defineOperator } from '../../../../src/processing/operators/define-operator.ts';
import { start } from '../../../../src/start.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { type VirtualClock, virtualClock } from '../../../../src/testing/virtual-clock.ts';

/** Lets time pass in steps, with enough turns between them for records to go all the way. */
export async function elapse(clock: VirtualClock, ms: number, step = ms): Promise<void> {
  await turns(12);
  for (let passed = 0; passed < ms; passed += step) {
    await clock.advance(Math.min(step, ms - passed));
    await turns(12);
  }
}

/** Notes down what passes, and when; watermarks as text. */
export function noting<A>(clock: VirtualClock, log: (readonly [number, A | string])[]): Operator<A, A> {
  return defineOperator<A, A>({
    name: 'noting',
    cardinality: 'one',
    create: () => ({
      push(record, emit) {
        log.push([clock.now(), record]);
        emit(record);
      },
      watermark: (time) => void log.push([clock.now(), `t${time}`]),
    }),
  });
}

export interface Timed<A> {
  readonly clock: VirtualClock;
  /** What came through, and when. */
  readonly log: (readonly [number, A | string])[];
  readonly live: RunHandle;
}

/** A run of one operator by a clock that stands still. */
export function timed<A>(input: Flow<A> | readonly A[], operator: Operator<A, A>): Timed<A> {
  const clock = virtualClock();
  const log: (readonly [number, A | string])[] = [];
  const source = Array.isArray(input) ? from(input as readonly A[]) : (input as Flow<A>);
  const flow = source.pipe(operator, noting(clock, log));
  return { clock, log, live: start(pipeline('x', flow.to(toArray())), { clock, stallAfter: false }) };
}
