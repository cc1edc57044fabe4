import { describe, expect, test } from 'vitest';
import { readFrom } from '../../../../src/from.ts';
import { forEach } from '../../../../src/io/memory/for-each.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { count } from '../../../../src/processing/operators/aggregates/count.ts';
import { globalWindow } from '../../../../src/processing/operators/windows/global-window.ts';
import { hopping } from '../../../../src/processing/operators/windows/hopping.ts';
import { processingTime } from '../../../../src/processing/operators/windows/processing-time.ts';
import { session } from '../../../../src/processing/operators/windows/session.ts';
import { tumbling } from '../../../../src/processing/operators/windows/tumbling.ts';
import type { Window } from '../../../../src/processing/operators/windows/window.ts';
import { windowBy } from '../../../../src/processing/operators/windows/window-by.ts';
import type { WindowOptions } from '../../../../src/processing/operators/windows/window-options.ts';
import { start } from '../../../../src/start.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';
import { probeSource } from '../../../../src/testing/source-probe.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';

const time = processingTime();

function windows(
  window: Window<string>,
  options: Omit<WindowOptions, 'late'> = {},
  clock = virtualClock(1000),
) {
  const operator = windowBy((key: string) => key, window, { n: count<string>() }, options);
  const probe = probeOperator(operator, clock);
  const seen = () => probe.output.map(({ key, window: { start, end }, n }) => `${start}-${end}: ${key} ${n}`);
  return Object.assign(probe, { clock, seen });
}

describe('windows by the clock', () => {
  test('are out when the clock reaches their end, whether a record comes or not', async () => {
    const probe = windows(tumbling(100, { time }));
    await probe.feed(['a']);
    await probe.clock.advance(40);
    await probe.feed(['a', 'b']);
    await probe.clock.advance(59);
    expect(probe.output).toEqual([]);
    await probe.clock.advance(1);
    expect(probe.seen()).toEqual(['1000-1100: a 2', '1000-1100: b 1']);
  });

  test('leave no timer behind when there is nothing to wait for', async () => {
    const probe = windows(tumbling(100, { time }));
    expect(probe.clock.pending).toBe(0);
    await probe.feed(['a', 'a']);
    expect(probe.clock.pending).toBe(1);
    await probe.clock.advance(100);
    expect(probe.clock.pending).toBe(0);
    await probe.feed(['a']);
    probe.close();
    expect(probe.clock.pending).toBe(0);
  });

  test('pay no heed to event time', async () => {
    const probe = windows(tumbling(100, { time }));
    await probe.feed(['a']);
    probe.watermark(1e12);
    expect(probe.output).toEqual([]);
    await probe.end();
    expect(probe.seen()).toEqual(['1000-1100: a 1']);
  });

  test('may hop, and be sessions', async () => {
    const hops = windows(hopping(100, { every: 50, time }));
    await hops.feed(['a']);
    await hops.clock.advance(200);
    expect(hops.seen()).toEqual(['950-1050: a 1', '1000-1100: a 1']);

    const sessions = windows(session(100, { time }));
    await sessions.feed(['a']);
    await sessions.clock.advance(60);
    await sessions.feed(['a']);
    await sessions.clock.advance(99);
    expect(sessions.output).toEqual([]);
    await sessions.clock.advance(1);
    expect(sessions.seen()).toEqual(['1000-1160: a 2']);
  });

  test('tell as the clock goes what has come together ever since', async () => {
    const probe = windows(globalWindow({ time }), { early: { every: 100 } });
    await probe.feed(['a']);
    await probe.clock.advance(150);
    expect(probe.output).toHaveLength(1);
    await probe.feed(['a']);
    await probe.clock.advance(500);
    await probe.end();
    expect(probe.output.map(({ n, pane }) => `${n} ${pane}`)).toEqual(['1 early', '2 early', '2 on-time']);
  });

  test('take no record for late because the clock was set back', async () => {
    const clock = { now: () => now, schedule: () => () => {} };
    let now = 1000;
    const probe = windows(tumbling(100, { time }), {}, clock as never);
    await probe.feed(['a']);
    now = 1150;
    await probe.feed(['a']);
    now = 900;
    await probe.feed(['a']);
    await probe.end();
    expect(probe.seen()).toEqual(['1000-1100: a 1', '1100-1200: a 2']);
  });

  test('wait for those again that a snapshot has', async () => {
    const first = windows(tumbling(100, { time }));
    await first.feed(['a', 'b']);
    const second = windows(tumbling(100, { time }));
    second.restore(structuredClone(first.snapshot()));
    await second.clock.advance(100);
    expect(second.seen()).toEqual(['1000-1100: a 1', '1000-1100: b 1']);
  });

  test('go on at once in a run, with no record behind them', async () => {
    const clock = virtualClock(5000);
    const source = probeSource<string>();
    const seen: string[] = [];
    const counted = readFrom(source)
      .keyBy((key) => key)
      .window(tumbling('1s', { time: processingTime() }))
      .aggregate({ n: count() });
    const live = start(pipeline('x', counted.to(forEach(({ key, n }) => void seen.push(`${key} ${n}`)))), {
      clock,
    });
    await source.opened();
    source.push('a', 'b', 'a');
    await turns(5);
    await clock.advance(1000);
    await turns(5);
    expect(seen).toEqual(['a 2', 'b 1']);
    source.push('c');
    source.complete();
    await live.done;
    expect(seen).toEqual(['a 2', 'b 1', 'c 1']);
  });
});
