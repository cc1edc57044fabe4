import { describe, expect, test } from 'vitest';
import { from, readFrom } from '../../../../src/from.ts';
import type { DuplexOperator, Operator, SyncOperator } from '../../../../src/interfaces/operator.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import type { Flow } from '../../../../src/processing/graph/flow.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { debounce } from '../../../../src/processing/operators/debounce.ts';
import { delay } from '../../../../src/processing/operators/delay.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { throttle } from '../../../../src/processing/operators/throttle.ts';
import { run, start } from '../../../../src/start.ts';
import { probeSource } from '../../../../src/testing/source-probe.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { gate, recording } from '../runtime/recording-writer.ts';
import { numbers, scripted, watermark } from '../runtime/scripted-reader.ts';
import { elapse, type Timed, timed } from './flow-time.ts';

/** What a source does, and the pause in milliseconds before it. */
type Step = readonly [number, number | readonly number[] | 'mark' | 'end'];

/** Plays a source by the clock; a mark says that event time is that of the clock. */
async function played(steps: readonly Step[], operator: Operator<number, number>): Promise<Timed<number>> {
  const source = probeSource<number>();
  const run = timed(readFrom(source) as Flow<number>, operator);
  await source.opened();
  for (const [pause, what] of steps) {
    await elapse(run.clock, pause);
    if (what === 'mark') source.signal(watermark(run.clock.now()));
    else if (what === 'end') source.complete();
    else source.push(...[what].flat());
  }
  await elapse(run.clock, 0);
  return run;
}

describe('throttle', () => {
  test('to the first lets one record through in each time, at once', async () => {
    const steps: Step[] = [
      [0, [1, 2]],
      [50, 3],
      [49, 4],
      [1, 5],
      [150, 6],
      [0, 'end'],
    ];
    const { log, live } = await played(steps, throttle({ every: 100 }));
    expect(log).toEqual([
      [0, 1],
      [100, 5],
      [250, 6],
    ]);
    expect((await live.done).balance).toMatchObject({ read: 6, filtered: 3, written: 3, closed: true });
  });

  test('to the last lets the newest through when the time is over, and what is held at the end', async () => {
    const steps: Step[] = [
      [0, [1, 2]],
      [50, 3],
      [50, 4],
      [99, 5],
      [10, 6],
      [10, 'end'],
    ];
    const { log, live, clock } = await played(steps, throttle({ every: 100, keep: 'last' }));
    expect(log).toEqual([
      [100, 3],
      [200, 5],
      [219, 6],
    ]);
    expect((await live.done).balance).toMatchObject({ read: 6, filtered: 3, written: 3, closed: true });
    expect(clock.pending).toBe(0);
  });

  test('to the first remembers over a restart how long the time lasts', () => {
    const clock = { now: () => 1000 } as never;
    const operator = throttle<number>({ every: 100 }) as SyncOperator<number, number>;
    const emitted: number[] = [];
    const before = operator.create({ clock } as never);
    before.push(1, (n) => emitted.push(n));
    const after = operator.create({ clock } as never);
    after.restore?.(structuredClone(before.snapshot?.()));
    after.push(2, (n) => emitted.push(n));
    expect(emitted).toEqual([1]);
  });
});

describe('debounce', () => {
  test('lets a record through once nothing has come after it for the quiet time', async () => {
    const steps: Step[] = [
      [0, [1, 2]],
      [99, 3],
      [100, 4],
      [50, 5],
      [300, 6],
      [10, 'end'],
    ];
    const { log, live } = await played(steps, debounce({ quiet: 100 }));
    expect(log).toEqual([
      [199, 3],
      [349, 5],
      [559, 6],
    ]);
    expect((await live.done).balance).toMatchObject({ read: 6, filtered: 3, written: 3, closed: true });
  });

  test('lets a watermark wait for the record before it, until that leaves or is dropped', async () => {
    const steps: Step[] = [
      [0, 'mark'],
      [10, 1],
      [10, 'mark'],
      [10, 2],
      [10, 'mark'],
      [10, 'mark'],
      [200, 'mark'],
      [0, 'end'],
    ];
    const { log } = await played(steps, debounce({ quiet: 100 }));
    expect(log).toEqual([
      [0, 't0'],
      [30, 't20'],
      [130, 2],
      [130, 't50'],
      [250, 't250'],
    ]);
  });

  test('never holds back upstream: while downstream is full, the newest record waits', async () => {
    const door = gate();
    const sink = recording<number>({ write: () => door.opened });
    const reader = scripted(numbers(1, 500));
    const clock = virtualClock();
    const flow = readFrom(reader).pipe(debounce({ quiet: 0 }));
    const live = start(pipeline('x', flow.to(sink)), { clock, stallAfter: false });
    for (let n = 0; n < 50 && reader.emitted < 500; n++) await elapse(clock, 1);
    expect(reader.emitted).toBe(500);
    door.open();
    await elapse(clock, 5);
    expect((await live.done).balance).toMatchObject({ read: 500, closed: true });
    expect(sink.records.at(-1)).toBe(499);
  });

  test('discards the record it holds when the branch is given up', async () => {
    const source = probeSource<number>();
    const clock = virtualClock();
    const flow = readFrom(source).pipe(debounce({ quiet: 100 }), take(1));
    const live = start(pipeline('x', flow.to(toArray())), { clock, stallAfter: false });
    await source.opened();
    source.push(1);
    await elapse(clock, 99);
    source.push(2);
    await elapse(clock, 100);
    expect((await live.done).balance).toMatchObject({ read: 2, filtered: 1, written: 1, closed: true });
    expect(clock.pending).toBe(0);
  });
});

describe('delay', () => {
  test('holds each record for its time, and ends after the last', async () => {
    const { log, live, clock } = await played(
      [
        [0, [1, 2]],
        [40, 3],
        [10, 'end'],
      ],
      delay('100ms'),
    );
    await elapse(clock, 49);
    expect(log).toEqual([]);
    await elapse(clock, 1);
    expect(log).toEqual([
      [100, 1],
      [100, 2],
    ]);
    await elapse(clock, 40);
    expect(log.at(-1)).toEqual([140, 3]);
    expect((await live.done).balance).toMatchObject({ read: 3, written: 3, closed: true });
  });

  test('lets a watermark wait for the records before it, and no longer', async () => {
    const steps: Step[] = [
      [10, 'mark'],
      [10, 1],
      [10, 'mark'],
      [10, 'mark'],
      [10, 2],
      [0, 'end'],
    ];
    const { log, clock } = await played(steps, delay(100));
    await elapse(clock, 200, 10);
    expect(log).toEqual([
      [10, 't10'],
      [120, 1],
      [120, 't40'],
      [150, 2],
    ]);
  });

  test('holds no more records than its size; upstream waits', async () => {
    const reader = scripted(numbers(1, 100));
    const clock = virtualClock();
    const flow = readFrom(reader).pipe(delay('1h', { size: 10 }));
    const live = start(pipeline('x', flow.to(toArray())), { clock, stallAfter: false });
    await turns(200);
    expect(reader.emitted).toBeGreaterThanOrEqual(10);
    expect(reader.emitted).toBeLessThan(20);
    await elapse(clock, 11 * 3_600_000, 3_600_000);
    expect((await live.done).balance).toMatchObject({ written: 100, closed: true });
  });

  test('of no time lets records pass', async () => {
    const out = toArray<number>();
    await run(pipeline('x', from([1, 2]).pipe(delay(0)).to(out)));
    expect(out.records).toEqual([1, 2]);
  });

  test('waits again when a timer fires early', async () => {
    const timers: (() => void)[] = [];
    const sent: number[] = [];
    let now = 0;
    const logic = (delay<number>(100) as DuplexOperator<number, number>).create({
      clock: { now: () => now },
      after: (_ms: number, callback: () => void) => {
        timers.push(callback);
        return () => {};
      },
      emit: async (records: readonly number[]) => void sent.push(...records),
      forward: async () => {},
    } as never);
    await logic.write([1], { source: 'x', at: () => ({ source: 'x', record: 1 }) });
    await turns(1);
    now = 99;
    timers.shift()?.();
    await turns(1);
    expect([sent, timers.length]).toEqual([[], 1]);
    now = 100;
    timers.shift()?.();
    await turns(1);
    expect(sent).toEqual([1]);
  });

  test('is left at once when the run is aborted, and leaves no timer', async () => {
    const { live, clock } = await played([[0, 1]], delay('1h'));
    await live.abort();
    await expect(live.done).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(clock.pending).toBe(0);
  });
});

test.each<[string, () => unknown]>([
  ['throttle without a time', () => throttle({} as never)],
  ['throttle by no duration', () => throttle({ every: 'soon' })],
  ['throttle to something else', () => throttle({ every: 1, keep: 'middle' as never })],
  ['debounce without a time', () => debounce({} as never)],
  ['debounce by a negative time', () => debounce({ quiet: -1 })],
  ['delay without a time', () => delay(undefined as never)],
  ['delay by no duration', () => delay('later')],
  ['delay of no records', () => delay(1, { size: 0 })],
])('refuses %s', (_what, make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
});
