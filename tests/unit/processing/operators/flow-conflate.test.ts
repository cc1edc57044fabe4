import { describe, expect, test } from 'vitest';
import { from, readFrom } from '../../../../src/from.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { conflate } from '../../../../src/processing/operators/conflate.ts';
import { defineOperator } from '../../../../src/processing/operators/define-operator.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { run, start } from '../../../../src/start.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { gate, recording } from '../runtime/recording-writer.ts';
import { barrier, type Line, numbers, scripted, watermark } from '../runtime/scripted-reader.ts';

interface Total {
  readonly count: number;
  readonly sum: number;
}

const totals = () =>
  conflate(
    (n: number): Total => ({ count: 1, sum: n }),
    (total, n) => ({ count: total.count + 1, sum: total.sum + n }),
  );

const sumOf = (list: readonly Total[], what: keyof Total) =>
  list.reduce((sum, total) => sum + total[what], 0);

describe('conflate', () => {
  test('folds what piles up while downstream is busy, never holds back upstream, and loses nothing', async () => {
    const door = gate();
    const sink = recording<Total>({ write: () => door.opened });
    const reader = scripted(numbers(1, 1000));
    const live = start(pipeline('x', readFrom(reader).pipe(totals()).to(sink)), { stallAfter: false });
    for (let n = 0; n < 50 && reader.emitted < 1000; n++) await turns(100);
    expect(reader.emitted).toBe(1000);
    door.open();
    const { balance } = await live.done;
    expect(sink.records.length).toBeLessThan(15);
    expect(sumOf(sink.records, 'count')).toBe(1000);
    expect(sumOf(sink.records, 'sum')).toBe(499_500);
    expect(balance).toMatchObject({ read: 1000, aggregated: 1000, closed: true });
  });

  test('gives each record by itself while downstream keeps up', async () => {
    const out = toArray<Total>();
    const slowly: Line<number>[] = [[1], () => turns(10), [2], () => turns(10), [3]];
    await run(pipeline('x', readFrom(scripted(slowly)).pipe(totals()).to(out)));
    expect(out.records).toEqual([1, 2, 3].map((sum) => ({ count: 1, sum })));
  });

  test('makes one value of what comes in one batch', async () => {
    const out = toArray<Total>();
    await run(pipeline('x', from([1, 2, 3]).pipe(totals()).to(out)));
    expect(out.records).toEqual([{ count: 3, sum: 6 }]);
  });

  test('lets watermarks wait for the value, and folds nothing across a barrier', async () => {
    const log: unknown[] = [];
    const lines: Line<number>[] = [];
    for (let n = 1; n <= 20; n++) lines.push([n], watermark(n), ...(n === 10 ? [barrier(1)] : []));
    const spy = defineOperator<Total, Total>({
      name: 'spy',
      cardinality: 'one',
      create: () => ({
        push(total, emit) {
          log.push(total);
          emit(total);
        },
        watermark: (time) => void log.push(time),
      }),
    });
    const door = gate();
    const sink = recording<Total>({ name: 'end', write: () => door.opened });
    const flow = readFrom(scripted(lines)).pipe(totals(), spy);
    const live = start(pipeline('x', flow.to(sink)), { stallAfter: false });
    let before: readonly Total[] = [];
    live.events$.subscribe((event) => {
      if (event.type === 'barrier' && event.node === 'end') before = [...sink.records];
    });
    await turns(200);
    door.open();
    await live.done;
    let seen = 0;
    for (const entry of log) {
      if (typeof entry === 'number') expect(entry).toBeLessThanOrEqual(seen);
      else seen += (entry as Total).count;
    }
    expect(log.at(-1)).toBe(20);
    expect(sumOf(before, 'count')).toBe(10);
    expect(sumOf(sink.records, 'sum')).toBe(210);
  });

  test('of an endless input ends when downstream has enough', async () => {
    const endless = readFrom(scripted(numbers(2), { traits: { bounded: false } }));
    const out = toArray<Total>();
    const { balance } = await run(pipeline('x', endless.pipe(totals(), take(3)).to(out)));
    expect(out.records).toHaveLength(3);
    expect(balance.closed).toBe(true);
  });

  test('gives nothing for nothing', async () => {
    const out = toArray<Total>();
    await run(pipeline('x', from<number>([]).pipe(totals()).to(out)));
    expect(out.records).toEqual([]);
  });

  const faults: [string, () => never][] = [
    ['throws', () => fault(new Error('broken'))],
    ['throws undefined', () => fault(undefined)],
    ['gives a promise', () => Promise.reject(new Error('late')) as never],
  ];

  test.each(faults)(
    'ends the run when a callback %s, and names the record, whatever the policies',
    async (_what, act) => {
      const whole = (flow: ReturnType<typeof totals>) =>
        run(pipeline('x', [from([1, 2]).pipe(flow).to(toArray())], { onError: skip() }));
      await expect(whole(conflate(act, (total) => total))).rejects.toMatchObject({
        code: 'ERR_CALLBACK',
        node: 'conflate',
        origin: { record: 1 },
        message: expect.stringMatching(/^Cannot fold array .*record 1 in "conflate": /),
      });
      await expect(whole(conflate(() => ({ count: 1, sum: 1 }), act))).rejects.toMatchObject({
        origin: { record: 2 },
      });
    },
  );

  test.each([undefined, null, 'text', {}])('refuses %j as a callback', (callback) => {
    expect(() => conflate(callback as never, () => 1)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS' }),
    );
    expect(() => conflate(() => 1, callback as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS' }),
    );
  });
});

function fault(error: unknown): never {
  throw error;
}
