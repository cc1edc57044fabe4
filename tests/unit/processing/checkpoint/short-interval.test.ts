import { expect, test } from 'vitest';
import { pipeline } from '../../../../src/index.ts';
import type { CheckpointStore } from '../../../../src/interfaces/checkpoint.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { begin, counting, of } from './checkpointed-run.ts';
import { disk, durable } from './durable.ts';

/** A store that is slow, and tells when it writes. */
function slowStore(pause: () => Promise<void>, writes: string[]): CheckpointStore {
  const inner = memoryStore();
  return {
    ...inner,
    async open(options) {
      const session = await inner.open(options);
      const write = session.write.bind(session);
      session.write = async (id, chunks) => {
        writes.push('begun');
        await pause();
        await write(id, chunks);
        writes.push('done');
      };
      return session;
    },
  };
}

test.each(['1ms', '0ms', 10_000])(
  'checkpoints that take longer than the interval of %s follow one another, never two at once, and the run goes on',
  async (every) => {
    const out = disk<number>();
    const writes: ('begun' | 'done')[] = [];
    let time: { readonly schedule: (callback: () => void, ms: number) => unknown } | undefined;
    /** Longer than the interval. */
    const pause = () => new Promise<void>((resolve) => time?.schedule(resolve, 15_000) ?? resolve());
    const until = 60;
    const steps = Array.from({ length: until + 1 }, () => Promise.withResolvers<void>());
    const numbers = counting(until, (n) => steps[n]?.promise);
    const { live, clock, events } = begin(
      pipeline('p', numbers.to(durable(out, { prepare: pause }))),
      slowStore(pause, writes),
      { every },
    );
    // The checkpoint at the beginning is no slower than others elsewhere.
    await turns(20);
    time = clock;
    for (const { resolve } of steps) {
      resolve();
      await turns(5);
      await clock.advance(4000);
    }
    for (let left = 20; left > 0; left--) await clock.advance(15_000);
    const { balance, checkpoints } = await live.done;
    expect(out.records).toEqual(Array.from({ length: until }, (_, index) => index + 1));
    expect(balance).toMatchObject({ read: until, written: until, closed: true });
    expect(of(events, 'checkpoint-failed')).toEqual([]);
    expect(checkpoints!.completed).toBeGreaterThan(5);
    // No barrier is on its way before the checkpoint of the one before is complete; the last two have none.
    const underway = events.filter(({ type }) => type === 'barrier' || type === 'checkpoint').slice(1, -2);
    expect(underway.map(({ type }) => type)).toEqual(
      underway.map((_, index) => (index % 2 === 0 ? 'barrier' : 'checkpoint')),
    );
    expect(writes).toEqual(writes.map((_, index) => (index % 2 === 0 ? 'begun' : 'done')));
    const ids = of(events, 'checkpoint').map((event) => (event as { readonly id: number }).id);
    expect(ids).toEqual(ids.map((_, index) => index + 1));
  },
);
