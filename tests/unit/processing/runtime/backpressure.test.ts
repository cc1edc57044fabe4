import { Subject } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { from, readFrom } from '../../../../src/from.ts';
import type { OverflowOptions } from '../../../../src/io/memory/overflow.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { merge } from '../../../../src/processing/graph/join.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { flatMap } from '../../../../src/processing/operators/flat-map.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { deadLetter } from '../../../../src/processing/policies/dead-letter.ts';
import { run, start } from '../../../../src/start.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { gate, recording } from './recording-writer.ts';
import { numbers, scripted } from './scripted-reader.ts';

const endless = (size = 1) => scripted<number>(numbers(size), { traits: { bounded: false } });

describe('pain P1: a sink that stalls', () => {
  test.each([1, 2, 3, 8])(
    'lets one batch in and as many on the edge as its capacity of %i',
    async (edgeCapacity) => {
      const reader = endless();
      const door = gate();
      const live = start(
        pipeline('stalled', readFrom(reader).to(recording({ write: () => door.opened })), { edgeCapacity }),
      );
      await turns(100);
      expect(reader.emitted).toBe(1 + edgeCapacity);
      const stopped = live.stop();
      door.open();
      await stopped;
    },
  );

  test.each([1, 2, 4])(
    'behind three edges of %i holds back the reader all the same',
    async (edgeCapacity) => {
      const reader = endless();
      const door = gate();
      const flow = merge(merge(readFrom(reader)).pipe(map((n) => n)));
      const live = start(
        pipeline('stalled', flow.to(recording({ write: () => door.opened })), { edgeCapacity }),
      );
      await turns(200);
      // What the stages between have in work is on the next edge already.
      expect(reader.emitted).toBe(3 * edgeCapacity + 1);
      const stopped = live.stop();
      door.open();
      const { balance } = await stopped;
      expect(balance).toMatchObject({ read: reader.emitted, written: reader.emitted, closed: true });
    },
  );

  test('holds back its siblings of a broadcast: nothing is buffered for the slowest', async () => {
    const reader = endless();
    const door = gate();
    const quick = recording<number>();
    const source = readFrom(reader);
    const live = start(
      pipeline('siblings', [source.to(quick), source.to(recording({ write: () => door.opened }))]),
    );
    await turns(100);
    expect(reader.emitted).toBe(3);
    expect(quick.records).toHaveLength(3);
    const stopped = live.stop();
    door.open();
    await stopped;
  });

  test('of dead letters holds back the operator that sends them', async () => {
    const reader = endless();
    const door = gate();
    const fail = (n: number): number => {
      throw new Error(`not ${n}`);
    };
    const rejects = recording({ write: () => door.opened });
    const live = start(
      pipeline(
        'letters',
        readFrom(reader)
          .pipe(map(fail, { onError: deadLetter(rejects) }))
          .to(recording()),
      ),
    );
    await turns(100);
    const read = reader.emitted;
    await turns(100);
    expect(reader.emitted).toBe(read);
    expect(read).toBeLessThan(12);
    const stopped = live.stop();
    door.open();
    const { balance } = await stopped;
    expect(balance).toMatchObject({ read, deadLettered: read, closed: true });
    expect(rejects.records).toHaveLength(read);
  });

  test('then goes on, and all arrives in order', async () => {
    const doors = Array.from({ length: 50 }, () => gate());
    let turn = 0;
    const writer = recording<number>({ write: () => doors[turn++]!.opened });
    const live = start(pipeline('goes on', readFrom(scripted<number>(numbers(1, 50))).to(writer)));
    for (const door of doors) {
      await turns(1);
      door.open();
    }
    await live.done;
    expect(writer.records).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });
});

describe('records that expand', () => {
  const many = (n: number) => Array.from({ length: 500 }, (_, index) => n + index);

  test('twice over do not gather in memory: batches stay small, whatever a record becomes', async () => {
    let largest = 0;
    let written = 0;
    const writer = recording<number>({
      write: (records) => {
        largest = Math.max(largest, records.length);
        written += records.length;
        if (written > 5_000_000) throw new Error('too much');
      },
    });
    const flow = readFrom(scripted<number>(numbers(100, 1000))).pipe(
      flatMap(many),
      flatMap(many),
      take(300_000),
    );
    await run(pipeline('nested', flow.to(writer)));
    expect(written).toBe(300_000);
    expect(largest).toBeLessThan(2048);
  });

  test('are expanded no further than downstream has room', async () => {
    let made = 0;
    const door = gate();
    const flow = readFrom(scripted<number>(numbers(100, 1000))).pipe(
      flatMap((n) => {
        made++;
        return many(n);
      }),
    );
    const live = start(pipeline('held', flow.to(recording({ write: () => door.opened }))));
    await turns(100);
    expect(made).toBeLessThan(20);
    void live.abort();
    door.open();
    await expect(live.done).rejects.toThrow(/aborted/);
  });

  test('keep their order', async () => {
    const out = toArray<number>();
    const flow = from([0, 1, 2, 3]).pipe(
      flatMap((n) => Array.from({ length: 700 }, (_, index) => n * 700 + index)),
      flatMap((n) => [n * 2, n * 2 + 1]),
    );
    await run(pipeline('order', flow.to(out)));
    expect(out.records).toEqual(Array.from({ length: 5600 }, (_, n) => n));
  });
});

describe('a source that cannot be held back', () => {
  async function overflow(options: OverflowOptions, push: number) {
    const source = new Subject<number>();
    const door = gate();
    const writer = recording<number>({ write: () => door.opened });
    const live = start(pipeline('hot', from(source, options).to(writer)));
    live.done.catch(() => {});
    await turns(10);
    for (let n = 0; n < push; n++) {
      source.next(n);
      await turns(2);
    }
    door.open();
    await turns(10);
    source.complete();
    const summary = await live.done;
    const { overflowed, in: read } = summary.nodes.find(({ kind }) => kind === 'reader')!;
    expect(summary.balance.closed).toBe(true);
    return { overflowed, read, records: writer.records };
  }

  test('counts what its strategy drops, outside of the balance', async () => {
    const newest = await overflow({ overflow: 'drop-newest', size: 2 }, 20);
    expect(newest.overflowed).toBeGreaterThan(10);
    expect(newest.read + newest.overflowed).toBe(20);
    expect(newest.records).toEqual(Array.from({ length: newest.read }, (_, n) => n));
    const oldest = await overflow({ overflow: 'drop-oldest', size: 2 }, 20);
    expect(oldest.read + oldest.overflowed).toBe(20);
    expect(oldest.records.slice(-2)).toEqual([18, 19]);
    const latest = await overflow({ overflow: 'latest' }, 20);
    expect(latest.records.at(-1)).toBe(19);
    expect(latest.read + latest.overflowed).toBe(20);
  });

  test('fails the run when its buffer is full, if it is told to', async () => {
    await expect(overflow({ overflow: 'buffer', size: 3 }, 20)).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_OVERFLOW' }),
    );
  });
});

test('a source and a sink that never wait leave the event loop its turns', async () => {
  let fired = false;
  setImmediate(() => {
    fired = true;
  });
  const source = {
    *[Symbol.iterator]() {
      for (let n = 0; !fired; n++) yield n;
    },
  };
  const { balance } = await run(pipeline('busy', from(source).to(recording({ write: () => {} }))));
  expect(balance.closed).toBe(true);
});
