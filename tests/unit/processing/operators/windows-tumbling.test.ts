import { describe, expect, test } from 'vitest';
import type { Aggregates } from '../../../../src/interfaces/aggregate.ts';
import { count } from '../../../../src/processing/operators/aggregates/count.ts';
import { list } from '../../../../src/processing/operators/aggregates/list.ts';
import { sum } from '../../../../src/processing/operators/aggregates/sum.ts';
import { hopping } from '../../../../src/processing/operators/windows/hopping.ts';
import { tumbling } from '../../../../src/processing/operators/windows/tumbling.ts';
import type { Window } from '../../../../src/processing/operators/windows/window.ts';
import { windowBy } from '../../../../src/processing/operators/windows/window-by.ts';
import type { WindowOptions } from '../../../../src/processing/operators/windows/window-options.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';

interface Visit {
  readonly user: string;
  readonly at: number;
}

const visit = (user: string, at: number): Visit => ({ user, at });
const time = (one: Visit) => one.at;
const ats: Aggregates<Visit> = { ats: list('at') };

function windows(
  window: Window<Visit>,
  options: Omit<WindowOptions, 'late'> = {},
  aggregates: Aggregates<Visit> = ats,
) {
  return probeOperator(windowBy((one: Visit) => one.user, window, aggregates, options));
}

describe('tumbling windows', () => {
  test('take what begins with them, not what begins with the next', async () => {
    const probe = windows(tumbling(10, { time }));
    await probe.feed([visit('a', 0), visit('a', 9), visit('a', 10), visit('a', -1)]);
    await probe.end();
    expect(probe.output).toEqual([
      { key: 'a', window: { start: -10, end: 0 }, ats: [-1] },
      { key: 'a', window: { start: 0, end: 10 }, ats: [0, 9] },
      { key: 'a', window: { start: 10, end: 20 }, ats: [10] },
    ]);
  });

  test('are out when event time has reached their end, and not before', async () => {
    const probe = windows(tumbling(10, { time }));
    await probe.feed([visit('a', 5), visit('a', 12)]);
    probe.watermark(9);
    expect(probe.output).toEqual([]);
    probe.watermark(10);
    expect(probe.output).toEqual([{ key: 'a', window: { start: 0, end: 10 }, ats: [5] }]);
    probe.watermark(10);
    probe.watermark(19);
    expect(probe.output).toHaveLength(1);
  });

  test('come in the order of their ends, keys in that of their first record', async () => {
    const probe = windows(tumbling(10, { time }));
    await probe.feed([
      visit('c', 25),
      visit('b', 5),
      visit('a', 15),
      visit('b', 16),
      visit('a', 1),
      visit('b', 2),
    ]);
    probe.watermark(30);
    expect(probe.output.map(({ key, window }) => `${key}${window.start}`)).toEqual([
      'b0',
      'a0',
      'a10',
      'b10',
      'c20',
    ]);
  });

  test('are each out once, also when the input ends', async () => {
    const probe = windows(tumbling(10, { time }));
    await probe.feed([visit('a', 5), visit('a', 15)]);
    probe.watermark(10);
    await probe.end();
    await probe.end();
    expect(probe.output.map(({ window }) => window.start)).toEqual([0, 10]);
  });

  test('begin later by an offset', async () => {
    const probe = windows(tumbling(10, { offset: 3, time }));
    await probe.feed([visit('a', 2), visit('a', 3), visit('a', 12)]);
    await probe.end();
    expect(probe.output.map(({ window, ats }) => [window.start, ats])).toEqual([
      [-7, [2]],
      [3, [3, 12]],
    ]);
  });

  test('tell keys apart that look alike, and take those that are none of text', async () => {
    const keyed = windowBy((one: { k: unknown }) => one.k, tumbling(10, { time: () => 1 }), { n: count() });
    const probe = probeOperator(keyed);
    await probe.feed(
      [1, '1', null, undefined, Number.NaN, Number.NaN, null, new Date(5), new Date(5)].map((k) => ({ k })),
    );
    await probe.end();
    expect(probe.output.map(({ key, n }) => [key, n])).toEqual([
      [1, 1],
      ['1', 1],
      [null, 2],
      [undefined, 1],
      [Number.NaN, 2],
      [new Date(5), 2],
    ]);
  });

  test('give nothing of nothing', async () => {
    const probe = windows(tumbling(10, { time }));
    probe.watermark(100);
    await probe.end();
    expect(probe.output).toEqual([]);
  });
});

describe('hopping windows', () => {
  test('hold a record as often as they overlap', async () => {
    const probe = windows(hopping(10, { every: 5, time }));
    await probe.feed([visit('a', 0), visit('a', 7)]);
    probe.watermark(10);
    expect(probe.output).toEqual([
      { key: 'a', window: { start: -5, end: 5 }, ats: [0] },
      { key: 'a', window: { start: 0, end: 10 }, ats: [0, 7] },
    ]);
    await probe.end();
    expect(probe.output.at(-1)).toEqual({ key: 'a', window: { start: 5, end: 15 }, ats: [7] });
  });

  test('need not be a multiple of their steps', async () => {
    const probe = windows(hopping(7, { every: 5, offset: 1, time }));
    await probe.feed([6, 7, 8, 10, 11, 12].map((at) => visit('a', at)));
    await probe.end();
    expect(probe.output.map(({ window, ats }) => [window.start, ats])).toEqual([
      [1, [6, 7]],
      [6, [6, 7, 8, 10, 11, 12]],
      [11, [11, 12]],
    ]);
  });

  test('take a record that is late for the first of them only', async () => {
    const probe = windows(hopping(10, { every: 5, time }));
    probe.watermark(10);
    await probe.feed([visit('a', 7)]);
    await probe.end();
    expect(probe.output.map(({ window }) => window.start)).toEqual([5]);
  });
});

describe('a record that fails', () => {
  const bad = (message: string) => expect.objectContaining({ message: expect.stringContaining(message) });

  test('leaves no trace in any window', async () => {
    const fragile = { n: count(), total: sum('at') } as Aggregates<Visit>;
    const probe = windows(tumbling(10, { time: () => 1 }), {}, fragile);
    await probe.feed([visit('a', 1)]);
    await expect(probe.feed([visit('a', 'x' as never)])).rejects.toEqual(bad('cannot take "x"'));
    await expect(probe.feed([visit('b', 'x' as never)])).rejects.toEqual(bad('cannot take "x"'));
    await probe.end();
    expect(probe.output).toEqual([{ key: 'a', window: { start: 0, end: 10 }, n: 1, total: 1 }]);
  });

  test('opens no window, which would be taken for open when it is past', async () => {
    const fragile = { total: sum('at') } as Aggregates<Visit>;
    const probe = windows(tumbling(10, { time: () => 1 }), {}, fragile);
    await expect(probe.feed([visit('a', 'x' as never)])).rejects.toEqual(bad('cannot take "x"'));
    probe.watermark(50);
    await expect(probe.feed([visit('a', 1)])).rejects.toMatchObject({ code: 'ERR_LATE' });
  });

  test.each<[string, unknown, string]>([
    ['a time that is none', { user: 'a', at: Number.NaN }, 'ERR_EVENT_TIME'],
    ['a time in seconds', { user: 'a', at: 1_709_294_400 }, 'ERR_EVENT_TIME'],
    ['a key that is an object', { user: {}, at: 1 }, 'ERR_KEY'],
  ])('fails by %s', async (_what, record, code) => {
    const probe = windows(tumbling(10, { time }));
    await expect(probe.feed([record as Visit])).rejects.toMatchObject({ code });
    await probe.end();
    expect(probe.output).toEqual([]);
  });

  test('fails by a key more than there is room for, in all of its windows or in none', async () => {
    const probe = windows(hopping(10, { every: 5, time }), { maxKeys: 3 });
    await probe.feed([visit('a', 1)]);
    await expect(probe.feed([visit('b', 1)])).rejects.toMatchObject({
      code: 'ERR_LIMIT',
      details: { maxKeys: 3 },
    });
    await probe.feed([visit('a', 2)]);
    probe.watermark(10);
    await probe.feed([visit('b', 11)]);
    await probe.end();
    expect(probe.output.map(({ key, window }) => `${key}${window.start}`)).toEqual([
      'a-5',
      'a0',
      'b5',
      'b10',
    ]);
  });
});

describe('options of windows', () => {
  test.each<[string, () => unknown]>([
    ['a length of nothing', () => tumbling(0, { time })],
    ['a length that is none', () => tumbling('soon', { time })],
    ['a fraction of a millisecond', () => tumbling(0.5, { time })],
    ['no time', () => tumbling('1m', {} as never)],
    ['a time that is no function', () => tumbling('1m', { time: 'at' as never })],
    ['windows that do not meet', () => hopping('1m', { every: '2m', time })],
    ['more than 1000 windows for a record', () => hopping('1d', { every: '1s', time })],
    ['an unknown option', () => tumbling('1m', { time, every: '1s' } as never)],
    ['a lateness that is none', () => windows(tumbling('1m', { time }), { lateness: 'x' })],
    ['early results never', () => windows(tumbling('1m', { time }), { early: {} })],
    ['early results all the time', () => windows(tumbling('1m', { time }), { early: { every: 0 } })],
    ['no room', () => windows(tumbling('1m', { time }), { maxKeys: 0 })],
    ['no aggregates', () => windows(tumbling('1m', { time }), {}, {})],
    ['an aggregate that is none', () => windows(tumbling('1m', { time }), {}, { n: count as never })],
    ['an aggregate called key', () => windows(tumbling('1m', { time }), {}, { key: count() })],
    ['an aggregate called window', () => windows(tumbling('1m', { time }), {}, { window: count() })],
    ['an aggregate called pane', () => windows(tumbling('1m', { time }), {}, { pane: count() })],
    ['a key that is no function', () => windowBy('user' as never, tumbling('1m', { time }), ats)],
  ])('refuse %s', (_what, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  });
});
