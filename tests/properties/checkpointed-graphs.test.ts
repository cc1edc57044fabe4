import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isMillraceError } from '../../src/core/errors.ts';
import type { Clock } from '../../src/interfaces/clock.ts';
import type { RunHandle, RunOptions, Summary } from '../../src/interfaces/run.ts';
import { checkCheckpointable } from '../../src/processing/checkpoint/checkpointable.ts';
import { Pipeline, pipeline } from '../../src/processing/graph/pipeline.ts';
import { applyRules, rules } from '../../src/processing/plan/planner.ts';
import { Run } from '../../src/processing/runtime/run.ts';
import { start } from '../../src/start.ts';
import { memoryStore } from '../../src/testing/memory-store.ts';
import { type Disk, disk, durable } from '../unit/processing/checkpoint/durable.ts';
import { build, type Expected, type Parts, type RandomGraph, type Step, steps } from './random-graphs.ts';

/** A millisecond is a turn of the event loop; long times never pass. */
const impatient: Clock = {
  now: () => 0,
  schedule(callback, ms) {
    if (ms > 1000) return () => {};
    let left = ms;
    const turn = (): void => {
      left--;
      if (left > 0) timer = setImmediate(turn);
      else callback();
    };
    let timer = setImmediate(turn);
    return () => clearImmediate(timer);
  },
};

/** The sinks of a graph that is built again for each run. */
function disks(): Parts {
  const outputs: Disk<number>[] = [];
  const letters = disk<never>();
  return {
    output(index) {
      outputs[index] ??= disk();
      return durable(outputs[index]);
    },
    letters: () => durable(letters),
  };
}

function planned(graph: RandomGraph, edgeCapacity: number): Pipeline | undefined {
  try {
    const made = pipeline('random', graph.branches, { edgeCapacity });
    checkCheckpointable('random', Pipeline.plan(made).graph);
    return made;
  } catch (error) {
    if (isMillraceError(error) && /deadlock|before its turn/.test(error.message)) {
      return undefined;
    }
    throw error;
  }
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** Ends a run at a time: without a word, or with a last checkpoint. */
async function interrupted(
  live: RunHandle,
  after: number,
  how: 'kill' | 'stop' | undefined,
): Promise<Summary | undefined> {
  let over = false;
  const done = live.done.finally(() => {
    over = true;
  });
  done.catch(() => {});
  for (let turn = 0; turn < after && !over; turn++) await turns(1);
  if (!over && how === 'kill') await live.abort('killed');
  else if (!over && how === 'stop') void live.stop();
  for (let turn = 0; turn < 20_000 && !over; turn++) await turns(1);
  if (!over) {
    await live.abort('it hangs');
    throw new Error('the run hangs');
  }
  return done.catch((error: { readonly code?: string; readonly message: string }) => {
    // A join that holds much of one input makes no checkpoint: a stop is then no better than a kill.
    if (error.code !== 'ERR_ABORTED' && !error.message.includes('too far apart')) throw error;
    return undefined;
  });
}

function judge(records: readonly number[], expected: Expected): void {
  const sorted = (list: readonly number[]) => list.toSorted((a, b) => a - b);
  if (expected.kind === 'exact') expect(records).toEqual(expected.records);
  else if (expected.kind === 'bag') expect(sorted(records)).toEqual(sorted(expected.records));
  else if (expected.kind === 'count') expect(records.length).toBe(expected.count);
}

const interruptions = fc.array(
  fc.record({
    after: fc.integer({ min: 1, max: 60 }),
    how: fc.constantFrom('kill' as const, 'stop' as const),
  }),
  { maxLength: 6 },
);

/** Nobody can tell what these remember. */
const OPAQUE = ['rx', 'through'];

async function holds(
  list: readonly Step[],
  capacity: number,
  cuts: readonly { readonly after: number; readonly how: 'kill' | 'stop' }[],
  started: (p: Pipeline, options: RunOptions) => RunHandle,
): Promise<void> {
  fc.pre(!list.some(({ kind }) => OPAQUE.includes(kind)));
  const parts = disks();
  const store = memoryStore();
  const options: RunOptions = {
    clock: impatient,
    stallAfter: false,
    checkpoint: { store, every: 7, failures: 1000 },
  };
  for (let run = 0; ; run++) {
    const graph = build(list, parts);
    const accepted = planned(graph, capacity);
    fc.pre(accepted !== undefined);
    const { after, how } = cuts[run] ?? { after: 20_000, how: undefined };
    const summary = await interrupted(started(accepted, options), after, how);
    if (summary?.state !== 'done') continue;
    for (const { records, expected } of graph.outputs) judge(records, expected);
    const { closed, gaps, written, deadLettered } = summary.balance;
    expect({ closed, gaps }).toEqual({ closed: true, gaps: [] });
    expect(written).toBe(graph.outputs.reduce((sum, { records }) => sum + records.length, 0));
    expect(deadLettered).toBe(graph.letters.records.length);
    return;
  }
}

describe('every graph, ended at any time and gone on with', () => {
  test('gives what an undisturbed run gives, and balances', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 3 }), interruptions, (list, capacity, cuts) =>
        holds(list, capacity, cuts, start),
      ),
      { numRuns: 200 },
    );
  });

  test('does the same with each operator in a stage of its own', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 3 }), interruptions, (list, capacity, cuts) =>
        holds(list, capacity, cuts, (accepted, options) => {
          const unfused = rules(capacity).filter(({ name }) => name !== 'fuse-operators');
          return new Run('random', applyRules(Pipeline.plan(accepted).graph, unfused), options);
        }),
      ),
      { numRuns: 200 },
    );
  });
});
