import { describe, expect, test } from 'vitest';
import { mapAsync, pipeline, readFrom, sort, start } from '../../../../src/index.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { scripted } from '../runtime/scripted-reader.ts';
import { disk, durable } from './durable.ts';

const COUNT = 5000;
const numbers = Array.from({ length: COUNT }, (_, n) => COUNT - n);

/** What a sort gives goes through a gate behind the record `until`; `passed` are those that got there. */
function gated(until: number, gate: Promise<void>, passed: number[]) {
  return readFrom(scripted([numbers], { traits: { replay: 'position' } })).pipe(
    sort((n: number) => n),
    mapAsync(
      async (n: number) => {
        passed.push(n);
        if (n === until) await gate;
        return n;
      },
      { concurrency: 1 },
    ),
  );
}

describe('a run that is killed while a sort gives its output', () => {
  test.each(['kill', 'stop'] as const)('goes on behind what it had given, after a %s', async (how) => {
    const store = memoryStore();
    const out = disk<number>();
    const clock = virtualClock();
    const gate = Promise.withResolvers<void>();
    const options = { clock, stallAfter: false, checkpoint: { store } } as const;
    const first: number[] = [];
    const live = start(pipeline('p', gated(2500, gate.promise, first).to(durable(out))), options);
    live.done.catch(() => {});
    await turns(50);
    if (how === 'kill') {
      await clock.advance(10_000);
      gate.resolve();
      await turns(300);
      await live.abort('killed');
    } else {
      const stopped = live.stop();
      gate.resolve();
      expect(await stopped).toMatchObject({ state: 'stopped', balance: { closed: true, read: COUNT } });
    }
    const second: number[] = [];
    const summary = await start(pipeline('p', gated(0, gate.promise, second).to(durable(out))), options).done;
    expect(out.records).toEqual(numbers.toReversed());
    expect(summary.balance).toMatchObject({ closed: true, read: COUNT, written: COUNT });
    expect(second.length).toBeLessThan(COUNT - 1000);
  });
});
