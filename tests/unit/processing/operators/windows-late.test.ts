import { describe, expect, test } from 'vitest';
import { deadLetters, from } from '../../../../src/from.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { count } from '../../../../src/processing/operators/aggregates/count.ts';
import { sum } from '../../../../src/processing/operators/aggregates/sum.ts';
import { eventTime } from '../../../../src/processing/operators/event-time.ts';
import { globalWindow } from '../../../../src/processing/operators/windows/global-window.ts';
import { hopping } from '../../../../src/processing/operators/windows/hopping.ts';
import { session } from '../../../../src/processing/operators/windows/session.ts';
import { tumbling } from '../../../../src/processing/operators/windows/tumbling.ts';
import type { Window } from '../../../../src/processing/operators/windows/window.ts';
import { windowBy } from '../../../../src/processing/operators/windows/window-by.ts';
import type { WindowOptions } from '../../../../src/processing/operators/windows/window-options.ts';
import { deadLetter } from '../../../../src/processing/policies/dead-letter.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { run } from '../../../../src/start.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';

const time = (at: number) => at;

/** Windows over numbers that are their own times, all of one key. */
function windows(window: Window<number>, options: Omit<WindowOptions, 'late'> = {}) {
  const probe = probeOperator(windowBy(() => 'k', window, { n: count<number>() }, options));
  const seen = () =>
    probe.output.map(
      ({ window: { start, end }, n, update, pane }) => `${start}-${end} n${n} ${update} ${pane}`,
    );
  return Object.assign(probe, { seen });
}

const tens = tumbling(10, { time });

describe('late records', () => {
  test('fail, and the error says how late they are', async () => {
    const probe = windows(tens);
    probe.watermark(10);
    await expect(probe.feed([9])).rejects.toMatchObject({
      code: 'ERR_LATE',
      message: expect.stringContaining('its time is 1970-01-01T00:00:00.009Z'),
      details: { time: 9, reached: 10 },
    });
  });

  test('are only those whose window is over', async () => {
    const probe = windows(tens);
    probe.watermark(9);
    await probe.feed([0]);
    await probe.end();
    expect(probe.output).toMatchObject([{ window: { start: 0 }, n: 1 }]);
  });

  test('change the result within the allowed lateness, and carry how often', async () => {
    const probe = windows(tens, { lateness: 5 });
    await probe.feed([1]);
    probe.watermark(10);
    await probe.feed([2, 11, 3]);
    probe.watermark(14);
    await probe.feed([4]);
    probe.watermark(15);
    await expect(probe.feed([5])).rejects.toMatchObject({ code: 'ERR_LATE' });
    await probe.end();
    expect(probe.seen()).toEqual([
      '0-10 n1 0 on-time',
      '0-10 n2 1 late',
      '0-10 n3 2 late',
      '0-10 n4 3 late',
      '10-20 n1 0 on-time',
    ]);
  });

  test('are the first of a key, or of a window, as well', async () => {
    const probe = windows(tens, { lateness: 5 });
    probe.watermark(12);
    await probe.feed([2, 3]);
    await probe.end();
    expect(probe.seen()).toEqual(['0-10 n1 0 late', '0-10 n2 1 late']);
  });

  test('change those of several windows that still take them', async () => {
    const probe = windows(hopping(10, { every: 5, time }), { lateness: 3 });
    await probe.feed([6]);
    probe.watermark(12);
    await probe.feed([7]);
    probe.watermark(13);
    await probe.feed([8]);
    await probe.end();
    expect(probe.seen()).toEqual(['0-10 n1 0 on-time', '0-10 n2 1 late', '5-15 n3 0 on-time']);
  });

  test('extend a session that is over, which is out again when it is over again', async () => {
    const probe = windows(session(10, { time }), { lateness: 20 });
    await probe.feed([0]);
    probe.watermark(12);
    await probe.feed([2]);
    await probe.feed([8]);
    expect(probe.seen()).toEqual(['0-10 n1 0 on-time', '0-12 n2 1 late']);
    probe.watermark(18);
    expect(probe.seen().at(-1)).toBe('0-18 n3 2 on-time');
  });

  test('join sessions that are over', async () => {
    const probe = windows(session(10, { time }), { lateness: 50 });
    await probe.feed([0, 15]);
    probe.watermark(30);
    await probe.feed([8]);
    await probe.end();
    expect(probe.seen()).toEqual(['0-10 n1 0 on-time', '15-25 n1 0 on-time', '0-25 n3 2 late']);
  });
});

describe('late records in a run', () => {
  const NOON = Date.UTC(2024, 2, 1, 12);
  const input = [0, 30, 70, 10, 80, 20, 130].map((second) => ({ second, at: NOON + second * 1000 }));
  const timed = () =>
    from(input)
      .pipe(eventTime((one) => one.at))
      .keyBy(() => 'all');
  const byMinute = tumbling('1m', { time: (one: (typeof input)[number]) => one.at });

  test('are a flow of their own, as they are', async () => {
    const { results, late } = timed()
      .window(byMinute, { late: 'route' })
      .aggregate({ seconds: sum('second') });
    const [out, aside] = [toArray(), toArray()];
    const { balance } = await run(pipeline('x', [results.to(out), late.to(aside)]));
    expect(out.records).toMatchObject([{ seconds: 30 }, { seconds: 150 }, { seconds: 130 }]);
    expect(aside.records).toEqual([input[3], input[5]]);
    expect(balance.closed).toBe(true);
  });

  test('are skipped and counted, or put aside, by a policy', async () => {
    const letters = deadLetters();
    const skipping = timed().window(byMinute, { onError: skip() }).aggregate({ n: count() });
    const aside = timed()
      .window(byMinute, { onError: deadLetter(letters) })
      .aggregate({ n: count() });
    const out = toArray<{ record: unknown }>();
    const { balance } = await run(
      pipeline('x', [skipping.to(toArray()), aside.to(toArray()), letters.to(out)]),
    );
    expect(balance).toMatchObject({ skipped: 2, deadLettered: 2, closed: true });
    expect(out.records.map(({ record }) => record)).toEqual([input[3], input[5]]);
  });

  test('fail the run without one', async () => {
    const flow = timed().window(byMinute).aggregate({ n: count() });
    await expect(run(pipeline('x', flow.to(toArray())))).rejects.toMatchObject({
      code: 'ERR_LATE',
      origin: { record: 4 },
    });
  });
});

describe('early results', () => {
  test('come with each so many records of a key', async () => {
    const probe = windows(tens, { early: { count: 2 } });
    await probe.feed([1, 2, 3, 4, 5]);
    probe.watermark(10);
    await probe.end();
    expect(probe.seen()).toEqual(['0-10 n2 0 early', '0-10 n4 1 early', '0-10 n5 2 on-time']);
  });

  test('come as time goes by, of what has changed', async () => {
    const probe = windows(tumbling(100, { time }), { early: { every: 10 } });
    await probe.feed([1]);
    probe.watermark(5);
    probe.watermark(9);
    expect(probe.output).toEqual([]);
    probe.watermark(12);
    probe.watermark(20);
    await probe.feed([21]);
    probe.watermark(29);
    probe.watermark(55);
    probe.watermark(100);
    expect(probe.seen()).toEqual(['0-100 n1 0 early', '0-100 n2 1 early', '0-100 n2 2 on-time']);
  });

  test('come from sessions, too', async () => {
    const probe = windows(session(10, { time }), { early: { every: 5, count: 3 } });
    await probe.feed([1]);
    probe.watermark(1);
    probe.watermark(5);
    await probe.feed([6, 7, 8]);
    probe.watermark(20);
    expect(probe.seen()).toEqual(['1-11 n1 0 early', '1-18 n4 1 early', '1-18 n4 2 on-time']);
  });

  test('are all that a global window gives before the end', async () => {
    const probe = windows(globalWindow(), { early: { every: 'watermark' } });
    await probe.feed([1]);
    probe.watermark(1);
    probe.watermark(2);
    await probe.feed([7]);
    probe.watermark(8);
    await probe.end();
    expect(probe.seen()).toEqual([
      '-Infinity-Infinity n1 0 early',
      '-Infinity-Infinity n2 1 early',
      '-Infinity-Infinity n2 2 on-time',
    ]);
  });

  test('and updates mark no results where there can be only one', async () => {
    const probe = windows(tens);
    await probe.feed([1]);
    await probe.end();
    expect(Object.keys(probe.output[0]!)).toEqual(['key', 'window', 'n']);
  });
});
