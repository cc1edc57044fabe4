import { describe, expect, test } from 'vitest';
import { probeOperator } from '../../../src/testing/operator-probe.ts';
import { virtualClock } from '../../../src/testing/virtual-clock.ts';
import { built, made } from './built.ts';

const MINUTE = 60_000;
const VIEWS = [
  { page: '/', at: 0 },
  { page: '/help', at: 10_000 },
  { page: '/', at: 70_000 },
];
const aggregates = { n: { count: true } };
const span = (start: number, end: number) => ({ start: start * MINUTE, end: end * MINUTE });
const unit = 'ms';

describe('window', () => {
  test.each<[object, readonly unknown[]]>([
    [
      { window: { type: 'tumbling', size: '1m', time: 'at', unit }, key: 'page' },
      [
        { page: '/', window: span(0, 1), n: 1 },
        { page: '/help', window: span(0, 1), n: 1 },
        { page: '/', window: span(1, 2), n: 1 },
      ],
    ],
    [
      { window: { type: 'tumbling', size: { days: 1 }, time: 'at', unit } },
      [{ window: span(0, 1440), n: 3 }],
    ],
    [
      { window: { type: 'hopping', size: '2m', every: '1m', time: 'at', unit } },
      [
        { window: span(-1, 1), n: 2 },
        { window: span(0, 2), n: 3 },
        { window: span(1, 3), n: 1 },
      ],
    ],
    [
      { window: { type: 'session', gap: '30s', time: 'at', unit } },
      [
        { window: { start: 0, end: 40_000 }, n: 2 },
        { window: { start: 70_000, end: 100_000 }, n: 1 },
      ],
    ],
    [
      { window: { type: 'count', size: 2 } },
      [
        { window: { start: 0, end: 2 }, n: 2 },
        { window: { start: 2, end: 3 }, n: 1 },
      ],
    ],
    [
      { window: { type: 'global' } },
      [{ window: { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }, n: 3 }],
    ],
  ])('%j puts records together', async (options, expected) => {
    expect(await made('window', { aggregates, ...options }, VIEWS)).toEqual(expected);
  });

  test.each([0, '0s'])('with lateness %j, no result is an update', async (lateness) => {
    const options = { window: { type: 'tumbling', size: '1h', time: 'at', unit }, lateness, aggregates };
    expect(await made('window', options, VIEWS)).toEqual([{ window: span(0, 60), n: 3 }]);
  });

  test('early results say that they are', async () => {
    const window = { type: 'tumbling', size: '1h', time: 'at', unit };
    expect(await made('window', { window, key: 'page', aggregates, early: { count: 2 } }, VIEWS)).toEqual([
      { page: '/', window: span(0, 60), update: 0, pane: 'early', n: 2 },
      { page: '/', window: span(0, 60), update: 1, pane: 'on-time', n: 2 },
      { page: '/help', window: span(0, 60), update: 0, pane: 'on-time', n: 1 },
    ]);
  });

  test('by the clock, what timers emit has the fields of the key, too', async () => {
    const clock = virtualClock();
    const window = { type: 'tumbling', size: '1m', time: { clock: true } };
    const probe = probeOperator(built('window', { window, key: ['page'], aggregates }), clock);
    await probe.feed(VIEWS);
    expect(probe.output).toEqual([]);
    await clock.advance(MINUTE);
    expect(probe.output).toEqual([
      { page: '/', window: span(0, 1), n: 2 },
      { page: '/help', window: span(0, 1), n: 1 },
    ]);
    await probe.end();
    probe.close();
    expect(clock.pending).toBe(0);
  });

  test('a watermark closes windows', async () => {
    const window = { type: 'tumbling', size: '1m', time: 'at', unit };
    const probe = probeOperator(built('window', { window, aggregates }));
    await probe.feed(VIEWS.slice(0, 2));
    probe.watermark(MINUTE);
    expect(probe.output).toEqual([{ window: span(0, 1), n: 2 }]);
    probe.close();
  });

  test.each<[object, string]>([
    [{ window: { type: 'tumblin' } }, "window.type: Invalid discriminator value. Expected 'tumbling'"],
    [{ window: { type: 'tumbling', size: '1m' } }, 'window.time: expected string, received undefined'],
    [{ window: { type: 'tumbling', size: '1m', time: { clock: false } } }, 'window.time: expected string, '],
    [{ window: { type: 'tumbling', size: { days: 1, weeks: 1 }, time: 'at' } }, 'give one of days, weeks'],
    [{ window: { type: 'tumbling', size: 'soon', time: 'at' } }, '"soon" is not a duration'],
    [{ window: { type: 'hopping', size: '1m', every: '2m', time: 'at' } }, 'its windows do not meet'],
    [{ window: { type: 'session', size: '1m', time: 'at' } }, 'window.gap: '],
    [{ window: { type: 'count', size: 0 } }, 'window.size: Too small'],
    [{ window: { type: 'count', size: 1 }, late: 'drop' }, 'late: Invalid option'],
    [{ window: { type: 'count', size: 1 }, key: 'window' }, 'are called "window"'],
    [{ window: { type: 'count', size: 1 }, aggregates: { window: { count: true } } }, 'is called "window"'],
  ])('%j is refused', (options, message) => {
    expect(() => built('window', { aggregates, ...options })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining(message) }),
    );
  });
});
