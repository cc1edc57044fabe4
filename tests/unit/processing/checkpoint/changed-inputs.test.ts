import { Observable } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import type { CheckpointStore } from '../../../../src/interfaces/checkpoint.ts';
import type { RunEvent } from '../../../../src/interfaces/run.ts';
import type { Writer } from '../../../../src/interfaces/writer.ts';
import type { Flow } from '../../../../src/processing/graph/flow.ts';
import { merge } from '../../../../src/processing/graph/join.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { tap } from '../../../../src/processing/operators/tap.ts';
import { start } from '../../../../src/start.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';
import { of } from './checkpointed-run.ts';
import { type Disk, disk, durable } from './durable.ts';

/** Of an input that gives one record at a time, and of one that gives as many as are taken at once. */
const COUNT = 500;
const LONG = 40_000;
const MIDDLE = 5;

const numbers = (count: number, first = 0) => Array.from({ length: count }, (_, index) => first + index);

/** Numbers behind another, one in each turn. */
async function* behind(last: number, count = COUNT) {
  for (let n = last + 1; n < count; n++) {
    await new Promise((resolve) => setImmediate(resolve));
    yield n;
  }
}

const position = (last: number) => last;

/** Takes one batch a turn, so that an array is not read to its end before anybody can stop it. */
function slow(out: Disk<number>): Writer<number> {
  const writer = durable(out);
  return {
    ...writer,
    async open(context) {
      const sink = await writer.open(context);
      return {
        ...sink,
        async write(batch) {
          await new Promise((resolve) => setImmediate(resolve));
          await sink.write(batch);
        },
      };
    },
  };
}

/** A run of one input called "in"; it is stopped behind a record, or goes on to the end. */
function begin(input: Flow<number>, out: Disk<number>, store: CheckpointStore, last?: number) {
  const flow = input.as('in').pipe(
    tap((n) => {
      if (n === last) void live.stop();
    }),
  );
  const live = start(pipeline('p', flow.to(slow(out))), { checkpoint: { store, every: '1h' } });
  live.done.catch(() => {});
  const events: RunEvent[] = [];
  live.events$.subscribe((event) => events.push(event));
  return { live, events };
}

/** What a run has left that was stopped in the middle, and how many records it had read. */
async function stopped(input: Flow<number>) {
  const [out, store] = [disk<number>(), memoryStore()];
  expect(await begin(input, out, store, MIDDLE).live.done).toMatchObject({ state: 'stopped' });
  const had = out.records.length;
  expect(had).toBeGreaterThan(MIDDLE);
  expect(out.records).toEqual(numbers(had));
  return { out, store, had };
}

async function goesOn(input: Flow<number>, { out, store }: Awaited<ReturnType<typeof stopped>>) {
  const { live, events } = begin(input, out, store);
  const summary = await live.done;
  expect(of(events, 'resumed')).toHaveLength(1);
  expect(summary.balance).toMatchObject({ written: out.records.length, closed: true });
  return summary.balance;
}

/** The run fails, and has written nothing more. */
async function isRefused(input: Flow<number>, left: Awaited<ReturnType<typeof stopped>>, code: string) {
  const { out, store, had } = left;
  const run = async () => begin(input, out, store).live.done;
  await expect(run()).rejects.toMatchObject({ code, hint: expect.any(String) });
  expect(out.records).toEqual(numbers(had));
}

describe('an array or iterable that a run goes on with', () => {
  const ways: readonly (readonly [string, (all: readonly number[]) => Flow<number>])[] = [
    ['an array', (all) => from(all)],
    ['a set', (all) => from(new Set(all))],
    ['an iterable', (all) => from({ [Symbol.iterator]: () => all.values() })],
  ];

  test.each(ways)('is passed over up to the place, also where it has grown: %s', async (_, make) => {
    const left = await stopped(make(numbers(LONG)));
    const { read } = await goesOn(make(numbers(LONG + 7)), left);
    expect(read).toBe(LONG + 7);
    expect(left.out.records).toEqual(numbers(LONG + 7));
  });

  test.each(ways)('may end at the place, and is over then: %s', async (_, make) => {
    const left = await stopped(make(numbers(LONG)));
    await goesOn(make(numbers(left.had)), left);
    expect(left.out.records).toEqual(numbers(left.had));
  });

  test.each(ways)('is refused when it ends before the place: %s', async (_, make) => {
    const left = await stopped(make(numbers(LONG)));
    for (const count of [left.had - 1, 0]) await isRefused(make(numbers(count)), left, 'ERR_CHANGED');
    await goesOn(make(numbers(LONG)), left);
    expect(left.out.records).toEqual(numbers(LONG));
  });

  test('is refused where it has a hook now: nobody knows what that would call the place', async () => {
    const left = await stopped(from(numbers(LONG)));
    const asked: unknown[] = [];
    const resume = (at: number) => {
      asked.push(at);
      return numbers(LONG - 1 - at, at + 1);
    };
    await isRefused(from(numbers(LONG), { position, resume }), left, 'ERR_CHANGED');
    expect(asked).toEqual([]);
  });

  test('that had come to its end is not looked at again, whatever it has now', async () => {
    const [out, store] = [disk<number>(), memoryStore()];
    const both = (short: readonly number[]) =>
      merge(from(short).as('short'), from(behind(-1), { position, resume: (at) => behind(at) }).as('long'));
    let seen = 0;
    const run = (short: readonly number[], last?: number) => {
      const flow = both(short).pipe(tap(() => void (++seen === last && live.stop())));
      const live = start(pipeline('p', flow.to(slow(out))), { checkpoint: { store, every: '1h' } });
      return live.done;
    };
    await run([-3, -2], 20);
    expect(out.records).toEqual(expect.arrayContaining([-3, -2, 0, 1]));
    await run([-9, -8, -7]);
    expect(out.records.toSorted((a, b) => a - b)).toEqual([-3, -2, ...numbers(COUNT)]);
  });
});

describe('an input with a hook that a run goes on with', () => {
  const pushed = (last: number, count = COUNT) =>
    new Observable<number>((subscriber) => {
      let gone = false;
      const push = async () => {
        for await (const n of behind(last, count)) {
          if (gone) return;
          subscriber.next(n);
        }
        subscriber.complete();
      };
      void push();
      return () => {
        gone = true;
      };
    });
  const held = { overflow: 'fail', size: 10_000 } as const;

  const ways: readonly (readonly [string, (count: number) => Flow<number>])[] = [
    [
      'an async iterable',
      (count) => from(behind(-1, count), { position, resume: (at: number) => behind(at, count) }),
    ],
    [
      'an Observable',
      (count) => from(pushed(-1, count), { ...held, position, resume: (at: number) => pushed(at, count) }),
    ],
    [
      'an Observable that goes on as an array',
      (count) =>
        from(pushed(-1, count), {
          ...held,
          position,
          resume: (at: number) => numbers(Math.max(0, count - 1 - at), at + 1),
        }),
    ],
  ];

  test.each(ways)('has what its hook gives now, and no record twice: %s', async (_, make) => {
    const left = await stopped(make(COUNT));
    const { read } = await goesOn(make(COUNT + 7), left);
    expect(read).toBe(COUNT + 7);
    expect(left.out.records).toEqual(numbers(COUNT + 7));
  });

  test.each(ways)('is over where the hook gives nothing more: %s', async (_, make) => {
    const left = await stopped(make(COUNT));
    await goesOn(make(0), left);
    expect(left.out.records).toEqual(numbers(left.had));
  });

  test('may become another kind of input, by the same name and positions', async () => {
    const left = await stopped(ways[0]![1](COUNT));
    await goesOn(ways[1]![1](COUNT), left);
    expect(left.out.records).toEqual(numbers(COUNT));
  });

  test.each<[string, (at: number) => never]>([
    [
      'throws, as where the place is gone',
      (at) => {
        throw new Error(`${at} is gone`);
      },
    ],
    ['gives nothing', () => undefined as never],
    ['gives what is no input', () => 7 as never],
  ])('fails where resume %s, and goes on when it is right again', async (_, resume) => {
    const left = await stopped(ways[0]![1](COUNT));
    await isRefused(from(behind(-1), { position, resume }), left, 'ERR_CALLBACK');
    await goesOn(ways[0]![1](COUNT), left);
    expect(left.out.records).toEqual(numbers(COUNT));
  });

  test('is refused where it has none any more', async () => {
    const left = await stopped(ways[0]![1](COUNT));
    await isRefused(from(numbers(COUNT)), left, 'ERR_CHANGED');
    await isRefused(from(behind(-1)), left, 'ERR_CHECKPOINT');
  });
});
