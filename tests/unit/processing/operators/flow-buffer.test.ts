import { describe, expect, test } from 'vitest';
import { from, readFrom } from '../../../../src/from.ts';
import type { NodeMetrics, Summary } from '../../../../src/interfaces/run.ts';
import { discard } from '../../../../src/io/memory/discard.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { buffer } from '../../../../src/processing/operators/buffer.ts';
import type { BufferOverflow } from '../../../../src/processing/operators/buffer-logic.ts';
import { defineOperator } from '../../../../src/processing/operators/define-operator.ts';
import { filter } from '../../../../src/processing/operators/filter.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { run, start } from '../../../../src/start.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { gate, never, recording } from '../runtime/recording-writer.ts';
import { barrier, type Line, numbers, scripted, watermark } from '../runtime/scripted-reader.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);
const options = { stallAfter: false, clock: virtualClock() } as const;

function node(summary: Summary, name: string): NodeMetrics {
  return summary.nodes.find((one) => one.name === name)!;
}

/** A sink that takes nothing until its door opens. */
function stuck() {
  const door = gate();
  return { door, sink: recording<number>({ write: () => door.opened }) };
}

describe('a buffer that waits', () => {
  test('lets upstream go on while downstream is busy, up to its size, and loses nothing', async () => {
    const { door, sink } = stuck();
    const reader = scripted(numbers(1, 1000));
    const live = start(
      pipeline(
        'x',
        readFrom(reader)
          .pipe(buffer({ size: 100 }))
          .to(sink),
      ),
      options,
    );
    await turns(300);
    expect(reader.emitted).toBeGreaterThanOrEqual(100);
    expect(reader.emitted).toBeLessThan(115);
    door.open();
    const { balance } = await live.done;
    expect(sink.records).toEqual(upTo(1000));
    expect(balance).toMatchObject({ read: 1000, written: 1000, filtered: 0, closed: true });
  });

  test('takes batches that are longer than itself', async () => {
    const out = toArray<number>();
    const { balance } = await run(
      pipeline(
        'x',
        from(upTo(5000))
          .pipe(buffer({ size: 3 }))
          .to(out),
      ),
    );
    expect(out.records).toEqual(upTo(5000));
    expect(balance.closed).toBe(true);
  });

  test('leaves records their origins, so that a failure behind it names the right one', async () => {
    const broken = map((n: number) => {
      if (n === 7) throw new Error('seven');
      return n;
    });
    const flow = readFrom(scripted(numbers(4, 12))).pipe(buffer({ size: 5 }), broken);
    await expect(run(pipeline('x', flow.to(discard())))).rejects.toMatchObject({ origin: { record: 8 } });
  });

  test('discards what it holds when downstream has enough, and says so in the balance', async () => {
    const flow = readFrom(scripted(numbers(10, 100))).pipe(buffer({ size: 50 }), take(3));
    const { balance } = await run(pipeline('x', flow.to(discard())));
    expect(balance).toMatchObject({ written: 3, closed: true });
  });

  test('is left at once when the run is aborted while it is full', async () => {
    const { sink } = stuck();
    const endless = readFrom(scripted(numbers(1), { traits: { bounded: false } }));
    const live = start(pipeline('x', endless.pipe(buffer({ size: 2 })).to(sink)), options);
    await turns(50);
    await live.abort();
    await expect(live.done).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });
});

describe.each<[BufferOverflow, (n: number) => boolean]>([
  ['drop-oldest', (n) => n >= 990],
  ['drop-newest', (n) => n < 10 + 10],
])('a buffer that does %s', (overflow, kept) => {
  test('never holds back upstream, and the dropped records are accounted for', async () => {
    const { door, sink } = stuck();
    const reader = scripted(numbers(1, 1000));
    const flow = readFrom(reader).pipe(buffer({ size: 10, overflow }));
    const live = start(pipeline('x', flow.to(sink)), options);
    for (let n = 0; n < 50 && reader.emitted < 1000; n++) await turns(100);
    expect(reader.emitted).toBe(1000);
    door.open();
    const summary = await live.done;
    const { in: entered, out, filtered, overflowed } = node(summary, 'buffer');
    expect(entered).toBe(1000);
    expect(overflowed).toBeGreaterThan(900);
    expect(filtered).toBe(overflowed);
    expect(out + overflowed).toBe(1000);
    expect(sink.records.length).toBe(out);
    expect(sink.records).toEqual(sink.records.toSorted((a, b) => a - b));
    const among = overflow === 'drop-oldest' ? sink.records.slice(-10) : sink.records;
    expect(among.every(kept)).toBe(true);
    expect(summary.balance).toMatchObject({ read: 1000, filtered: overflowed, closed: true, gaps: [] });
  });

  test('drops nothing while downstream keeps up, however long a batch is', async () => {
    const out = toArray<number>();
    const summary = await run(
      pipeline(
        'x',
        from(upTo(3000))
          .pipe(buffer({ size: 7, overflow }))
          .to(out),
      ),
    );
    expect(out.records).toEqual(upTo(3000));
    expect(node(summary, 'buffer').overflowed).toBe(0);
  });

  test('accounts for what it holds when downstream gives up', async () => {
    const door = gate();
    const slow = defineOperator<number, number>({
      name: 'slow',
      kind: 'async',
      cardinality: 'one',
      async: { concurrency: 1 },
      create: () => ({ call: (n) => (n === 0 ? door.opened.then(() => n) : never) }),
    });
    const flow = readFrom(scripted(numbers(1, 200))).pipe(buffer({ size: 20, overflow }), slow, take(1));
    const live = start(pipeline('x', flow.to(discard())), options);
    await turns(500);
    door.open();
    const summary = await live.done;
    const { discarded, overflowed, filtered } = node(summary, 'buffer');
    expect(discarded).toBeGreaterThan(0);
    expect(filtered).toBe(overflowed);
    expect(summary.balance.gaps).toEqual([]);
  });
});

test('a buffer that fails ends the run with the first record too many, and names its node', async () => {
  const { sink } = stuck();
  const flow = readFrom(scripted(numbers(1, 1000)))
    .pipe(buffer({ size: 10, overflow: 'fail' }))
    .as('line');
  const live = start(pipeline('x', flow.to(sink)), options);
  await expect(live.done).rejects.toMatchObject({
    code: 'ERR_OVERFLOW',
    node: 'line',
    message: 'Cannot hold more in "line": 10 records wait already',
  });
});

test('signals keep their places among the records that wait', async () => {
  const log: unknown[] = [];
  const lines: Line<number>[] = [[1, 2], watermark(10), [3], barrier(1), watermark(20), watermark(30), [4]];
  const spy = defineOperator<number, number>({
    name: 'spy',
    cardinality: 'one',
    create: () => ({
      push(n, emit) {
        log.push(n);
        emit(n);
      },
      watermark: (time) => void log.push(`t${time}`),
    }),
  });
  const { door, sink } = stuck();
  const flow = readFrom(scripted(lines)).pipe(buffer({ size: 10 }), spy);
  const live = start(pipeline('x', flow.to(sink), {}), options);
  live.events$.subscribe((event) => {
    if (event.type === 'barrier') log.push(`barrier ${event.id}`);
  });
  await turns(20);
  door.open();
  await live.done;
  expect(log.filter((entry) => typeof entry !== 'string' || entry.startsWith('t'))).toEqual([
    1,
    2,
    't10',
    3,
    't30',
    4,
  ]);
  expect(log).toContain('barrier 1');
});

describe('isolation: a slow branch after a fan-out', () => {
  test('behind a buffer that drops holds back none of its siblings', async () => {
    const { door, sink } = stuck();
    const quick = recording<number>();
    const source = readFrom(scripted(numbers(1, 500)));
    const slow = source.pipe(buffer({ size: 10, overflow: 'drop-oldest' }));
    const live = start(pipeline('isolated', [source.to(quick), slow.to(sink)]), options);
    for (let n = 0; n < 50 && quick.records.length < 500; n++) await turns(100);
    expect(quick.records).toEqual(upTo(500));
    expect(sink.records).toEqual([]);
    door.open();
    const summary = await live.done;
    expect(sink.records.slice(-10)).toEqual(upTo(500).slice(-10));
    const { overflowed } = node(summary, 'buffer');
    expect(overflowed).toBeGreaterThan(400);
    expect(summary.balance).toMatchObject({ read: 500, created: 500, filtered: overflowed, closed: true });
  });

  test('behind a buffer that waits holds them back only when that is full', async () => {
    const { door, sink } = stuck();
    const quick = recording<number>();
    const source = readFrom(scripted(numbers(1, 500)));
    const slow = source.pipe(
      buffer({ size: 200 }),
      filter(() => true),
    );
    const live = start(pipeline('buffered', [source.to(quick), slow.to(sink)]), options);
    await turns(1000);
    expect(quick.records.length).toBeGreaterThanOrEqual(200);
    expect(quick.records.length).toBeLessThan(220);
    door.open();
    await live.done;
    expect(sink.records).toEqual(upTo(500));
  });
});

test('a probe sees what was dropped, and a buffer with room drops nothing', async () => {
  const probe = probeOperator(buffer<number>({ size: 1, overflow: 'drop-oldest' }));
  await probe.feed([1, 2, 3]);
  await probe.end();
  probe.close();
  expect([probe.output, probe.overflowed]).toEqual([[1, 2, 3], 0]);
});

test.each([
  {},
  { size: 0 },
  { size: 1.5 },
  { size: Number.POSITIVE_INFINITY },
  { size: '10' },
  { size: 1, overflow: 'latest' },
  { size: 1, spill: true },
  undefined,
])('refuses %j as its options', (given) => {
  expect(() => buffer(given as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
});
