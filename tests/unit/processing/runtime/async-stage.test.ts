import { describe, expect, test } from 'vitest';
import { backoffWait } from '../../../../src/core/backoff.ts';
import { seededRandom } from '../../../../src/core/random.ts';
import { from, readFrom } from '../../../../src/from.ts';
import type { RunEvent } from '../../../../src/interfaces/run.ts';
import { discard } from '../../../../src/io/memory/discard.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { defineOperator } from '../../../../src/processing/operators/define-operator.ts';
import { flatMapAsync } from '../../../../src/processing/operators/flat-map-async.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { mapAsync } from '../../../../src/processing/operators/map-async.ts';
import { fallback } from '../../../../src/processing/policies/fallback.ts';
import { retry } from '../../../../src/processing/policies/retry.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { run, start } from '../../../../src/start.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { gate, never, recording } from './recording-writer.ts';
import { numbers, scripted } from './scripted-reader.ts';

/** Calls that a test settles by hand, one by one. */
function calls<T>() {
  const open = new Map<T, { resolve(value: T): void; reject(error: unknown): void }>();
  const started: T[] = [];
  let most = 0;
  return {
    open,
    started,
    get most() {
      return most;
    },
    call: (record: T): Promise<T> => {
      started.push(record);
      return new Promise<T>((resolve, reject) => {
        open.set(record, { resolve, reject });
        most = Math.max(most, open.size);
      });
    },
    settle(record: T) {
      open.get(record)!.resolve(record);
      open.delete(record);
    },
  };
}

describe.each([true, false])('pains P2, P15: with concurrency 4, ordered %s', (ordered) => {
  test('exactly 4 records are in flight, never more, whatever the sizes of the batches', async () => {
    const work = calls<number>();
    const out = toArray<number>();
    const flow = readFrom(scripted<number>(numbers(3, 20))).pipe(
      mapAsync(work.call, { concurrency: 4, ordered }),
    );
    const live = start(pipeline('four', flow.to(out)));
    await turns(5);
    expect(work.open.size).toBe(4);
    while (work.open.size > 0) {
      work.settle(Math.max(...work.open.keys()));
      await turns(2);
      // The first of those in flight blocks the others when order is kept: what is settled keeps its place.
      if (!ordered && work.started.length < 20) expect(work.open.size).toBe(4);
    }
    await live.done;
    expect(work.most).toBe(4);
    expect(out.records.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  test('a sink that stalls holds back the calls: not more than the edges take are made', async () => {
    let made = 0;
    const flow = readFrom(scripted<number>(numbers(1), { traits: { bounded: false } })).pipe(
      mapAsync(
        async (n) => {
          made++;
          await turns(1);
          return n;
        },
        { concurrency: 4, ordered },
      ),
    );
    const live = start(pipeline('stalled', flow.to(recording({ write: () => turns(400) }))));
    await turns(100);
    const before = made;
    await turns(100);
    expect(made).toBe(before);
    expect(made).toBeLessThan(60);
    await live.abort();
  });
});

test('results keep the order of the input, whichever settles first', async () => {
  const work = calls<number>();
  const writer = recording<number>();
  const live = start(pipeline('order', from([1, 2, 3]).pipe(mapAsync(work.call)).to(writer)));
  await turns(3);
  work.settle(3);
  work.settle(2);
  await turns(3);
  expect(writer.records).toEqual([]);
  work.settle(1);
  await live.done;
  expect(writer.records).toEqual([1, 2, 3]);
});

test('unordered results leave as they settle', async () => {
  const work = calls<number>();
  const writer = recording<number>();
  const live = start(
    pipeline(
      'unordered',
      from([1, 2, 3])
        .pipe(mapAsync(work.call, { ordered: false }))
        .to(writer),
    ),
  );
  await turns(3);
  work.settle(3);
  await turns(3);
  expect(writer.records).toEqual([3]);
  work.settle(1);
  await turns(3);
  work.settle(2);
  await live.done;
  expect(writer.records).toEqual([3, 1, 2]);
});

test('pains P6, P7: a million records of calls that settle at once need no stack and no time between them', async () => {
  const count = 1_000_000;
  let sum = 0;
  function* integers() {
    for (let n = 0; n < count; n++) yield n;
  }
  const flow = from(integers()).pipe(
    mapAsync((n: number) => n + 1, { concurrency: 2 }),
    map((n) => {
      sum += n;
      return n;
    }),
  );
  const { balance } = await run(pipeline('million', flow.to(discard())));
  expect(sum).toBe((count * (count + 1)) / 2);
  expect(balance).toMatchObject({ read: count, written: count, closed: true });
});

describe('flatMapAsync', () => {
  test('keeps the order of the input also where output is pulled', async () => {
    const doors = [gate(), gate(), gate()];
    const out = toArray<string>();
    const flow = from([0, 1, 2]).pipe(
      flatMapAsync(async function* (n) {
        yield `${n} a`;
        await doors[n]!.opened;
        yield `${n} b`;
      }),
    );
    const live = start(pipeline('order', flow.to(out)));
    for (const door of doors.toReversed()) {
      await turns(3);
      door.open();
    }
    await live.done;
    expect(out.records).toEqual(['0 a', '0 b', '1 a', '1 b', '2 a', '2 b']);
  });

  test('takes arrays, iterables, async iterables, and promises of them', async () => {
    const out = toArray<number>();
    const kinds: (() => unknown)[] = [
      () => [1, 2],
      () => new Set([3]),
      async () => [4],
      () =>
        (async function* () {
          yield 5;
        })(),
      async () =>
        (async function* () {
          yield 6;
        })(),
      () => [],
    ];
    await run(
      pipeline(
        'kinds',
        from(kinds)
          .pipe(flatMapAsync<() => unknown, number>((kind) => kind() as number[]))
          .to(out),
      ),
    );
    expect(out.records).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('pulls no further than downstream has room', async () => {
    let pulled = 0;
    const flow = from([1]).pipe(
      flatMapAsync(async function* () {
        for (;;) {
          await turns(1);
          yield pulled++;
        }
      }),
    );
    const live = start(pipeline('held', flow.to(recording({ write: () => never }))));
    await turns(100);
    const before = pulled;
    await turns(50);
    expect(pulled).toBe(before);
    expect(before).toBeLessThan(20);
    live.done.catch(() => {});
    void live.abort();
  });

  test('a result that cannot be iterated is a failure of its record', async () => {
    const flow = from([1]).pipe(flatMapAsync(() => 7 as never));
    await expect(run(pipeline('seven', flow.to(discard())))).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_CALLBACK', message: expect.stringMatching(/not an iterable/) }),
    );
  });

  test('output that fails on the way keeps what came before, and the record is settled', async () => {
    const out = toArray<number>();
    const flow = from([1, 2]).pipe(
      flatMapAsync(
        async function* (n) {
          yield n;
          if (n === 1) throw new Error('torn');
          yield n * 10;
        },
        { onError: skip() },
      ),
    );
    const { balance } = await run(pipeline('torn', flow.to(out)));
    expect(out.records).toEqual([1, 2, 20]);
    expect(balance).toMatchObject({ skipped: 1, closed: true });
  });
});

describe('an async operator whose cardinality is "filter"', () => {
  test('gives the record that its call resolves to', async () => {
    const same = defineOperator<number, number>({
      name: 'same',
      kind: 'async',
      cardinality: 'filter',
      create: () => ({ call: async (n) => n }),
    });
    const out = toArray<number>();
    await run(pipeline('filter', from([1, 2]).pipe(same).to(out)));
    expect(out.records).toEqual([1, 2]);
  });
});

describe('retries', () => {
  const SEED = 42;

  test('wait exactly as long as seed and backoff say, and say so', async () => {
    const clock = virtualClock();
    const policy = retry({ attempts: 4, backoff: '100ms..300ms' });
    const events: RunEvent[] = [];
    const at: number[] = [];
    const flow = from(['x']).pipe(
      mapAsync(
        () => {
          at.push(clock.now());
          return Promise.reject(new Error(`try ${at.length}`));
        },
        { onError: [policy, fallback('given up')] },
      ),
    );
    const out = toArray<string>();
    const live = start(pipeline('waits', flow.to(out)), { clock, seed: SEED, stallAfter: false });
    live.events$.subscribe((event) => events.push(event));
    await clock.advance(10_000);
    await live.done;
    const random = seededRandom(SEED);
    const waits = [1, 2, 3].map((attempt) => backoffWait(policy.backoff, attempt, random));
    const expected = [0, 1, 2, 3].map((count) => waits.slice(0, count).reduce((sum, wait) => sum + wait, 0));
    expect(at).toEqual(expected);
    expect(
      events.flatMap((event) => (event.type === 'retried' ? [[event.attempt, event.waitMs]] : [])),
    ).toEqual(waits.map((wait, index) => [index + 1, wait]));
    expect(waits[2]).toBeLessThanOrEqual(300);
    expect(out.records).toEqual(['given up']);
  });

  test('count the attempts for the callback, and give each a signal of its own', async () => {
    const clock = virtualClock();
    const seen: [number, boolean][] = [];
    const flow = from([1]).pipe(
      mapAsync(
        (n, { attempt, signal }) => {
          seen.push([attempt, signal.aborted]);
          return attempt < 3 ? never : n;
        },
        { timeout: '1s', onError: retry({ attempts: 3, backoff: '0ms..0ms' }) },
      ),
    );
    const out = toArray<number>();
    const live = start(pipeline('attempts', flow.to(out)), { clock, stallAfter: false });
    await clock.advance(2000);
    await live.done;
    expect(seen).toEqual([
      [1, false],
      [2, false],
      [3, false],
    ]);
    expect(out.records).toEqual([1]);
  });

  test('of a synchronous operator wait as well, one record at a time, in order', async () => {
    const clock = virtualClock();
    const log: string[] = [];
    let failures = 0;
    const flow = from([1, 2]).pipe(
      map(
        (n) => {
          log.push(`${n} at ${clock.now()}`);
          if (n === 1 && failures++ < 2) throw new Error('not yet');
          return n;
        },
        { onError: retry({ attempts: 3, backoff: { first: 100, most: 100 } }) },
      ),
    );
    const out = toArray<number>();
    const live = start(pipeline('lifted', flow.to(out)), { clock, seed: SEED, stallAfter: false });
    await clock.advance(1000);
    await live.done;
    const random = seededRandom(SEED);
    const [first, second] = [random() * 100, random() * 100];
    expect(log).toEqual(['1 at 0', `1 at ${first}`, `1 at ${first + second}`, `2 at ${first + second}`]);
    expect(out.records).toEqual([1, 2]);
  });

  test('are not made for errors that are permanent, nor against the word of `when`', async () => {
    const permanent = Object.assign(new Error('never'), { retryable: false });
    let tries = 0;
    const once = (error: Error, policy: ReturnType<typeof retry>) =>
      run(
        pipeline(
          'once',
          from([1])
            .pipe(
              mapAsync(
                () => {
                  tries++;
                  throw error;
                },
                { onError: [policy, skip()] },
              ),
            )
            .to(discard()),
        ),
      );
    await once(permanent, retry({ attempts: 5 }));
    await once(new Error('not this'), retry({ attempts: 5, when: () => false }));
    expect(tries).toBe(2);
  });
});

describe('timeouts', () => {
  test('abort the signal of the call, and are failures of the record, ERR_TIMEOUT', async () => {
    const clock = virtualClock();
    let signal: AbortSignal | undefined;
    const flow = from([1]).pipe(
      mapAsync(
        (_, context) => {
          signal = context.signal;
          return never;
        },
        { timeout: '2s' },
      ),
    );
    const live = start(pipeline('slow', flow.to(discard())), { clock, stallAfter: false });
    live.done.catch(() => {});
    await clock.advance(1999);
    expect(signal?.aborted).toBe(false);
    await clock.advance(1);
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toMatchObject({ code: 'ERR_TIMEOUT' });
    await expect(live.done).rejects.toMatchObject({ code: 'ERR_TIMEOUT', node: 'mapAsync' });
  });

  test('end with the call: none is left when it settles in time', async () => {
    const clock = virtualClock();
    const flow = from([1, 2, 3]).pipe(mapAsync(async (n) => n, { timeout: '2s' }));
    await start(pipeline('fast', flow.to(discard())), { clock, stallAfter: false }).done;
    expect(clock.pending).toBe(0);
  });

  test('hold for each pull of asynchronous output', async () => {
    const clock = virtualClock();
    const flow = from([1]).pipe(
      flatMapAsync(
        async function* (n) {
          yield n;
          await never;
        },
        { timeout: '1s', onError: skip() },
      ),
    );
    const out = toArray<number>();
    const live = start(pipeline('pulls', flow.to(out)), { clock, stallAfter: false });
    await clock.advance(1000);
    expect((await live.done).balance).toMatchObject({ skipped: 1, closed: true });
    expect(out.records).toEqual([1]);
  });

  test('a call that settles after its time changes nothing', async () => {
    const clock = virtualClock();
    const work = calls<number>();
    const out = toArray<number>();
    const flow = from([1, 2]).pipe(mapAsync(work.call, { timeout: '1s', onError: fallback(0) }));
    const live = start(pipeline('late', flow.to(out)), { clock, stallAfter: false });
    await clock.advance(500);
    work.settle(2);
    await clock.advance(500);
    work.settle(1);
    await live.done;
    expect(out.records).toEqual([0, 2]);
  });
});

describe('what an async operator emits late', () => {
  const late = (ms: number) =>
    defineOperator<number, number>({
      name: 'late',
      kind: 'async',
      create: (context) => ({
        call: async (n) => {
          context.after(ms, (emit) => emit(n * 10));
          return [n];
        },
      }),
    });

  test('goes on at its time', async () => {
    const clock = virtualClock();
    const door = gate();
    const writer = recording<number>();
    const reader = scripted<number>([[1], () => door.opened]);
    const live = start(pipeline('late', readFrom(reader).pipe(late(50)).to(writer)), {
      clock,
      stallAfter: false,
    });
    await turns(5);
    expect(writer.records).toEqual([1]);
    await clock.advance(50);
    await turns(2);
    expect(writer.records).toEqual([1, 10]);
    door.open();
    await live.done;
  });

  test('is not waited for at the end, and leaves no timer behind', async () => {
    const clock = virtualClock();
    const out = toArray<number>();
    await start(pipeline('late', from([1]).pipe(late(1000)).to(out)), { clock, stallAfter: false }).done;
    expect(out.records).toEqual([1]);
    expect(clock.pending).toBe(0);
  });
});

test('after a record has failed the run, no further calls are made', async () => {
  const started: number[] = [];
  const flow = from([1, 2, 3, 4, 5, 6]).pipe(
    mapAsync(
      (n) => {
        started.push(n);
        throw new Error('the first');
      },
      { concurrency: 4 },
    ),
  );
  await expect(run(pipeline('first', flow.to(discard())))).rejects.toThrow(/the first/);
  expect(started).toEqual([1]);
});

test('a thenable whose `then` throws is a failure of its record', async () => {
  const bad = Object.defineProperty({}, 'then', {
    value: () => {
      throw new Error('no promise');
    },
  });
  const flow = from([1]).pipe(mapAsync(() => bad, { onError: skip() }));
  const { balance } = await run(pipeline('thenable', flow.to(discard())));
  expect(balance).toMatchObject({ skipped: 1, closed: true });
});
