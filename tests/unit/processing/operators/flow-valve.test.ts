import { describe, expect, test } from 'vitest';
import { from, readFrom } from '../../../../src/from.ts';
import type { RunEvent } from '../../../../src/interfaces/run.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { valve } from '../../../../src/processing/operators/valve.ts';
import { start } from '../../../../src/start.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { recording } from '../runtime/recording-writer.ts';
import { numbers, scripted } from '../runtime/scripted-reader.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);
const options = { stallAfter: false } as const;

describe('a valve', () => {
  test('that is closed holds back the reader, and lets all go on when it opens', async () => {
    const control = valve({ closed: true });
    const reader = scripted(numbers(1, 100));
    const out = recording<number>();
    const live = start(pipeline('x', readFrom(reader).pipe(control.operator()).to(out)), options);
    await turns(100);
    expect(out.records).toEqual([]);
    expect(reader.emitted).toBeLessThan(10);
    control.open();
    const { balance } = await live.done;
    expect(out.records).toEqual(upTo(100));
    expect(balance).toMatchObject({ read: 100, written: 100, closed: true });
  });

  test('closes in the middle of a run, again and again', async () => {
    const control = valve();
    const out = recording<number>();
    const endless = readFrom(scripted(numbers(1), { traits: { bounded: false } }));
    const live = start(pipeline('x', endless.pipe(control.operator()).to(out)), options);
    for (let n = 0; n < 3; n++) {
      await turns(20);
      control.close();
      expect(control.closed).toBe(true);
      await turns(20);
      const { length } = out.records;
      expect(length).toBeGreaterThan(0);
      await turns(50);
      expect(out.records.length).toBe(length);
      control.open();
      await turns(50);
      expect(out.records.length).toBeGreaterThan(length);
    }
    expect((await live.stop()).balance.closed).toBe(true);
  });

  test('is one for all places and runs that it is in', async () => {
    const control = valve({ closed: true });
    const [one, two, three] = [recording<number>(), recording<number>(), recording<number>()];
    const source = from([1, 2]);
    const both = pipeline('two places', [
      source.pipe(control.operator()).to(one),
      source.pipe(control.operator()).to(two),
    ]);
    const runs = [
      start(both, options),
      start(pipeline('x', from([3]).pipe(control.operator()).to(three)), options),
    ];
    await turns(30);
    expect([one, two, three].flatMap(({ records }) => records)).toEqual([]);
    control.open();
    await Promise.all(runs.map(({ done }) => done));
    expect([one, two, three].map(({ records }) => records)).toEqual([[1, 2], [1, 2], [3]]);
  });

  test('that stays closed does not keep a run from being aborted, nor is it kept by one', async () => {
    const control = valve({ closed: true });
    const runs = [1, 2].map((n) =>
      start(pipeline('x', from([n]).pipe(control.operator()).to(recording())), options),
    );
    await turns(20);
    await runs[0]!.abort();
    await expect(runs[0]!.done).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    control.open();
    expect((await runs[1]!.done).balance).toMatchObject({ written: 1, closed: true });
  });

  test('that is closed lets go when downstream has enough, and accounts for what it holds', async () => {
    const control = valve();
    const out = recording<number>();
    const reader = scripted<number>([[1], () => control.close(), [2], () => turns(10), [3]]);
    const flow = readFrom(reader).pipe(control.operator(), take(1));
    const { balance } = await start(pipeline('x', flow.to(out)), options).done;
    expect(balance).toMatchObject({ written: 1, closed: true });
  });

  test('lets the end pass when nothing is in front of it', async () => {
    const control = valve({ closed: true });
    const live = start(pipeline('x', from<number>([]).pipe(control.operator()).to(recording())), options);
    expect((await live.done).balance).toMatchObject({ read: 0, closed: true });
  });

  test('is named by the watchdog while it is closed', async () => {
    const clock = virtualClock();
    const control = valve({ closed: true });
    const flow = from([1]).pipe(control.operator()).as('gate');
    const live = start(pipeline('x', flow.to(recording())), { clock, stallAfter: '10s' });
    const stalls: RunEvent[] = [];
    live.events$.subscribe((event) => event.type === 'stalled' && stalls.push(event));
    await turns(20);
    for (let n = 0; n < 4; n++) await clock.advance(5000);
    expect(stalls[0]).toMatchObject({ node: 'gate', waitingFor: 'its valve to open' });
    control.open();
    await live.done;
  });
});

test.each([{ closed: 1 }, { open: true }, null])('refuses %j as its options', (given) => {
  expect(() => valve(given as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
});
