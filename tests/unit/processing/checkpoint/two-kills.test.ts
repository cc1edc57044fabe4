import { describe, expect, test } from 'vitest';
import { mapAsync, type Pipeline, pipeline, readFrom, scan, sort } from '../../../../src/index.ts';
import type { CheckpointStore } from '../../../../src/interfaces/checkpoint.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { scripted } from '../runtime/scripted-reader.ts';
import { begin, counting, never, of, position } from './checkpointed-run.ts';
import { type Disk, disk, durable } from './durable.ts';

/** Lets so many records through; more when it is told. */
class Gate {
  permits = 0;
  #passed = 0;

  pass = async (n: number): Promise<number> => {
    const place = this.#passed++;
    while (place >= this.permits) await turns(1);
    return n;
  };
}

const COUNT = 8000;
const FALLING = Array.from({ length: COUNT }, (_, index) => COUNT - index);

function sorted(out: Disk<number>, gate: Gate): Pipeline {
  const numbers = readFrom(scripted([FALLING], { name: 'falling', traits: position }));
  const ordered = numbers.pipe(sort((one, other) => one - other));
  return pipeline('p', ordered.pipe(mapAsync(gate.pass, { concurrency: 64 })).to(durable(out)));
}

/** Runs until a checkpoint is made in the middle of what a sort gives, and kills the run. */
async function killedInTheMiddle(out: Disk<number>, store: CheckpointStore): Promise<void> {
  const gate = new Gate();
  const { live, clock, events } = begin(sorted(out, gate), store);
  await turns(50);
  gate.permits = out.records.length === 0 ? 500 : 1;
  await turns(50);
  const made = of(events, 'checkpoint').length;
  await clock.advance(10_000);
  while (of(events, 'checkpoint').length === made && gate.permits < COUNT) {
    gate.permits += 100;
    await turns(5);
  }
  expect(of(events, 'checkpoint').length).toBe(made + 1);
  await live.abort('killed');
}

describe('a run that is killed a second time', () => {
  test('goes on with what a sort held whose input was over before the first', async () => {
    const out = disk<number>();
    const store = memoryStore();
    await killedInTheMiddle(out, store);
    await killedInTheMiddle(out, store);
    const gate = new Gate();
    gate.permits = COUNT;
    const { balance } = await begin(sorted(out, gate), store).live.done;
    expect(out.records).toEqual(FALLING.toReversed());
    expect(balance).toMatchObject({ read: COUNT, written: COUNT, closed: true });
  });

  test.each(['stopped', 'killed'] as const)(
    'or %s before it has read anything again goes on from where it was before that',
    async (how) => {
      const out = disk<number>();
      const store = memoryStore();
      const p = (asked: number[], until?: number) =>
        pipeline(
          'p',
          counting(20, (n) => {
            asked.push(n);
            return n === until ? never() : undefined;
          })
            .pipe(scan((sum, n) => sum + n, 0))
            .to(durable(out)),
        );
      const first = begin(p([], 15), store);
      await turns(50);
      await first.clock.advance(10_000);
      await turns(20);
      await first.live.abort('killed');
      const second = begin(p([], 15), store, { every: 0 });
      if (how === 'stopped') await second.live.stop();
      else {
        // The next checkpoint is due at once.
        for (let left = 20; left > 0; left--) await second.clock.advance(0);
        await second.live.abort('killed');
      }
      const asked: number[] = [];
      const { balance } = await begin(p(asked), store).live.done;
      expect(Math.min(...asked)).toBeGreaterThanOrEqual(15);
      expect(out.records).toEqual(Array.from({ length: 20 }, (_, index) => ((index + 1) * (index + 2)) / 2));
      expect(balance).toMatchObject({ read: 20, written: 20, closed: true });
    },
  );
});
