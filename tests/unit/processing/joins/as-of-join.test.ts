import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { asOfJoin } from '../../../../src/processing/joins/as-of-join.ts';
import { AsOfJoinLogic } from '../../../../src/processing/joins/as-of-join-logic.ts';
import { eventTime } from '../../../../src/processing/operators/event-time.ts';
import { run } from '../../../../src/start.ts';
import { shown } from './naive-join.ts';
import { fed, resumed, START, type Timed, timedEvents } from './timed-events.ts';

const key = (record: unknown) => (record as Timed).k;
const at = (record: unknown) => (record as Timed).at;

function logicOf(kind: 'left' | 'inner', tolerance = Number.POSITIVE_INFINITY): AsOfJoinLogic<string> {
  return new AsOfJoinLogic<string>({
    on: [key, key],
    times: [at, at],
    kind,
    tolerance,
    merge: shown as never,
    maxRows: 1000,
  });
}

function naive(events: readonly Timed[], kind: 'left' | 'inner', tolerance: number): readonly string[] {
  return events
    .filter(({ left }) => left)
    .toSorted((one, other) => one.at - other.at)
    .flatMap((one) => {
      const right = events
        .filter((event) => !event.left && event.k !== null && event.k === one.k)
        .filter((event) => event.at <= one.at && one.at - event.at <= tolerance)
        .toSorted((a, b) => a.at - b.at)
        .at(-1);
      return right === undefined && kind === 'inner' ? [] : [shown(one, right)];
    });
}

describe.each(['left', 'inner'] as const)('asOfJoin, kind %s', (kind) => {
  test.each([Number.POSITIVE_INFINITY, 4])(
    'gives what looking through all gives, with a tolerance of %d',
    (tolerance) => {
      fc.assert(
        fc.property(timedEvents, (events) => {
          const logic = logicOf(kind, tolerance);
          const { emitted, emit } = fed(logic, events);
          for (const one of logic.end()) emit(one);
          expect(emitted).toEqual(naive(events, kind, tolerance));
        }),
        { seed: 8, numRuns: 200 },
      );
    },
  );

  test('goes on from what it has remembered', () => {
    fc.assert(
      fc.property(timedEvents, fc.nat(), (events, place) => {
        const cut = place % (events.length + 1);
        expect(resumed(() => logicOf(kind), events, cut)).toEqual(
          naive(events, kind, Number.POSITIVE_INFINITY),
        );
      }),
      { seed: 9, numRuns: 100 },
    );
  });
});

describe('asOfJoin', () => {
  const record = (k: number, minute: number) => ({ k, at: START + minute * 60_000 });
  const clocked = (...records: readonly ReturnType<typeof record>[]) =>
    from(records).pipe(eventTime((one) => one.at));

  test('of two flows with event time gives each order its price, whichever comes first', async () => {
    const orders = clocked(record(1, 5), record(2, 7), record(1, 20));
    const prices = clocked(record(1, 0), record(3, 1), record(1, 5), record(1, 21));
    const out = toArray<unknown>();
    const joined = asOfJoin(orders, prices, {
      on: (one) => one.k,
      time: (one) => one.at,
      merge: (order, price) => [order.k, price === undefined ? undefined : (price.at - START) / 60_000],
    });
    const { balance } = await run(pipeline('x', joined.to(out)));
    expect(out.records).toEqual([
      [1, 5],
      [2, undefined],
      [1, 5],
    ]);
    expect(balance.closed).toBe(true);
  });

  test('holds one right record of each key that nobody asks for, and none that is too old', () => {
    for (const [tolerance, most] of [
      [Number.POSITIVE_INFINITY, 1001],
      [100, 1001],
    ] as const) {
      const logic = logicOf('left', tolerance);
      for (let n = 0; n < 50_000; n++) {
        const event = { id: n, k: tolerance === 100 ? n : n % 10, at: START + n };
        logic.push({ left: false, record: event });
        Array.from(logic.watermark(START + n) ?? []);
      }
      const held = logic.snapshot().rights.reduce((sum, [, list]) => sum + list.length, 0);
      expect(held).toBeLessThan(most);
    }
  });

  test('a record that event time has passed is late', () => {
    const logic = logicOf('left');
    Array.from(logic.watermark(START + 10) ?? []);
    expect(() => logic.push({ left: false, record: { id: 1, k: 1, at: START + 9 } })).toThrow(
      expect.objectContaining({ code: 'ERR_LATE' }),
    );
  });

  test('a merge that fails ends the run', async () => {
    for (const merge of [
      () => {
        throw new Error('broken');
      },
      () => Promise.reject(new Error('late')),
    ]) {
      const joined = asOfJoin(clocked(record(1, 1)), clocked(record(1, 1)), {
        on: (one) => one.k,
        time: (one) => one.at,
        merge: merge as () => unknown,
      });
      await expect(run(pipeline('x', joined.to(toArray())))).rejects.toMatchObject({ code: 'ERR_CALLBACK' });
    }
  });

  test.each([{ tolerance: 'old' }, { kind: 'full' }, { on: 1 }, { time: [] }])('refuses %j', (wrong) => {
    const flow = from([record(1, 1)]);
    const options = { on: (one: { k: number }) => one.k, time: (one: { at: number }) => one.at, ...wrong };
    expect(() => asOfJoin(flow, flow, options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS' }),
    );
  });
});
