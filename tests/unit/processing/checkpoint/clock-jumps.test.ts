import { expect, test } from 'vitest';
import { type Machine, thisMachine } from '../../../../src/core/store/machine.ts';
import { nodeStoreFileSystem } from '../../../../src/core/store/store-file-system.ts';
import { count, map, pipeline, start, sum } from '../../../../src/index.ts';
import type { CheckpointStore } from '../../../../src/interfaces/checkpoint.ts';
import type { Clock } from '../../../../src/interfaces/clock.ts';
import type { RunEvent, RunHandle } from '../../../../src/interfaces/run.ts';
import { directoryStore } from '../../../../src/processing/checkpoint/directory-store.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { type VirtualClock, virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { tempFolder } from '../../io/temp-folder.ts';
import { counting, never, of } from './checkpointed-run.ts';
import { type Disk, disk, durable } from './durable.ts';

const DAY = 86_400_000;

/** A system whose time is set: timers count on, as those of an operating system do. */
interface SetClock extends Clock {
  readonly timers: VirtualClock;
  set(by: number): void;
}

function setClock(from = 0): SetClock {
  const timers = virtualClock(1_700_000_000_000);
  let offset = from;
  return {
    timers,
    now: () => timers.now() + offset,
    schedule: (callback, ms) => timers.schedule(callback, ms),
    set(by) {
      offset += by;
    },
  };
}

interface Started {
  readonly live: RunHandle;
  readonly events: RunEvent[];
}

interface Sums {
  readonly key: string;
  readonly n: number;
  readonly total: number;
}

function begin(
  out: Disk<Sums>,
  clock: SetClock,
  store: CheckpointStore,
  held: (n: number) => Promise<void> | undefined = () => undefined,
  prepare: (id: number) => void | Promise<void> = () => {},
): Started {
  const sums = counting(20, held)
    .pipe(map((n) => ({ n, parity: n % 2 === 0 ? 'even' : 'odd' })))
    .keyBy(({ parity }) => parity)
    .aggregate({ n: count(), total: sum('n') });
  const live = start(pipeline('p', sums.to(durable(out, { prepare }))), {
    clock,
    stallAfter: false,
    checkpoint: { store, every: '10s' },
  });
  const events: RunEvent[] = [];
  live.events$.subscribe((event) => events.push(event));
  live.done.catch(() => {});
  return { live, events };
}

const SUMS = [
  { key: 'odd', n: 10, total: 100 },
  { key: 'even', n: 10, total: 110 },
];

const held = (n: number) => (n === 15 ? never() : undefined);

test.each([
  ['back by a day', -DAY],
  ['forward by a day', DAY],
])(
  'a clock that is set %s in the middle of a checkpoint puts the next one off by no more than the interval',
  async (_, by) => {
    const clock = setClock();
    const slow = Promise.withResolvers<void>();
    const prepare = (id: number) => (id === 2 ? slow.promise : undefined);
    const { live, events } = begin(disk(), clock, memoryStore(), held, prepare);
    const made = () => of(events, 'checkpoint').length;
    await turns(50);
    await clock.timers.advance(10_000);
    expect(made()).toBe(1);
    clock.set(by);
    slow.resolve();
    await turns(50);
    expect(made()).toBe(2);
    for (let next = 3; next < 6; next++) {
      await clock.timers.advance(10_000);
      await turns(50);
      expect(made()).toBeGreaterThanOrEqual(next);
    }
    await live.abort('enough');
    expect(of(events, 'checkpoint-failed')).toEqual([]);
    for (const event of of(events, 'checkpoint'))
      expect(event).toMatchObject({ durationMs: expect.toSatisfy(notNegative) });
  },
);

const notNegative = (ms: number) => ms >= 0;

test.each([
  ['back and forth', [-DAY, 2 * DAY, -400 * DAY, DAY]],
  ['ever further back', [-DAY, -DAY, -DAY, -DAY]],
])(
  'a clock that is set %s, during runs and between them, changes nothing of what comes out',
  async (_, sets) => {
    const out = disk<Sums>();
    const store = memoryStore();
    let resumedFrom = 0;
    let offset = 0;
    for (const [run, by] of sets.entries()) {
      const clock = setClock(offset);
      const stopAt = 4 * (run + 1);
      const { live, events } = begin(out, clock, store, (n) => (n === stopAt ? never() : undefined));
      await turns(50);
      await clock.timers.advance(10_000);
      clock.set(by);
      await clock.timers.advance(10_000);
      await turns(50);
      await live.abort('killed');
      offset += by - DAY / 2;
      if (run > 0) {
        const [resumed] = of(events, 'resumed') as { readonly checkpoint: number }[];
        expect(resumed?.checkpoint).toBeGreaterThan(resumedFrom);
        resumedFrom = resumed!.checkpoint;
      }
      expect(of(events, 'checkpoint-failed')).toEqual([]);
    }
    const { live } = begin(out, setClock(offset), store);
    const summary = await live.done;
    expect(out).toMatchObject({ records: SUMS, published: true });
    expect(summary.balance).toMatchObject({ read: 20, written: 2, closed: true });
    expect(summary.durationMs).toBeGreaterThanOrEqual(0);
  },
);

test('a lock says who has it whatever time it is: one of tomorrow goes with its owner, one of last year does not without', async () => {
  const { path } = tempFolder();
  const here = thisMachine();
  const at = (now: number, pid = here.pid): Machine => ({
    ...here,
    pid,
    now: () => now,
    process: (asked) => (asked === 1 ? { alive: false, start: undefined } : here.process(asked)),
  });
  const store = (machine: Machine) => directoryStore(path, {}, nodeStoreFileSystem, machine);
  const tomorrow = Date.now() + DAY;
  // Its process is killed: the lock stays.
  await store(at(tomorrow, 1)).open({ pipeline: 'p' });
  const session = await store(at(Date.now() - 365 * DAY)).open({ pipeline: 'p' });
  await expect(store(at(tomorrow)).open({ pipeline: 'p' })).rejects.toMatchObject({ code: 'ERR_LOCKED' });
  await session.close();
});
