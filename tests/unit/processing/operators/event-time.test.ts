import { describe, expect, test } from 'vitest';
import { type EventTimeOptions, eventTime } from '../../../../src/processing/operators/event-time.ts';
import type { Time } from '../../../../src/processing/operators/record-time.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';
import { type VirtualClock, virtualClock } from '../../../../src/testing/virtual-clock.ts';

const NOON = Date.UTC(2024, 2, 1, 12);
const S = 1000;
const DAY = 86_400_000;

/** Records by their times, in seconds from noon. */
const at = (seconds: readonly number[]) => seconds.map((second) => NOON + second * S);

const timed = (options: EventTimeOptions = {}) => probeOperator(eventTime<Time>((time) => time, options));

describe('eventTime', () => {
  test('passes records on as they are, and lags the latest by outOfOrder', async () => {
    const probe = timed({ outOfOrder: '5s' });
    const input = at([0, 3, 1, 10, 9, 12]);
    await probe.feed(input);
    expect(probe.output).toEqual(input);
    expect(probe.watermarks).toEqual(at([-2, 5, 7]));
  });

  test('does not go by the first record alone: it may come from a wrong clock', async () => {
    const probe = timed();
    await probe.feed(at([0]));
    expect(probe.watermarks).toEqual([]);
    await probe.feed(at([0]));
    expect(probe.watermarks).toEqual(at([0]));
  });

  test('forgets a first record that is far ahead of those behind it', async () => {
    const probe = timed();
    await probe.feed([Date.UTC(2099, 0), ...at([0, 1, 2])]);
    expect(probe.output).toHaveLength(4);
    expect(probe.watermarks).toEqual(at([1, 2]));
  });

  test('is said again when it has moved on by a step: each time costs', async () => {
    const input = Array.from({ length: 100 }, (_, n) => NOON + n * 100);
    const coarse = timed();
    await coarse.feed(input);
    expect(coarse.watermarks).toEqual(at([0.1, 1.1, 2.1, 3.1, 4.1, 5.1, 6.1, 7.1, 8.1, 9.1]));
    const fine = timed({ step: 0 });
    await fine.feed(input);
    expect(fine.watermarks).toEqual(input.slice(1));
  });

  test.each<[string, Time, number]>([
    ['a Date', new Date(NOON), NOON],
    ['text in UTC', '2024-03-01T12:00:00.000Z', NOON],
    ['text with an offset', '2024-03-01T13:30:00+01:30', NOON],
    ['text with a short offset', '2024-03-01 13:00+0100', NOON],
    ['text without a zone, in UTC on every machine', '2024-03-01T12:00', NOON],
    ['a day', '2024-03-01', NOON - DAY / 2],
    ['microseconds behind the point', '2024-03-01T12:00:00.001999Z', NOON + 1],
    ['a leap second', '2024-03-01T11:59:60Z', NOON],
    ['a small number, as tests have them', 5, 5],
  ])('understands %s', async (_what, time, expected) => {
    const probe = timed();
    await probe.feed([time, time]);
    expect(probe.watermarks).toEqual([expected]);
  });

  test.each<[string, unknown, string]>([
    ['undefined', undefined, 'its time is missing (undefined): { id: 7'],
    ['null', null, 'its time is missing (null): { id: 7'],
    ['NaN', Number.NaN, 'its time is NaN, which is none: { id: 7'],
    ['an invalid Date', new Date('x'), 'its time is NaN, which is none'],
    ['seconds', NOON / 1000, 'its time is 1709294400, which looks like seconds: { id: 7'],
    ['a Date of seconds', new Date(NOON / 1000), 'which looks like seconds'],
    ['microseconds', NOON * 1000, 'which looks like microseconds or nanoseconds'],
    ['past what a Date can hold', 1e18, 'which is none'],
    ['text that is none', 'yesterday', 'its time is "yesterday", which is no ISO 8601 date and time'],
    ['a day that no month has', '2024-02-30T12:00Z', 'which is no ISO 8601 date and time'],
    ['an hour that no day has', '2024-02-03T25:00Z', 'which is no ISO 8601 date and time'],
    ['digits as text', String(NOON), 'which is no ISO 8601 date and time'],
    ['a BigInt', BigInt(NOON), 'which is none'],
    ['an object', {}, 'which is none'],
  ])('fails a record whose time is %s, and shows it', async (_what, time, message) => {
    const probe = probeOperator(eventTime((record: { id: number; at: unknown }) => record.at as Time));
    await expect(probe.feed([{ id: 7, at: time }])).rejects.toMatchObject({
      code: 'ERR_EVENT_TIME',
      message: expect.stringContaining(message),
      hint: expect.any(String),
    });
    expect(probe.output).toEqual([]);
  });

  test.each<[EventTimeOptions['unit'], number, number]>([
    ['ms', 1_709_294_400, 1_709_294_400],
    ['s', 1_709_294_400.25, NOON + 250],
    ['us', NOON * 1000, NOON],
    ['ns', NOON * 1e6, NOON],
  ])('takes numbers for %s where that is said', async (unit, time, expected) => {
    const probe = timed(unit === undefined ? {} : { unit });
    await probe.feed([time, time]);
    expect(probe.watermarks).toEqual([expected]);
  });

  test('fails what is too far ahead of all before it, and goes on as if it had not come', async () => {
    const probe = timed();
    await probe.feed(at([0, 1]));
    await expect(probe.feed([NOON + 366 * DAY])).rejects.toMatchObject({
      code: 'ERR_EVENT_TIME',
      message: expect.stringContaining('its time, 2025-03-02T12:00:00.000Z, is'),
      details: { time: NOON + 366 * DAY, latest: NOON + S },
    });
    await probe.feed(at([2]));
    expect(probe.watermarks).toEqual(at([1, 2]));
  });

  test('believes a leap when enough records in a row confirm it', async () => {
    const probe = timed({ confirm: 3 });
    await probe.feed(at([0, 1]));
    const later = NOON + 30 * DAY;
    await expect(probe.feed([later + 5 * S])).rejects.toThrow('ahead');
    await expect(probe.feed([later])).rejects.toThrow('ahead');
    await probe.feed([later + 7 * S]);
    expect(probe.watermarks.at(-1)).toBe(later + 7 * S);
  });

  test('believes no leap when records in between contradict it, or those ahead do not agree', async () => {
    const probe = timed({ confirm: 2 });
    await probe.feed(at([0, 1]));
    for (let n = 0; n < 5; n++) {
      await expect(probe.feed([NOON + 30 * DAY])).rejects.toThrow('ahead');
      await probe.feed(at([2]));
    }
    await expect(probe.feed([NOON + 60 * DAY])).rejects.toThrow('ahead');
    await expect(probe.feed([NOON + 90 * DAY])).rejects.toThrow('ahead');
    expect(probe.watermarks.at(-1)).toBe(NOON + 2 * S);
  });

  test('goes by the first record, and takes any time, without a bound', async () => {
    const probe = timed({ maxAdvance: false });
    await probe.feed([NOON]);
    await probe.feed([NOON + 400 * DAY]);
    expect(probe.watermarks).toEqual([NOON, NOON + 400 * DAY]);
  });

  test('goes on from a snapshot as if nothing had happened, wherever it is taken', async () => {
    const input = [...at([0, 4, 2, 9]), NOON + 9 * DAY, NOON + 9 * DAY, ...at([3, 12, 30]), NOON + 20 * DAY];
    const drive = async (cut: number) => {
      const made = [timed({ confirm: 3, step: 0 }), timed({ confirm: 3, step: 0 })] as const;
      let probe: (typeof made)[number] = made[0];
      const failed: number[] = [];
      for (const [index, time] of input.entries()) {
        if (index === cut) {
          made[1].restore(structuredClone(made[0].snapshot()));
          probe = made[1];
        }
        await probe.feed([time]).catch(() => failed.push(index));
      }
      return { failed, marks: made.flatMap(({ watermarks }) => watermarks) };
    };
    const whole = await drive(-1);
    expect(whole.failed).toEqual([4, 5, 9]);
    for (let cut = 0; cut <= input.length; cut++) expect(await drive(cut)).toEqual(whole);
  });

  test.each<[string, EventTimeOptions]>([
    ['an outOfOrder that is no duration', { outOfOrder: 'soon' }],
    ['a negative outOfOrder', { outOfOrder: -1 }],
    ['an idle that is no duration', { idle: 'x' }],
    ['a maxAdvance of true', { maxAdvance: true as unknown as false }],
    ['a confirm of 0', { confirm: 0 }],
    ['a unit that nobody knows', { unit: 'h' as 's' }],
    ['an option that is none', { lag: 1 } as EventTimeOptions],
  ])('refuses %s', (_what, options) => {
    expect(() => eventTime(() => 0, options)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  });

  test('refuses a callback that is none', () => {
    expect(() => eventTime('at' as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  });

  test('refuses a promise of a time', async () => {
    const probe = probeOperator(eventTime<number>((async () => 1) as never));
    await expect(probe.feed([1])).rejects.toMatchObject({ code: 'ERR_CALLBACK' });
  });
});

describe('eventTime by partition', () => {
  interface Reading {
    readonly device: unknown;
    readonly time: number;
  }

  const readings = (list: readonly (readonly [device: unknown, second: number])[]): Reading[] =>
    list.map(([device, second]) => ({ device, time: NOON + second * S }));

  const devices = (options: EventTimeOptions<Reading> = {}, clock?: VirtualClock) =>
    probeOperator(
      eventTime<Reading>(({ time }) => time, { partition: ({ device }) => device, step: 0, ...options }),
      clock,
    );

  test('is that of the slowest partition, also when one is far ahead of another', async () => {
    const probe = devices();
    const input = readings([
      ['a', 0],
      ['b', 3],
      ['a', 50],
      ['b', 4],
      ['a', 60],
      ['b', 9],
      ['b', 99],
    ]);
    await probe.feed(input);
    expect(probe.output).toEqual(input);
    expect(probe.watermarks).toEqual(at([4, 9, 60]));
  });

  test('bounds how far a record may be ahead in each partition by itself', async () => {
    const probe = devices({ maxAdvance: '1m' });
    await probe.feed(
      readings([
        ['a', 0],
        ['a', 1],
        ['b', 5000],
        ['b', 5001],
      ]),
    );
    await expect(probe.feed(readings([['a', 5000]]))).rejects.toMatchObject({ code: 'ERR_EVENT_TIME' });
    expect(probe.watermarks).toEqual(at([1]));
  });

  test('waits no longer for a partition that is idle, and waits for it again when it comes back', async () => {
    const clock = virtualClock();
    const probe = devices({ idle: '10s' }, clock);
    await probe.feed(
      readings([
        ['a', 0],
        ['a', 1],
        ['b', 5],
        ['b', 6],
      ]),
    );
    expect(probe.watermarks).toEqual(at([1]));
    await clock.advance(6000);
    await probe.feed(readings([['b', 7]]));
    await clock.advance(5000);
    expect(probe.watermarks).toEqual(at([1, 7]));
    await probe.feed(
      readings([
        ['a', 8],
        ['b', 20],
      ]),
    );
    expect(probe.watermarks).toEqual(at([1, 7, 8]));
    probe.close();
    expect(clock.pending).toBe(0);
  });

  test('goes on from a snapshot as if nothing had happened, wherever it is taken', async () => {
    const input = readings([
      ['a', 0],
      ['b', 3],
      ['a', 5],
      ['b', 4],
      ['c', 2],
      ['c', 9],
      ['a', 10],
      ['b', 11],
    ]);
    const drive = async (cut: number) => {
      const made = [devices(), devices()] as const;
      for (const [index, reading] of input.entries()) {
        if (index === cut) made[1].restore(structuredClone(made[0].snapshot()));
        await made[cut >= 0 && index >= cut ? 1 : 0].feed([reading]);
      }
      return [...new Set(made.flatMap(({ watermarks }) => watermarks))];
    };
    const whole = await drive(-1);
    for (let cut = 0; cut <= input.length; cut++) expect(await drive(cut)).toEqual(whole);
  });

  test('fails a record of a partition that is no key, and of one too many', async () => {
    const probe = devices({ maxPartitions: 1 });
    await expect(probe.feed(readings([[{}, 0]]))).rejects.toMatchObject({ code: 'ERR_KEY' });
    await probe.feed(readings([['a', 0]]));
    await expect(probe.feed(readings([['b', 0]]))).rejects.toMatchObject({ code: 'ERR_LIMIT' });
  });

  test('refuses a partition that is no function', () => {
    const given = { partition: 'device' } as never;
    expect(() => eventTime(() => 0, given)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  });
});
