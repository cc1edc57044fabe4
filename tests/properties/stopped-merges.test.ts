import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFrom } from '../../src/from.ts';
import type { Summary } from '../../src/interfaces/run.ts';
import type { Flow } from '../../src/processing/graph/flow.ts';
import { zip } from '../../src/processing/graph/join.ts';
import { mergeSorted } from '../../src/processing/graph/merge-sorted.ts';
import { pipeline } from '../../src/processing/graph/pipeline.ts';
import { mapAsync } from '../../src/processing/operators/map-async.ts';
import { take } from '../../src/processing/operators/take.ts';
import { start } from '../../src/start.ts';
import { memoryStore } from '../../src/testing/memory-store.ts';
import { turns } from '../../src/testing/turns.ts';
import { virtualClock } from '../../src/testing/virtual-clock.ts';
import { disk, durable } from '../unit/processing/checkpoint/durable.ts';
import { scripted } from '../unit/processing/runtime/scripted-reader.ts';

/** Batches of an input: how much more each record is than the one before. */
const input = fc.record({
  batches: fc.array(fc.array(fc.nat(3), { maxLength: 5 }), { maxLength: 10 }),
  pause: fc.nat(3),
});

const meeting = fc.record({
  inputs: fc.array(input, { minLength: 1, maxLength: 3 }),
  edgeCapacity: fc.integer({ min: 1, max: 3 }),
  calls: fc.boolean(),
  most: fc.option(fc.nat(30)),
  /** Turns of the event loop before each end but the last, and whether a checkpoint is begun before it. */
  ends: fc.array(fc.record({ after: fc.nat(30), kill: fc.boolean(), checkpoint: fc.boolean() }), {
    maxLength: 4,
  }),
});

type Meeting = typeof meeting extends fc.Arbitrary<infer T> ? T : never;
type Meet = (flows: readonly Flow<number>[]) => Flow<unknown>;

const MEETS: Readonly<Record<string, Meet>> = {
  mergeSorted: ([first, ...rest]) => mergeSorted(first!, ...rest, { by: (n) => n }),
  zip: ([first, ...rest]) => zip(first!, ...rest),
};

function met({ inputs, calls, most }: Meeting, meet: Meet): Flow<unknown> {
  const flows = inputs.map(({ batches, pause }, index) => {
    let n = 0;
    const lines = batches.flatMap((steps) => [
      () => turns(pause),
      steps.map((step) => {
        n += step;
        return n;
      }),
    ]);
    return readFrom(scripted(lines, { name: `in ${index}`, traits: { replay: 'position' } }));
  });
  const taken = most === null ? meet(flows) : meet(flows).pipe(take(most));
  return calls ? taken.pipe(mapAsync(async (record) => record)) : taken;
}

const closed = ({ balance }: Summary): void => {
  expect(balance).toMatchObject({ closed: true, gaps: [] });
};

describe.each(Object.entries(MEETS))('the balance of a %s closes', (name, meet) => {
  test('when it is stopped at any time, with all that was read accounted for', async () => {
    await fc.assert(
      fc.asyncProperty(meeting, async (made) => {
        const [end] = made.ends;
        const { edgeCapacity } = made;
        const live = start(pipeline('met', met(made, meet).to(durable(disk())), { edgeCapacity }));
        await turns(end?.after ?? 0);
        closed(await live.stop());
      }),
      { numRuns: 50 },
    );
  });

  test('over runs that are stopped and killed at any time, and nothing is lost or comes twice', async () => {
    await fc.assert(
      fc.asyncProperty(meeting, async (made) => {
        const { edgeCapacity } = made;
        const undisturbed = disk<unknown>();
        const whole = await start(pipeline('met', met(made, meet).to(durable(undisturbed)), { edgeCapacity }))
          .done;

        const store = memoryStore();
        const out = disk<unknown>();
        const begin = () => {
          const clock = virtualClock();
          const checkpoint = { store, every: '1s' } as const;
          const p = pipeline('met', met(made, meet).to(durable(out)), { edgeCapacity });
          return { clock, live: start(p, { clock, stallAfter: false, checkpoint }) };
        };
        for (const { after, kill, checkpoint } of made.ends) {
          const { clock, live } = begin();
          live.done.catch(() => {});
          await turns(after);
          if (checkpoint) void clock.advance(1000);
          if (checkpoint) await turns(after);
          if (kill) await live.abort('killed');
          else closed(await live.stop());
        }
        const summary = await begin().live.done;
        expect(out.records).toEqual(undisturbed.records);
        closed(summary);
        expect(summary.balance.written).toBe(whole.balance.written);
        // With the shortest input over, or enough taken, it depends on the pace how much more was read.
        if (name === 'mergeSorted' && made.most === null) expect(summary.balance).toEqual(whole.balance);
      }),
      { numRuns: 50 },
    );
  });
});
