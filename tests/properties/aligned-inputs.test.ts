import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../../src/core/random.ts';
import { pipeline, readFrom, start } from '../../src/index.ts';
import type { CheckpointStore } from '../../src/interfaces/checkpoint.ts';
import type { Summary } from '../../src/interfaces/run.ts';
import { memoryStore } from '../../src/testing/memory-store.ts';
import { turns } from '../../src/testing/turns.ts';
import { virtualClock } from '../../src/testing/virtual-clock.ts';
import { type Disk, disk, durable } from '../unit/processing/checkpoint/durable.ts';
import {
  type Counts,
  counted,
  MEETINGS,
  type Meeting,
  type Met,
  shown,
} from '../unit/processing/checkpoint/meetings.ts';
import { type PacedReader, paced } from '../unit/processing/checkpoint/paced-reader.ts';

const COUNT = 60;

/** How a run is scheduled. */
interface Schedule {
  readonly seed: number;
  readonly edgeCapacity: number;
  /** Turns of the event loop that the slow reader waits at the most. */
  readonly slowness: number;
  /** Whether readers cannot tell where they stand while they wait for their pace. */
  readonly blind: boolean;
  /** How long a checkpoint may take; one begins each second. */
  readonly timeout: string;
  /** Turns after which a run is killed: the first, the second, and so on. */
  readonly kills: readonly number[];
}

const schedules: fc.Arbitrary<Schedule> = fc.record({
  seed: fc.nat(),
  edgeCapacity: fc.integer({ min: 1, max: 3 }),
  slowness: fc.integer({ min: 1, max: 12 }),
  blind: fc.boolean(),
  timeout: fc.constantFrom('500ms', '10m'),
  kills: fc.array(fc.integer({ min: 20, max: 220 }), { maxLength: 4 }),
});

/** A number from 0, below this one. */
type Pick = (below: number) => number;

async function microtasks(count: number): Promise<void> {
  for (let task = 0; task < count; task++) await undefined;
}

/** Nothing, some microtasks, or some turns of the event loop between some. */
function wait(pick: Pick, slowness: number): Promise<void> | undefined {
  const kind = pick(4);
  if (kind === 0) return undefined;
  return (async () => {
    await microtasks(pick(4));
    if (kind > 1) await turns(pick(slowness + 1));
    await microtasks(pick(4));
  })();
}

interface Side {
  readonly reader: PacedReader;
  /** Whether a barrier is on its way from the reader to where the flows meet. */
  barred: boolean;
}

function side(name: string, pick: Pick, slowness: number, blind: boolean): Side {
  let waits = false;
  const made: Side = {
    barred: false,
    reader: paced({
      name,
      count: COUNT,
      tells: (n) => !blind || !waits || n === 0,
      stands() {
        made.barred = true;
      },
      pace() {
        const waiting = wait(pick, slowness);
        waits = waiting !== undefined;
        return waiting?.then(() => {
          waits = false;
        });
      },
    }),
  };
  return made;
}

interface Lasting {
  readonly store: CheckpointStore;
  readonly out: Disk<Met>;
}

/** Runs until the end, or until the run is killed after so many turns; looks at each turn how much is under way. */
async function once(
  { of, room, open }: Meeting,
  { edgeCapacity, slowness, blind, timeout }: Schedule,
  pick: Pick,
  { store, out }: Lasting,
  kill = 5000,
): Promise<Summary | undefined> {
  const sides = [side('fast', pick, 1, blind), side('slow', pick, slowness, blind)] as const;
  const wrong: string[] = [];
  const cut = (counts: Counts) => {
    for (const one of sides) {
      const { name, stood } = one.reader;
      // Of one that has come to its end, all is in front of the barrier of the other.
      const before = one.barred ? stood : COUNT;
      const come = counts[name] ?? 0;
      if (open && come !== before) wrong.push(`${come} of ${before} of ${name} are in the cut`);
      one.barred = false;
    }
  };
  const clock = virtualClock();
  const flow = of(readFrom(sides[0].reader), readFrom(sides[1].reader)).pipe(counted({ cut }));
  const live = start(pipeline('meeting', flow.to(durable(out)), { edgeCapacity }), {
    clock,
    stallAfter: false,
    checkpoint: { store, every: '1s', timeout, failures: 1000 },
  });
  live.events$.subscribe(({ type }) => {
    if (type === 'checkpoint-failed') for (const one of sides) one.barred = false;
  });
  let over = false;
  const ended = live.done.finally(() => {
    over = true;
  });
  ended.catch(() => {});
  for (let turn = 0; !over && turn < kill; turn++) {
    await turns(1);
    if (pick(6) === 0) await clock.advance(1000);
    for (const { reader, barred } of sides) {
      const behind = reader.emitted - reader.stood;
      if (barred && behind > room(edgeCapacity)) wrong.push(`${behind} of ${reader.name} are under way`);
    }
  }
  expect(wrong).toEqual([]);
  if (over) return ended;
  await live.abort('killed');
  return undefined;
}

const lasting = (): Lasting => ({ store: memoryStore(), out: disk() });

test.each(Object.entries(MEETINGS))(
  'inputs of a %s are aligned however they come, and each record comes once',
  async (_, meeting) => {
    const whole = lasting();
    const calm = { seed: 0, edgeCapacity: 2, slowness: 1, blind: false, timeout: '10m', kills: [] };
    await once(meeting, calm, () => 0, whole);
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        const random = seededRandom(schedule.seed);
        const pick = (below: number) => Math.floor(random() * below);
        const on = lasting();
        let summary: Summary | undefined;
        for (const kill of schedule.kills) {
          summary = await once(meeting, schedule, pick, on, kill);
          if (summary !== undefined) break;
        }
        summary ??= await once(meeting, schedule, pick, on);
        expect(shown(on.out.records)).toEqual(shown(whole.out.records));
        expect(summary?.balance).toMatchObject({ closed: true, gaps: [] });
        expect(summary?.balance.read).toBe(2 * COUNT);
      }),
      { numRuns: 20 },
    );
  },
);
