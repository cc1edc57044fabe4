import { describe, expect, test } from 'vitest';
import { BATCH_SIZE } from '../../../../src/core/batch.ts';
import { from, readFrom } from '../../../../src/from.ts';
import type { Operator } from '../../../../src/interfaces/operator.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import type { Flow } from '../../../../src/processing/graph/flow.ts';
import { merge } from '../../../../src/processing/graph/join.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { defineOperator } from '../../../../src/processing/operators/define-operator.ts';
import { filter } from '../../../../src/processing/operators/filter.ts';
import { flatMap } from '../../../../src/processing/operators/flat-map.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { mapAsync } from '../../../../src/processing/operators/map-async.ts';
import { retry } from '../../../../src/processing/policies/retry.ts';
import { run, start } from '../../../../src/start.ts';
import { probeSource } from '../../../../src/testing/source-probe.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { recording } from './recording-writer.ts';

/** Says after each record that its time has been reached. */
function clocked(cardinality: 'one' | 'filter' | 'many' = 'one'): Operator<number, number> {
  return defineOperator<number, number>({
    name: 'clocked',
    cardinality,
    create: ({ advance }) => ({
      assignsTime: true,
      push(time, emit) {
        emit(time);
        advance(time);
      },
    }),
  });
}

type Entry = number | string;

/** Writes down what it is given, and when. */
function spy(log: Entry[]): Operator<number, number> {
  return defineOperator<number, number>({
    name: 'spy',
    cardinality: 'one',
    create: () => ({
      push(record, emit) {
        log.push(record);
        emit(record);
      },
      watermark: (time) => void log.push(`t${time}`),
    }),
  });
}

/** Each record, and the time that was reached with it, if it was later than all before. */
function wanted(times: readonly number[]): readonly Entry[] {
  let latest = Number.NEGATIVE_INFINITY;
  return times.flatMap((time) => {
    const later = time > latest;
    latest = Math.max(latest, time);
    return later ? [time, `t${time}`] : [time];
  });
}

const TIMES = [3, 5, 4, 5, 9];
const pass = map((n: number) => n);

describe('time that an operator says', () => {
  test.each<readonly [string, readonly Operator<number, number>[]]>([
    ['in its stage', []],
    ['behind an operator that drops', [filter(() => true)]],
    ['in the next stage', [mapAsync((n: number) => n)]],
    ['behind two more stages', [mapAsync((n: number) => n), pass, mapAsync(async (n: number) => n)]],
  ])('reaches operators %s in its place among the records', async (_where, between) => {
    for (const cardinality of ['one', 'filter', 'many'] as const) {
      const log: Entry[] = [];
      const out = toArray<number>();
      let flow: Flow<number> = from(TIMES).pipe(clocked(cardinality));
      for (const operator of between) flow = flow.pipe(operator);
      const { balance } = await run(pipeline('x', flow.pipe(spy(log)).to(out)));
      expect(log).toEqual(wanted(TIMES));
      expect(out.records).toEqual(TIMES);
      expect(balance.closed).toBe(true);
    }
  });

  test('waits for what is pulled of the records before it', async () => {
    const log: Entry[] = [];
    const many = flatMap(function* (time: number) {
      for (let n = 0; n < BATCH_SIZE; n++) yield time;
    });
    await run(pipeline('x', from([1, 2, 3]).pipe(clocked(), many, spy(log)).to(toArray())));
    const marks = log.flatMap((entry, index) => (typeof entry === 'string' ? [[entry, index]] : []));
    expect(marks).toEqual([
      ['t1', BATCH_SIZE],
      ['t2', 2 * BATCH_SIZE + 1],
      ['t3', 3 * BATCH_SIZE + 2],
    ]);
  });

  test('cuts no batch where no record comes between', async () => {
    const signals: number[] = [];
    const flow = from(Array.from({ length: 5000 }, (_, n) => n)).pipe(
      clocked(),
      filter((n) => n % 1000 === 0),
      mapAsync((n: number) => n),
      defineOperator<number, number>({
        name: 'count',
        create: () => ({ push: (n, emit) => emit(n), watermark: (time) => void signals.push(time) }),
      }),
    );
    await run(pipeline('x', flow.to(toArray())));
    expect(signals.length).toBeLessThan(20);
    expect(signals.at(-1)).toBe(4999);
  });

  test('leaves each record its origin, where it cuts a batch', async () => {
    const flow = from(TIMES)
      .pipe(
        clocked(),
        mapAsync((n: number) => n),
      )
      .pipe(
        map((n) => {
          if (n === 9) throw new Error('nine');
          return n;
        }),
      );
    await expect(run(pipeline('x', flow.to(toArray())))).rejects.toMatchObject({ origin: { record: 5 } });
  });

  test('takes the place of the time that comes from upstream', async () => {
    const log: Entry[] = [];
    const source = probeSource<number>();
    const live = start(pipeline('x', readFrom(source).pipe(clocked(), spy(log)).to(toArray())));
    await source.opened();
    source.push(1);
    source.signal({ kind: 'watermark', time: 7 });
    await turns(5);
    source.push(2);
    source.complete();
    await live.done;
    expect(log).toEqual([1, 't1', 2, 't2']);
  });

  test('is not for operators that wait between two tries', async () => {
    const waiting = defineOperator<number, number>({
      name: 'waiting',
      onError: retry({ attempts: 2 }),
      create: () => ({ assignsTime: true, push: (n, emit) => emit(n) }),
    });
    await expect(run(pipeline('x', from([1]).pipe(waiting).to(toArray())))).rejects.toMatchObject({
      code: 'ERR_OPTIONS',
      message: 'Cannot retry in "waiting": it says what time it is',
    });
  });
});

describe('where flows meet', () => {
  test('the earliest time goes on, and an idle flow holds back none until a record of it comes', async () => {
    const log: Entry[] = [];
    const [left, right] = [probeSource<number>(), probeSource<number>()];
    const both = merge(readFrom(left).pipe(pass), readFrom(right).pipe(pass));
    const live = start(pipeline('x', both.pipe(spy(log)).to(toArray())));
    await Promise.all([left.opened(), right.opened()]);
    const mark = async (source: typeof left, time: number, idle?: true) => {
      source.signal({ kind: 'watermark', time, ...(idle && { idle }) });
      await turns(5);
    };
    await mark(left, 5);
    expect(log).toEqual([]);
    await mark(right, 3);
    expect(log).toEqual(['t3']);
    await mark(right, 3, true);
    expect(log).toEqual(['t3', 't5']);
    await mark(left, 9);
    expect(log.at(-1)).toBe('t9');
    right.push(8);
    await turns(5);
    await mark(left, 12);
    expect(log.at(-1)).toBe(8);
    await mark(right, 11);
    expect(log.at(-1)).toBe('t11');
    left.complete();
    right.complete();
    await live.done;
  });

  test('a flow of which nothing has come at all may be idle', async () => {
    const log: Entry[] = [];
    const idler = defineOperator<number, number>({
      name: 'idler',
      create: ({ after, idle }) => {
        after(0, () => idle());
        return { assignsTime: true, push: (n, emit) => emit(n) };
      },
    });
    const [left, right] = [probeSource<number>(), probeSource<number>()];
    const both = merge(readFrom(left).pipe(pass), readFrom(right).pipe(idler));
    const live = start(pipeline('x', both.pipe(spy(log)).to(toArray())));
    await Promise.all([left.opened(), right.opened()]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    left.signal({ kind: 'watermark', time: 5 });
    await turns(5);
    expect(log).toEqual(['t5']);
    left.complete();
    right.complete();
    await live.done;
  });
});

test('event time cuts no batches in front of a sink, which has no use for it', async () => {
  const times = Array.from({ length: BATCH_SIZE }, (_, n) => n);
  const alone = recording<number>();
  await run(pipeline('p', from(times).pipe(clocked()).to(alone)));
  expect(alone.batches.map(({ length }) => length)).toEqual([BATCH_SIZE]);
  const split = recording<number>();
  const { even, odd } = from(times)
    .pipe(clocked())
    .split({ even: (n) => n % 2 === 0, odd: (n) => n % 2 === 1 });
  await run(pipeline('p', [even.to(split), odd.to(recording())]));
  expect(split.batches.map(({ length }) => length)).toEqual([BATCH_SIZE / 2]);
});
