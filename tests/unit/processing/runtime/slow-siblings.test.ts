import { Subject } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { from, readFrom } from '../../../../src/from.ts';
import { otherwise } from '../../../../src/processing/graph/flow.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { mapAsync } from '../../../../src/processing/operators/map-async.ts';
import { tap } from '../../../../src/processing/operators/tap.ts';
import { run, start } from '../../../../src/start.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { gate, recording } from './recording-writer.ts';
import { numbers, scripted } from './scripted-reader.ts';

const endless = () => scripted<number>(numbers(1), { traits: { bounded: false } });
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('pain P12: one slow branch after a fan-out', () => {
  test.each([1, 2, 8])(
    'never lets its siblings get further ahead than an edge of %i holds',
    async (edgeCapacity) => {
      const ahead: number[] = [];
      const quick = recording<number>();
      const slow = recording<number>({
        write: async () => {
          ahead.push(quick.records.length - slow.records.length);
          await turns(3);
        },
      });
      const source = readFrom(scripted<number>(numbers(1, 100)));
      const { balance } = await run(
        pipeline('siblings', [source.to(quick), source.to(slow)], { edgeCapacity }),
      );
      expect(quick.records).toEqual(upTo(100));
      expect(slow.records).toEqual(upTo(100));
      expect(Math.max(...ahead)).toBeGreaterThanOrEqual(edgeCapacity);
      expect(Math.max(...ahead)).toBeLessThanOrEqual(edgeCapacity + 1);
      expect(balance).toMatchObject({ read: 100, created: 100, written: 200, closed: true });
    },
  );

  test('lets all of them go on again, each with all records, when it does', async () => {
    const door = gate();
    const [one, two] = [recording<number>(), recording<number>()];
    const source = readFrom(scripted<number>(numbers(1, 100)));
    const stuck = recording<number>({ write: () => door.opened });
    const live = start(pipeline('siblings', [source.to(one), source.to(stuck), source.to(two)]));
    await turns(100);
    expect(one.records.length).toBeLessThan(10);
    door.open();
    await live.done;
    for (const { records } of [one, stuck, two]) expect(records).toEqual(upTo(100));
  });

  test('of a split holds back the other routes, too', async () => {
    const reader = endless();
    const door = gate();
    const { odd, even } = readFrom(reader).split({ odd: (n) => n % 2 === 1, even: otherwise });
    const odds = recording<number>();
    const live = start(pipeline('routes', [odd.to(odds), even.to(recording({ write: () => door.opened }))]));
    await turns(100);
    const { emitted } = reader;
    await turns(100);
    expect(reader.emitted).toBe(emitted);
    expect(odds.records.length).toBeLessThan(10);
    const stopped = live.stop();
    door.open();
    expect((await stopped).balance.closed).toBe(true);
  });
});

describe('pain P12: siblings that must not wait for a slow one', () => {
  test('have a reader of their own each: no edge joins them', async () => {
    const door = gate();
    const quick = recording<number>();
    const slow = recording<number>({ write: () => door.opened });
    const reading = () => readFrom(scripted<number>(numbers(1, 100)));
    const live = start(pipeline('apart', [reading().to(quick), reading().to(slow)]));
    await turns(300);
    expect(quick.records).toEqual(upTo(100));
    expect(slow.records).toEqual([]);
    door.open();
    const { balance } = await live.done;
    expect(balance).toMatchObject({ read: 200, written: 200, closed: true });
  });

  test('go on while calls of the slow one wait, as many as its concurrency', async () => {
    const quick = recording<number>();
    const doors = upTo(100).map(() => gate());
    const source = readFrom(scripted<number>(numbers(1, 100)));
    const slow = source.pipe(mapAsync((n: number) => doors[n]!.opened, { concurrency: 50, ordered: false }));
    const live = start(pipeline('concurrent', [source.to(quick), slow.to(recording())]));
    await turns(300);
    expect(quick.records.length).toBeGreaterThanOrEqual(50);
    expect(quick.records.length).toBeLessThan(60);
    for (const door of doors) door.open();
    await live.done;
    expect(quick.records).toEqual(upTo(100));
  });

  test('hand over to another run where records may be lost, which counts those', async () => {
    const copies = new Subject<number>();
    const door = gate();
    const quick = recording<number>();
    const lossy = recording<number>({ write: () => door.opened });
    const live = start(pipeline('lossy', from(copies, { overflow: 'drop-oldest', size: 10 }).to(lossy)));
    await turns(5);
    const source = readFrom(scripted<number>(numbers(1, 100)));
    await run(pipeline('quick', source.pipe(tap((n) => copies.next(n))).to(quick)));
    expect(quick.records).toEqual(upTo(100));
    expect(lossy.records).toEqual([]);
    door.open();
    copies.complete();
    const { balance, nodes } = await live.done;
    const { overflowed, in: read } = nodes.find(({ kind }) => kind === 'reader')!;
    expect(overflowed).toBeGreaterThan(50);
    expect(read + overflowed).toBe(100);
    expect(lossy.records.slice(-10)).toEqual(upTo(100).slice(-10));
    expect(balance).toMatchObject({ read, written: read, closed: true });
  });
});
