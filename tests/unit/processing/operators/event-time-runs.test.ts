import { describe, expect, test } from 'vitest';
import { deadLetters, from, readFrom } from '../../../../src/from.ts';
import { forEach } from '../../../../src/io/memory/for-each.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { merge } from '../../../../src/processing/graph/join.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { count } from '../../../../src/processing/operators/aggregates/count.ts';
import { eventTime } from '../../../../src/processing/operators/event-time.ts';
import { mapAsync } from '../../../../src/processing/operators/map-async.ts';
import { tumbling } from '../../../../src/processing/operators/windows/tumbling.ts';
import { deadLetter } from '../../../../src/processing/policies/dead-letter.ts';
import { retry } from '../../../../src/processing/policies/retry.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { run, start } from '../../../../src/start.ts';
import { probeSource } from '../../../../src/testing/source-probe.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';

interface Reading {
  readonly id: string;
  readonly at: number;
}

const NOON = Date.UTC(2024, 2, 1, 12);
const MINUTE = 60_000;
const reading = (id: string, minutes: number): Reading => ({ id, at: NOON + minutes * MINUTE });
const byMinute = tumbling('1m', { time: (one: Reading) => one.at });

interface Result {
  readonly window: { readonly start: number };
  readonly key: string;
  readonly n: number;
}

/** Windows of a flow, as the minute that they begin with and what is in them. */
const minutes = (results: readonly Result[]) =>
  results.map(({ key, window, n }) => `${key}@${(window.start - NOON) / MINUTE}: ${n}`);

describe('one wrong clock', () => {
  const input = [
    ...[0, 0.5, 1, 1.5].map((at) => reading('a', at)),
    reading('wrong', 75 * 365 * 24 * 60),
    ...[2, 2.5, 3].map((at) => reading('a', at)),
  ];

  test('fails the run with an error that shows the record', async () => {
    const flow = from(input).pipe(eventTime((one) => one.at));
    await expect(run(pipeline('x', flow.to(toArray())))).rejects.toMatchObject({
      code: 'ERR_EVENT_TIME',
      message: expect.stringMatching(/^Cannot process .* record 5 in "eventTime".*: its time, 2099.*wrong/),
      origin: { record: 5 },
    });
  });

  test('closes no window of the others, is put aside and counted', async () => {
    const letters = deadLetters();
    const [out, aside] = [toArray<Result>(), toArray()];
    const counted = from(input)
      .pipe(eventTime((one) => one.at, { onError: deadLetter(letters) }))
      .keyBy((one) => one.id)
      .window(byMinute)
      .aggregate({ n: count() });
    const summary = await run(pipeline('x', [counted.to(out), letters.to(aside)]));
    expect(minutes(out.records)).toEqual(['a@0: 2', 'a@1: 2', 'a@2: 2', 'a@3: 1']);
    expect(aside.records).toMatchObject([{ record: { id: 'wrong' }, error: { code: 'ERR_EVENT_TIME' } }]);
    expect(summary.balance).toMatchObject({ deadLettered: 1, closed: true });
  });
});

describe('eventTime in a run', () => {
  test('does not retry: time would stand still between two tries', async () => {
    const flow = from([reading('a', 0)]).pipe(
      eventTime((one) => one.at, { onError: retry({ attempts: 2 }) }),
    );
    await expect(run(pipeline('x', flow.to(toArray())))).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
  });

  test('counts what is skipped because its time is none', async () => {
    const flow = from([reading('a', 0), reading('b', Number.NaN), reading('c', 1)]).pipe(
      eventTime((one) => one.at, { onError: skip() }),
    );
    const out = toArray<Reading>();
    const { balance } = await run(pipeline('x', flow.to(out)));
    expect(out.records.map(({ id }) => id)).toEqual(['a', 'c']);
    expect(balance).toMatchObject({ read: 3, written: 2, skipped: 1, closed: true });
  });
});

describe('behind a merge', () => {
  /** Two sources with a time of their own each, merged and counted by the minute. */
  const launch = (idle?: string) => {
    const [left, right] = [probeSource<Reading>(), probeSource<Reading>()];
    const clock = virtualClock();
    const timed = (source: typeof left) =>
      readFrom(source).pipe(eventTime((one) => one.at, idle === undefined ? {} : { idle }));
    const out: Result[] = [];
    const counted = merge(timed(left), timed(right))
      .keyBy(() => 'all')
      .window(byMinute)
      .aggregate({ n: count() });
    const live = start(pipeline('x', counted.to(forEach((one) => void out.push(one)))), { clock });
    const opened = Promise.all([left.opened(), right.opened()]);
    return { left, right, clock, out, live, opened };
  };

  test('windows wait for the flow that is behind', async () => {
    const { left, right, out, live, opened } = launch();
    await opened;
    left.push(reading('l', 0), reading('l', 5));
    await turns(10);
    expect(out).toEqual([]);
    right.push(reading('r', 0), reading('r', 1.5));
    await turns(10);
    expect(minutes(out)).toEqual(['all@0: 2']);
    left.complete();
    right.complete();
    await live.done;
    expect(minutes(out)).toEqual(['all@0: 2', 'all@1: 1', 'all@5: 1']);
  });

  test('windows wait no longer for a flow of which nothing comes, until something does', async () => {
    const { left, right, clock, out, live, opened } = launch('30s');
    await opened;
    left.push(reading('l', 0), reading('l', 5));
    await turns(10);
    expect(out).toEqual([]);
    await clock.advance(20_000);
    left.push(reading('l', 6));
    await clock.advance(10_000);
    await turns(10);
    expect(minutes(out)).toEqual(['all@0: 1', 'all@5: 1']);
    right.push(reading('r', 6.2), reading('r', 6.4));
    await turns(10);
    left.push(reading('l', 9));
    await turns(10);
    expect(minutes(out)).toEqual(['all@0: 1', 'all@5: 1']);
    right.push(reading('r', 8));
    await turns(10);
    expect(minutes(out)).toEqual(['all@0: 1', 'all@5: 1', 'all@6: 3']);
    left.complete();
    right.complete();
    await live.done;
    expect(clock.pending).toBe(0);
  });

  test('a flow that ended holds back nobody', async () => {
    const { left, right, out, live, opened } = launch();
    await opened;
    left.complete();
    right.push(reading('r', 0), reading('r', 1));
    await turns(10);
    expect(minutes(out)).toEqual(['all@0: 1']);
    right.complete();
    await live.done;
  });

  test('time passes asynchronous operators in its place', async () => {
    const out = toArray<Result>();
    const input = Array.from({ length: 200 }, (_, n) => reading('a', n / 4));
    const counted = from(input)
      .pipe(
        eventTime((one) => one.at),
        mapAsync(async (one) => one, { concurrency: 4 }),
      )
      .keyBy((one) => one.id)
      .window(byMinute)
      .aggregate({ n: count() });
    await run(pipeline('x', counted.to(out)));
    expect(minutes(out.records)).toEqual(Array.from({ length: 50 }, (_, minute) => `a@${minute}: 4`));
  });
});
