import { describe, expect, test } from 'vitest';
import { from, readFrom } from '../../../../src/from.ts';
import type { RunHandle } from '../../../../src/interfaces/run.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { type TimeoutOptions, timeout } from '../../../../src/processing/operators/timeout.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { start } from '../../../../src/start.ts';
import { probeSource, type SourceProbe } from '../../../../src/testing/source-probe.ts';
import { type VirtualClock, virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { gate, recording } from '../runtime/recording-writer.ts';
import { elapse } from './flow-time.ts';

interface Watched {
  readonly clock: VirtualClock;
  readonly source: SourceProbe<number>;
  readonly live: RunHandle;
}

async function watched(options: TimeoutOptions, sink = recording<number>()): Promise<Watched> {
  const clock = virtualClock();
  const source = probeSource<number>();
  const flow = readFrom(source).pipe(timeout(options)).as('in time');
  const live = start(pipeline('x', flow.to(sink)), { clock, stallAfter: false });
  await source.opened();
  return { clock, source, live };
}

async function state({ live }: Watched): Promise<string> {
  const running = new Promise<string>((resolve) => setImmediate(() => resolve('running')));
  const outcome = live.done.then(
    () => 'done',
    (error: Error) => error.message,
  );
  return Promise.race([outcome, running]);
}

/** Emits until the run holds the source back. */
async function fill({ source, clock }: Watched): Promise<void> {
  for (let n = 0; n < 20 && !source.paused; n++) {
    source.push(n);
    await elapse(clock, 0);
  }
  expect(source.paused).toBe(true);
}

describe('timeout', () => {
  test('fails the run when the first record does not come in time, and names its node', async () => {
    const run = await watched({ first: '2s' });
    await elapse(run.clock, 1999);
    expect(await state(run)).toBe('running');
    await elapse(run.clock, 1);
    await expect(run.live.done).rejects.toMatchObject({
      code: 'ERR_TIMEOUT',
      node: 'in time',
      retryable: true,
      message: 'Cannot go on in "in time": no record came within 2.0 s',
    });
    expect(run.clock.pending).toBe(0);
  });

  test('of the first record does not care about the others', async () => {
    const run = await watched({ first: 100 });
    run.source.push(1);
    await elapse(run.clock, 1_000_000);
    expect(await state(run)).toBe('running');
    run.source.complete();
    expect((await run.live.done).balance).toMatchObject({ written: 1, closed: true });
  });

  test('of each begins anew with each record, and holds for the first, too', async () => {
    const run = await watched({ each: 100 });
    for (let n = 0; n < 5; n++) {
      await elapse(run.clock, 99);
      run.source.push(n);
      await elapse(run.clock, 0);
    }
    expect(await state(run)).toBe('running');
    await elapse(run.clock, 100);
    expect(await state(run)).toBe(
      'Cannot go on in "in time": no record came after the last one within 100 ms',
    );
  });

  test('of each stands still while downstream is full: nothing could come', async () => {
    const door = gate();
    const run = await watched({ each: 100 }, recording<number>({ write: () => door.opened }));
    await fill(run);
    await elapse(run.clock, 100_000);
    expect(await state(run)).toBe('running');
    door.open();
    await elapse(run.clock, 99);
    expect(await state(run)).toBe('running');
    await elapse(run.clock, 1);
    expect(await state(run)).toMatch(/no record came after the last one/);
  });

  test('of idle does not stand still while downstream takes nothing', async () => {
    const door = gate();
    const run = await watched({ idle: 100 }, recording<number>({ write: () => door.opened }));
    await fill(run);
    await elapse(run.clock, 99);
    expect(await state(run)).toBe('running');
    await elapse(run.clock, 1);
    door.open();
    await expect(run.live.done).rejects.toThrow(
      'Cannot go on in "in time": downstream took no record within 100 ms',
    );
  });

  test('of idle holds while nothing comes', async () => {
    const run = await watched({ idle: 100 });
    await elapse(run.clock, 100);
    expect(await state(run)).toBe('Cannot go on in "in time": no record came within 100 ms');
  });

  test('is not up once the input is over', async () => {
    const run = await watched({ first: 10, each: 10, idle: 10 });
    run.source.push(1);
    run.source.complete();
    await elapse(run.clock, 0);
    expect((await run.live.done).balance.closed).toBe(true);
    expect(run.clock.pending).toBe(0);
  });

  test('is no failure of a record: no policy settles it', async () => {
    const clock = virtualClock();
    const source = probeSource<number>();
    const flow = readFrom(source).pipe(timeout({ each: 10 }));
    const live = start(pipeline('x', [flow.to(toArray())], { onError: skip() }), {
      clock,
      stallAfter: false,
    });
    await source.opened();
    await elapse(clock, 10);
    await expect(live.done).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  });

  test('leaves no timer when downstream has enough', async () => {
    const clock = virtualClock();
    const endless = function* () {
      for (;;) yield 1;
    };
    const flow = from(endless()).pipe(timeout({ each: 10, idle: 10 }), take(3));
    const live = start(pipeline('x', flow.to(toArray())), { clock, stallAfter: false });
    expect((await live.done).balance.closed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test('leaves records their origins', async () => {
    const flow = from([1, 2]).pipe(
      timeout({ each: '1h' }),
      map((n) => {
        if (n === 2) throw new Error('two');
        return n;
      }),
    );
    await expect(start(pipeline('x', flow.to(toArray()))).done).rejects.toMatchObject({
      origin: { record: 2 },
    });
  });
});

test.each([{}, { first: 'soon' }, { each: -1 }, { total: 3 }, undefined])(
  'refuses %j as its options',
  (given) => {
    expect(() => timeout(given as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  },
);
