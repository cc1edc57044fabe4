import { describe, expect, test } from 'vitest';
import { type Flow, merge, pipeline, readFrom, start, zip } from '../../../../src/index.ts';
import type { CheckpointStore } from '../../../../src/interfaces/checkpoint.ts';
import type { RunEvent, RunHandle } from '../../../../src/interfaces/run.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { type VirtualClock, virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { gate } from '../runtime/recording-writer.ts';
import { type Disk, disk, durable } from './durable.ts';
import { type Counts, counted, MEETINGS, type Meeting, type Met, shown } from './meetings.ts';
import { type PacedReader, paced } from './paced-reader.ts';

const COUNT = 40;

interface Lasting {
  readonly store: CheckpointStore;
  readonly out: Disk<Met>;
}

const lasting = (): Lasting => ({ store: memoryStore(), out: disk() });

interface Begun {
  readonly live: RunHandle;
  readonly clock: VirtualClock;
  readonly events: RunEvent[];
  /** What has come out. */
  passed: Counts;
  /** What had come out when a barrier passed, for each. */
  readonly cuts: Counts[];
}

/** Counts what comes out of the flow in front of a sink that lasts. */
function begin(flow: Flow<Met>, { store, out }: Lasting, edgeCapacity = 2): Begun {
  const cuts: Counts[] = [];
  const counting = counted({
    passed: (counts) => {
      begun.passed = { ...counts };
    },
    cut: (counts) => cuts.push(counts),
  });
  const clock = virtualClock();
  const made = pipeline('meeting', flow.pipe(counting).to(durable(out)), { edgeCapacity });
  const checkpoint = { store, every: '10s', timeout: '1m' };
  const live = start(made, { clock, stallAfter: false, checkpoint });
  live.done.catch(() => {});
  const events: RunEvent[] = [];
  live.events$.subscribe((event) => events.push(event));
  const begun: Begun = { live, clock, events, passed: {}, cuts };
  return begun;
}

const checkpointsOf = ({ events }: Begun) =>
  events.flatMap((event) => (event.type === 'checkpoint' ? event.id : []));
const failuresOf = ({ events }: Begun) =>
  events.flatMap((event) => (event.type === 'checkpoint-failed' ? event.id : []));

/** What takes how many turns the machine decides. */
async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await turns();
}

const all = (name: string) => paced({ name, count: COUNT });

/** What an undisturbed run writes. */
async function undisturbed(of: Meeting['of']): Promise<string[]> {
  const on = lasting();
  await begin(of(readFrom(all('fast')), readFrom(all('slow'))), on).live.done;
  return shown(on.out.records);
}

const STANDING = 5;

interface Steered extends PacedReader {
  /** It goes on up to here. */
  to(n: number): Promise<void>;
  /** It can tell where it stands. */
  tell(): Promise<void>;
}

/** A reader that waits behind its first records until it is told; a `blind` one cannot tell where it stands. */
function steered(name: string, { blind = false, count = COUNT } = {}): Steered {
  let until = STANDING;
  let tells = !blind;
  let wake = gate();
  const pace = async (n: number): Promise<void> => {
    while (n >= until) await wake.opened;
  };
  const reader = paced({
    name,
    count,
    tells: () => tells,
    pace: (n) => (n < until ? undefined : pace(n)),
  });
  return Object.assign(Object.create(reader) as PacedReader, {
    to(n: number) {
      until = n;
      wake.open();
      wake = gate();
      return turns(100);
    },
    tell() {
      tells = true;
      reader.settle();
      return turns(100);
    },
  });
}

describe.each(Object.entries(MEETINGS))('the faster of two inputs of a %s', (_, meeting) => {
  const { of, room, open, atMost } = meeting;

  test.each([1, 2, 3, 8])('is held back at a barrier, with edges of %i', async (edgeCapacity) => {
    const on = lasting();
    const [fast, slow] = [steered('fast'), steered('slow', { blind: true })];
    const run = begin(of(readFrom(fast), readFrom(slow)), on, edgeCapacity);
    await turns(100);
    const before = run.passed;
    await run.clock.advance(10_000);

    await fast.to(COUNT);
    const behind = fast.emitted - fast.stood;
    expect(fast.stood).toBe(STANDING);
    expect(behind).toBeLessThanOrEqual(room(edgeCapacity));
    if (!atMost) expect(behind).toBe(room(edgeCapacity));
    expect(run.passed).toEqual(before);

    // However slow the other is, and whatever comes of it in front of its barrier.
    for (let n = STANDING; n <= 25; n++) await slow.to(n);
    expect(fast.emitted - fast.stood).toBe(behind);
    expect(run.passed.fast).toBe(before.fast);
    expect(slow.emitted).toBe(25);
    if (open) expect(run.passed.slow).toBe(25);
    expect(run.cuts).toEqual([]);
    expect(checkpointsOf(run)).toEqual([1]);

    await slow.tell();
    expect(run.cuts).toHaveLength(1);
    if (open) expect(run.cuts[0]).toMatchObject({ fast: STANDING, slow: 25 });
    expect(checkpointsOf(run)).toEqual([1, 2]);
    expect(run.passed.fast).toBeGreaterThan(STANDING);
    await run.live.abort('killed');

    const later = begin(of(readFrom(all('fast')), readFrom(all('slow'))), on, edgeCapacity);
    const { balance, checkpoints } = await later.live.done;
    expect(shown(on.out.records)).toEqual(await undisturbed(of));
    expect(balance).toMatchObject({ read: 2 * COUNT, closed: true, gaps: [] });
    expect(checkpoints).toMatchObject({ resumedFrom: 2, runs: 2 });
  });

  test('goes on when the checkpoint takes too long, and the next one is whole', async () => {
    const on = lasting();
    const [fast, slow] = [steered('fast'), steered('slow', { blind: true })];
    const run = begin(of(readFrom(fast), readFrom(slow)), on);
    await turns(100);
    await run.clock.advance(10_000);
    await fast.to(30);
    const { emitted } = fast;
    await run.clock.advance(60_000);
    await turns(100);
    expect(failuresOf(run)).toEqual([2]);
    expect(fast.emitted).toBeGreaterThan(emitted);
    if (open) expect(run.passed.fast).toBe(30);

    await run.clock.advance(10_000);
    await fast.to(COUNT);
    await slow.to(12);
    await slow.tell();
    expect(checkpointsOf(run)).toEqual([1, 3]);
    if (open) expect(run.cuts.at(-1)).toMatchObject({ fast: 30, slow: 12 });
    await run.live.abort('killed');

    const { balance } = await begin(of(readFrom(all('fast')), readFrom(all('slow'))), on).live.done;
    expect(shown(on.out.records)).toEqual(await undisturbed(of));
    expect(balance).toMatchObject({ read: 2 * COUNT, closed: true });
  });
});

test('a barrier that a zip gives up holds nothing back elsewhere', async () => {
  const count = 150;
  const shared = steered('shared', { count });
  const far = paced({ name: 'far', count, tells: (n) => n < STANDING });
  const source = readFrom(shared);
  const run = begin(merge(source, zip(source, readFrom(far))), lasting());
  await until(() => checkpointsOf(run).length === 1 && far.emitted >= STANDING);
  await run.clock.advance(10_000);
  await until(() => failuresOf(run).length > 0);
  expect(failuresOf(run)).toEqual([2]);
  await shared.to(count);
  const { balance } = await run.live.done;
  expect(balance).toMatchObject({ read: 2 * count, closed: true });
});
