import { describe, expect, test } from 'vitest';
import { count } from '../../../../src/processing/operators/aggregates/count.ts';
import { list } from '../../../../src/processing/operators/aggregates/list.ts';
import { countWindow } from '../../../../src/processing/operators/windows/count-window.ts';
import { globalWindow } from '../../../../src/processing/operators/windows/global-window.ts';
import { session } from '../../../../src/processing/operators/windows/session.ts';
import type { Window } from '../../../../src/processing/operators/windows/window.ts';
import { windowBy } from '../../../../src/processing/operators/windows/window-by.ts';
import type { WindowOptions } from '../../../../src/processing/operators/windows/window-options.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';

/** A key and a time, e.g. `a7`. */
type Click = string;

const time = (click: Click) => Number(click.slice(1));

function windows(window: Window<Click>, options: Omit<WindowOptions, 'late'> = {}) {
  const clicks = { clicks: list((click: Click) => click) };
  const probe = probeOperator(windowBy((click: Click) => click[0], window, clicks, options));
  const seen = () =>
    probe.output.map(({ window: { start, end }, clicks }) => `${start}-${end}: ${clicks.join(' ')}`);
  return Object.assign(probe, { seen });
}

const tens = session(10, { time });

describe('sessions', () => {
  test('last until nothing has come for the gap', async () => {
    const probe = windows(tens);
    await probe.feed(['a0', 'a9', 'a19', 'a28']);
    await probe.end();
    expect(probe.seen()).toEqual(['0-19: a0 a9', '19-38: a19 a28']);
  });

  test('are out when event time has reached their end, of which records put off', async () => {
    const probe = windows(tens);
    await probe.feed(['a0']);
    probe.watermark(9);
    await probe.feed(['a9']);
    probe.watermark(18);
    expect(probe.output).toEqual([]);
    probe.watermark(19);
    expect(probe.seen()).toEqual(['0-19: a0 a9']);
  });

  test('become one when a record comes between them', async () => {
    const probe = windows(tens);
    await probe.feed(['a0', 'a30', 'a15', 'a7', 'a22']);
    await probe.end();
    expect(probe.seen()).toHaveLength(1);
    expect(probe.output[0]!.window).toEqual({ start: 0, end: 40 });
    expect(probe.output[0]!.clicks.toSorted()).toEqual(['a0', 'a15', 'a22', 'a30', 'a7']);
  });

  test('begin earlier when a record comes before them', async () => {
    const probe = windows(tens);
    await probe.feed(['a10', 'a3']);
    await probe.end();
    expect(probe.seen()).toEqual(['3-20: a10 a3']);
  });

  test('are those of a key, and come in the order of their ends, then of their first records', async () => {
    const probe = windows(tens);
    await probe.feed(['c4', 'b0', 'a0', 'b3', 'd3']);
    probe.watermark(100);
    expect(probe.seen()).toEqual(['0-10: a0', '0-13: b0 b3', '3-13: d3', '4-14: c4']);
  });

  test('take a record behind event time that belongs to one which is open', async () => {
    const probe = windows(tens);
    await probe.feed(['a0', 'a9']);
    probe.watermark(15);
    await probe.feed(['a4']);
    await expect(probe.feed(['b4'])).rejects.toMatchObject({ code: 'ERR_LATE' });
    await probe.end();
    expect(probe.seen()).toEqual(['0-19: a0 a9 a4']);
  });

  test('leave nothing behind: there is room for as many again', async () => {
    const probe = windows(tens, { maxKeys: 2 });
    for (let round = 0; round < 5; round++) {
      await probe.feed([`a${round * 20}`, `b${round * 20}`]);
      await expect(probe.feed([`c${round * 20}`])).rejects.toMatchObject({ code: 'ERR_LIMIT' });
      probe.watermark(round * 20 + 10);
    }
    expect(probe.output).toHaveLength(10);
  });
});

describe('windows of so many records', () => {
  test('are out when they are full, and what is left when the input ends', async () => {
    const probe = windows(countWindow(2));
    await probe.feed(['a1', 'b1', 'a2', 'b2', 'a3']);
    expect(probe.seen()).toEqual(['0-3: a1 a2', '1-4: b1 b2']);
    await probe.end();
    expect(probe.seen().at(-1)).toBe('4-5: a3');
  });

  test('may hold one record each', async () => {
    const probe = windows(countWindow(1));
    await probe.feed(['a1', 'a2']);
    await probe.end();
    expect(probe.seen()).toEqual(['0-1: a1', '1-2: a2']);
  });

  test('tell what is in them before, and forget keys whose windows are full', async () => {
    const probe = windows(countWindow(3), { early: { count: 2 }, maxKeys: 1 });
    await probe.feed(['a1', 'a2', 'a3', 'b1']);
    await expect(probe.feed(['c1'])).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    await probe.end();
    expect(probe.output.map(({ pane }) => pane)).toEqual(['early', 'on-time', 'on-time']);
  });

  test.each([0, 1.5, -1, '3'])('refuse a size of %j', (size) => {
    expect(() => countWindow(size as number)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  });

  test.each<[string, Omit<WindowOptions, 'late'>]>([
    ['lateness', { lateness: 1 }],
    ['results by time', { early: { every: 1 } }],
  ])('refuse %s: time has no say', (_what, options) => {
    expect(() => windows(countWindow(2), options)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  });
});

describe('a snapshot', () => {
  const input = ['a0', 'b3', 'a15', 'c2', 'a8', 'b30', 'a31', 'b24', 'c41', 'a60'];
  const marks: Readonly<Record<number, number>> = { 3: 5, 6: 22, 8: 35 };

  test.each<[string, Window<Click>, Omit<WindowOptions, 'late'>]>([
    ['sessions', tens, { lateness: 20, early: { count: 2 } }],
    ['sessions with results by time', tens, { lateness: 30, early: { every: 5 } }],
    ['windows of so many', countWindow(3), { early: { count: 2 } }],
    ['a global window', globalWindow(), { early: { every: 10, count: 3 } }],
  ])('of %s can be taken anywhere', async (_what, window, options) => {
    const drive = async (cut: number) => {
      const make = () =>
        probeOperator(windowBy((click: Click) => click[0], window, { n: count<Click>() }, options));
      const [first, second] = [make(), make()];
      let probe = first;
      for (const [index, click] of input.entries()) {
        if (index === cut) {
          second.restore(structuredClone(first.snapshot()));
          probe = second;
        }
        await probe.feed([click]);
        if (marks[index] !== undefined) probe.watermark(marks[index]);
      }
      await probe.end();
      return [...first.output, ...second.output];
    };
    const whole = await drive(-1);
    expect(whole.length).toBeGreaterThan(4);
    for (let cut = 0; cut < input.length; cut++) expect(await drive(cut)).toEqual(whole);
  });
});
