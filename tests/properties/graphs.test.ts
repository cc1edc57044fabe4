import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isMillraceError } from '../../src/core/errors.ts';
import type { Clock } from '../../src/interfaces/clock.ts';
import type { RunHandle, RunOptions, Summary } from '../../src/interfaces/run.ts';
import { Pipeline, pipeline } from '../../src/processing/graph/pipeline.ts';
import { applyRules, rules } from '../../src/processing/plan/planner.ts';
import { Run } from '../../src/processing/runtime/run.ts';
import { start } from '../../src/start.ts';
import { build, type Expected, type RandomGraph, type Step, steps } from './random-graphs.ts';

/** Time passes as soon as nothing else is to be done: what waits for it does not wait long. */
const impatient: Clock = {
  now: () => 0,
  schedule(callback) {
    const timer = setImmediate(callback);
    return () => clearImmediate(timer);
  },
};

const options: RunOptions = { clock: impatient, stallAfter: false };

/** A graph that the planner refuses is no counterexample: it is why the planner looks. */
function planned(graph: RandomGraph, edgeCapacity: number): Pipeline | undefined {
  try {
    return pipeline('random', graph.branches, { edgeCapacity });
  } catch (error) {
    if (isMillraceError(error) && error.code === 'ERR_PIPELINE_INVALID' && /deadlock/.test(error.message)) {
      return undefined;
    }
    throw error;
  }
}

/** Nothing here waits for anything but turns of the event loop: after so many of them it hangs. */
async function finished(run: RunHandle): Promise<Summary> {
  let over = false;
  const done = run.done.finally(() => {
    over = true;
  });
  done.catch(() => {});
  for (let turn = 0; turn < 20_000 && !over; turn++) await new Promise((resolve) => setImmediate(resolve));
  if (!over) {
    await run.abort('it hangs');
    throw new Error('the run hangs');
  }
  return done;
}

function judge(records: readonly number[], expected: Expected): void {
  const sorted = (list: readonly number[]) => list.toSorted((a, b) => a - b);
  if (expected.kind === 'exact') expect(records).toEqual(expected.records);
  else if (expected.kind === 'bag') expect(sorted(records)).toEqual(sorted(expected.records));
  else if (expected.kind === 'count') expect(records.length).toBe(expected.count);
}

async function holds(list: readonly Step[], edgeCapacity: number, started: (p: Pipeline) => RunHandle) {
  const graph = build(list);
  const accepted = planned(graph, edgeCapacity);
  fc.pre(accepted !== undefined);
  const summary = await finished(started(accepted));
  for (const { records, expected } of graph.outputs) judge(records, expected);
  const { closed, gaps, written } = summary.balance;
  expect({ closed, gaps }).toEqual({ closed: true, gaps: [] });
  expect(written).toBe(graph.outputs.reduce((sum, { records }) => sum + records.length, 0));
  expect(summary.balance.deadLettered).toBe(graph.letters.records.length);
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe('every graph that the planner accepts', () => {
  test('finishes, gives what a plain interpreter gives, and balances', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 3 }), (list, capacity) =>
        holds(list, capacity, (accepted) => start(accepted, options)),
      ),
      { numRuns: 300 },
    );
  });

  test('does the same with each operator in a stage of its own as with operators fused', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 3 }), (list, capacity) =>
        holds(list, capacity, (accepted) => {
          const unfused = rules(capacity).filter(({ name }) => name !== 'fuse-operators');
          return new Run('unfused', applyRules(Pipeline.plan(accepted).graph, unfused), options);
        }),
      ),
      { numRuns: 200 },
    );
  });

  test('drains and balances when it is stopped at any time', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 3 }), fc.nat(30), async (list, capacity, when) => {
        const accepted = planned(build(list), capacity);
        fc.pre(accepted !== undefined);
        const live = start(accepted, options);
        await turns(when);
        void live.stop();
        const { balance } = await finished(live);
        expect(balance.gaps).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test('ends at once when it is aborted at any time, and publishes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 3 }), fc.nat(15), async (list, capacity, when) => {
        const graph = build(list);
        const accepted = planned(graph, capacity);
        fc.pre(accepted !== undefined);
        const live = start(accepted, options);
        const outcome = live.done.then(
          () => 'done',
          (error: { code?: string }) => error.code,
        );
        await turns(when);
        await live.abort();
        if ((await outcome) === 'done') return;
        expect(await outcome).toBe('ERR_ABORTED');
        for (const { records } of graph.outputs) expect(records).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
