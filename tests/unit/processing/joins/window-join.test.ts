import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { type JoinKind, joinKinds } from '../../../../src/processing/joins/join-kinds.ts';
import { windowJoin } from '../../../../src/processing/joins/window-join.ts';
import { WindowJoinLogic } from '../../../../src/processing/joins/window-join-logic.ts';
import { eventTime } from '../../../../src/processing/operators/event-time.ts';
import { countWindow } from '../../../../src/processing/operators/windows/count-window.ts';
import { hopping } from '../../../../src/processing/operators/windows/hopping.ts';
import { tumbling } from '../../../../src/processing/operators/windows/tumbling.ts';
import type { AlignedWindow, Window } from '../../../../src/processing/operators/windows/window.ts';
import { run } from '../../../../src/start.ts';
import { naiveJoin, type Row, shown } from './naive-join.ts';
import { fed, resumed, START, type Timed, timedEvents } from './timed-events.ts';

const key = (record: unknown) => (record as Timed).k;
const at = (record: unknown) => (record as Timed).at;
const text = (record: unknown) => (typeof record === 'string' ? record : `${(record as Row).id}`);
const tens = tumbling<unknown>(10, { time: at }) as AlignedWindow<unknown>;
const hops = hopping<unknown>(10, { every: 5, time: at }) as AlignedWindow<unknown>;

function logicOf(kind: JoinKind, window = tens): WindowJoinLogic<string> {
  return new WindowJoinLogic<string>({
    on: [key, key],
    time: at,
    place: window.place,
    kind,
    merge: shown as never,
    maxRows: 1000,
  });
}

/** Each window joined by itself. */
function naive(events: readonly Timed[], kind: JoinKind, window: AlignedWindow<unknown>): readonly string[] {
  const spans = new Map(
    events.flatMap((event) => window.place(event.at).spans.map((span) => [span.start, span])),
  );
  return [...spans.values()]
    .flatMap(({ start, end }) => {
      const within = events.filter((event) => event.at >= start && event.at < end);
      const side = (left: boolean) => within.filter((event) => event.left === left);
      return naiveJoin(side(true), side(false), kind, (one, other) => one.k !== null && one.k === other.k);
    })
    .toSorted();
}

describe.each(joinKinds)('windowJoin, kind %s', (kind) => {
  test.each([
    ['tumbling', tens],
    ['hopping', hops],
  ] as const)('gives what joining each window by itself gives, %s', (_name, window) => {
    fc.assert(
      fc.property(timedEvents, (events) => {
        const logic = logicOf(kind, window);
        const { emitted, emit } = fed(logic, events);
        for (const one of logic.end()) emit(one);
        expect(emitted.map(text).toSorted()).toEqual(naive(events, kind, window));
        expect(logic.snapshot().windows).toEqual([]);
      }),
      { seed: 11, numRuns: 100 },
    );
  });

  test('goes on from what it has remembered', () => {
    fc.assert(
      fc.property(timedEvents, fc.nat(), (events, place) => {
        const whole = logicOf(kind, hops);
        const { emitted, emit } = fed(whole, events);
        for (const one of whole.end()) emit(one);
        const cut = place % (events.length + 1);
        expect(resumed(() => logicOf(kind, hops), events, cut).map(text)).toEqual(emitted.map(text));
      }),
      { seed: 12, numRuns: 60 },
    );
  });
});

describe('windowJoin', () => {
  const record = (k: number, minute: number) => ({ k, at: START + minute * 60_000 });
  const clocked = (...records: readonly ReturnType<typeof record>[]) =>
    from(records).pipe(eventTime((one) => one.at));
  const options = {
    on: (one: ReturnType<typeof record>) => one.k,
    window: tumbling('10m', { time: (one: ReturnType<typeof record>) => one.at }),
  };

  test('of two flows pairs what is in the same window', async () => {
    const out = toArray<{ readonly left: { k: number }; readonly window: { start: number } }>();
    const joined = windowJoin(
      clocked(record(1, 1), record(1, 11)),
      clocked(record(1, 9), record(2, 12)),
      options,
    );
    const { balance } = await run(pipeline('x', joined.to(out)));
    expect(out.records).toEqual([
      { left: record(1, 1), right: record(1, 9), window: { start: START, end: START + 600_000 } },
    ]);
    expect(balance.closed).toBe(true);
  });

  test('a record is late when its windows are over, and only then', () => {
    const logic = logicOf('inner');
    Array.from(logic.watermark(START + 12) ?? []);
    logic.push({ left: true, record: { id: 1, k: 1, at: START + 11 } });
    expect(() => logic.push({ left: true, record: { id: 1, k: 1, at: START + 9 } })).toThrow(
      expect.objectContaining({ code: 'ERR_LATE' }),
    );
  });

  test('holds no more than it may', async () => {
    const joined = windowJoin(from([record(1, 1), record(1, 2)]), from([record(1, 1)]), {
      ...options,
      maxRows: 2,
    });
    await expect(run(pipeline('x', joined.to(toArray())))).rejects.toMatchObject({ code: 'ERR_LIMIT' });
  });

  test.each([{ window: countWindow(3) as Window<unknown> }, { window: '1m' }, { on: 'k' }, { kind: 'x' }])(
    'refuses %j',
    (wrong) => {
      const flow = from([record(1, 1)]);
      expect(() => windowJoin(flow, flow, { ...options, ...wrong } as never)).toThrow(
        expect.objectContaining({ code: 'ERR_OPTIONS' }),
      );
    },
  );
});
