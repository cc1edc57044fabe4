import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { intervalJoin } from '../../../../src/processing/joins/interval-join.ts';
import { IntervalJoinLogic } from '../../../../src/processing/joins/interval-join-logic.ts';
import { type JoinKind, joinKinds } from '../../../../src/processing/joins/join-kinds.ts';
import { eventTime } from '../../../../src/processing/operators/event-time.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { run } from '../../../../src/start.ts';
import { naiveJoin, type Row, shown } from './naive-join.ts';
import { fed, resumed, START, type Timed, timedEvents } from './timed-events.ts';

const [FROM, TO] = [-3, 5];
const key = (record: unknown) => (record as Timed).k;
const at = (record: unknown) => (record as Timed).at;
const text = (record: unknown) => (typeof record === 'string' ? record : `${(record as Row).id}`);

function logicOf(kind: JoinKind): IntervalJoinLogic<string> {
  return new IntervalJoinLogic<string>({
    on: [key, key],
    times: [at, at],
    from: FROM,
    to: TO,
    kind,
    merge: shown as never,
    maxRows: 1000,
  });
}

describe.each(joinKinds)('intervalJoin, kind %s', (kind) => {
  test('gives what comparing each with each gives, whatever came late', () => {
    fc.assert(
      fc.property(timedEvents, (events) => {
        const logic = logicOf(kind);
        const { emitted, emit } = fed(logic, events);
        for (const one of logic.end()) emit(one);
        const near = (left: Row, right: Row) => {
          const apart = (right as Timed).at - (left as Timed).at;
          return left.k !== null && left.k === right.k && apart >= FROM && apart <= TO;
        };
        const side = (left: boolean) => events.filter((event) => event.left === left);
        expect(emitted.map(text).toSorted()).toEqual(naiveJoin(side(true), side(false), kind, near));
      }),
      { seed: 5, numRuns: 200 },
    );
  });

  test('goes on from what it has remembered', () => {
    fc.assert(
      fc.property(timedEvents, fc.nat(), (events, place) => {
        const cut = place % (events.length + 1);
        const whole = logicOf(kind);
        const { emitted, emit } = fed(whole, events);
        for (const one of whole.end()) emit(one);
        expect(resumed(() => logicOf(kind), events, cut).map(text)).toEqual(emitted.map(text));
      }),
      { seed: 6, numRuns: 100 },
    );
  });
});

describe('intervalJoin', () => {
  const record = (k: number, minute: number) => ({ k, at: START + minute * 60_000 });
  const clocked = (...records: readonly ReturnType<typeof record>[]) =>
    from(records).pipe(eventTime((one) => one.at));
  const options = {
    on: (one: ReturnType<typeof record>) => one.k,
    time: (one: ReturnType<typeof record>) => one.at,
    within: ['-5m', '5m'] as const,
  };

  test('of two flows with event time pairs what is near', async () => {
    const left = clocked(record(1, 0), record(1, 20), record(2, 30));
    const right = clocked(record(1, 4), record(1, 6), record(2, 25), record(2, 36));
    const out = toArray<string>();
    const minutes = (one?: { at: number }) => (one === undefined ? '-' : (one.at - START) / 60_000);
    const joined = intervalJoin(left, right, {
      ...options,
      kind: 'full',
      merge: (one, other) => `${minutes(one)} ${minutes(other)}`,
    });
    const { balance } = await run(pipeline('x', joined.to(out)));
    expect(out.records.toSorted()).toEqual(['- 36', '- 6', '0 4', '20 -', '30 25']);
    expect(balance.closed).toBe(true);
  });

  test('holds no more than the interval has: what is past is dropped', () => {
    const logic = logicOf('inner');
    for (let n = 0; n < 100_000; n++) {
      const event = { id: n, k: n % 3, at: START + n, left: n % 2 === 0 };
      logic.push({ left: event.left, record: event }, () => {});
      Array.from(logic.watermark(START + n) ?? []);
    }
    const { keys } = logic.snapshot() as { keys: [unknown, { left: unknown[]; right: unknown[] }][] };
    const held = keys.reduce((sum, [, { left, right }]) => sum + left.length + right.length, 0);
    expect(held).toBeLessThan(30);
  });

  test('without event time says what is missing, when it holds too much', async () => {
    const flow = from([record(1, 1), record(1, 2), record(1, 3)]);
    const joined = intervalJoin(flow, from([record(2, 1)]), { ...options, maxRows: 2 });
    await expect(run(pipeline('x', joined.to(toArray())))).rejects.toMatchObject({
      code: 'ERR_LIMIT',
      hint: expect.stringContaining('eventTime()'),
    });
  });

  test('a record that event time has passed is late, and settled by onError', () => {
    const logic = logicOf('inner');
    Array.from(logic.watermark(START + 10) ?? []);
    const late = { id: 1, k: 1, at: START + 9 };
    expect(() => logic.push({ left: true, record: late }, () => {})).toThrow(
      expect.objectContaining({ code: 'ERR_LATE', details: { time: START + 9, reached: START + 10 } }),
    );
    logic.push({ left: true, record: { ...late, at: START + 10 } }, () => {});
  });

  test('what fails on a record leaves it out under skip(), and nothing behind', async () => {
    const left = from([record(1, 0), record(2, 0), record(3, 0)]);
    const right = from([record(1, 0), record(2, 0), record(3, 0)]);
    for (const wrong of [
      { on: (one: { k: number }) => (one.k === 2 ? {} : one.k) },
      { time: (one: { k: number; at: number }) => (one.k === 2 ? Number.NaN : one.at) },
      { merge: (one: { k: number }) => (one.k === 2 ? Promise.reject(new Error('x')) : 1) },
    ]) {
      const out = toArray<unknown>();
      const joined = intervalJoin(left, right, { ...options, ...wrong, onError: skip() } as never);
      const { balance } = await run(pipeline('x', joined.to(out)));
      expect(out.records).toHaveLength(2);
      expect(balance.closed).toBe(true);
    }
  });

  test.each([
    { within: ['5m', '-5m'] },
    { within: ['5m'] },
    { within: ['soon', 'later'] },
    { time: 'at' },
    { unit: 'h' },
    { kind: 'cross' },
  ])('refuses %j', (wrong) => {
    expect(() =>
      intervalJoin(from([record(1, 1)]), from([record(1, 1)]), { ...options, ...wrong } as never),
    ).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  });
});
