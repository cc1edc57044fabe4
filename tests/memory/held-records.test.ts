import { describe, expect, test } from 'vitest';
import { forEach, map, mapAsync, pipeline, readFrom, start } from '../../src/index.ts';
import { iterableReader } from '../../src/io/memory/iterable-reader.ts';
import { heldBack } from './settled.ts';
import { watched } from './watched-reader.ts';

const BATCH = 1024;
const CAPACITY = 2;

function numbers(count: number) {
  return watched(
    iterableReader({
      *[Symbol.iterator]() {
        for (let n = 0; n < count; n++) yield n;
      },
    }),
  );
}

describe('an asynchronous stage', () => {
  test('pain P15: has as many calls open as its concurrency, not one more', async () => {
    const reader = numbers(1e6);
    let calls = 0;
    const stuck = readFrom(reader.reader).pipe(
      mapAsync(
        () => {
          calls++;
          return new Promise(() => {});
        },
        { concurrency: 64 },
      ),
    );
    const live = start(pipeline('p', stuck.to(forEach(() => {}))));
    const done = expect(live.done).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    await heldBack(reader);
    expect(calls).toBe(64);
    expect(reader.batches).toBeLessThanOrEqual(CAPACITY + 1);
    await live.abort();
    await done;
  });

  test('pain P2, pain P4: before a slow sink holds its concurrency and what the edges hold, however much there is', async () => {
    const concurrency = 64;
    const total = 200_000;
    const reader = numbers(total);
    let calls = 0;
    let written = 0;
    let mostCalled = 0;
    let mostRead = 0;
    const called = readFrom(reader.reader).pipe(
      map((n) => n),
      mapAsync(
        async (n) => {
          calls++;
          return n;
        },
        { concurrency },
      ),
    );
    const slow = forEach(() => {
      mostCalled = Math.max(mostCalled, calls - written);
      mostRead = Math.max(mostRead, reader.records - written);
      written++;
      return written % BATCH === 0 ? new Promise<void>((resolve) => setImmediate(resolve)) : undefined;
    });
    const { balance } = await start(pipeline('p', called.to(slow))).done;
    expect(balance).toMatchObject({ read: total, written: total, closed: true });
    const edge = (CAPACITY + 1) * BATCH;
    expect(mostCalled).toBeLessThanOrEqual(concurrency + BATCH + edge);
    expect(mostRead).toBeLessThanOrEqual(concurrency + BATCH + 2 * edge + BATCH);
  });

  test('waits for the oldest call when order is kept: what has overtaken it counts, too', async () => {
    const reader = numbers(1e6);
    let calls = 0;
    const first = readFrom(reader.reader).pipe(
      mapAsync((n) => (calls++ === 0 ? new Promise<number>(() => {}) : n), { concurrency: 8 }),
    );
    const live = start(pipeline('p', first.to(forEach(() => {}))));
    const done = expect(live.done).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    await heldBack(reader);
    expect(calls).toBe(8);
    await live.abort();
    await done;
  });
});
