import { Readable } from 'node:stream';
import { concat, NEVER, Observable, of, range, throwError } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { from, pipeline, run, skip, start, take, toArray } from '../../../../src/index.ts';
import type { Operator } from '../../../../src/interfaces/operator.ts';
import { concatMap } from '../../../../src/processing/operators/concat-map.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';

const wrong = expect.objectContaining({ code: 'ERR_OPTIONS' });

async function through<A, B>(input: readonly A[], ...operators: [Operator<A, B>, ...Operator<B, B>[]]) {
  const out = toArray<B>();
  const flow = (from(input).pipe as (...all: unknown[]) => ReturnType<typeof from<B>>)(...operators);
  const { balance } = await run(pipeline('p', flow.to(out)));
  expect(balance.closed).toBe(true);
  return out.records;
}

/** An async iterable that gives one record and then waits for ever; says whether it was closed. */
function stuck() {
  const state = { closed: false };
  const iterable: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => {
      let given = false;
      return {
        next: () => {
          if (given) return new Promise(() => {});
          given = true;
          return Promise.resolve({ done: false, value: 1 });
        },
        return: async () => {
          state.closed = true;
          return { done: true, value: undefined };
        },
      };
    },
  };
  return { state, iterable };
}

describe('concatMap', () => {
  test('takes every kind of inner flow, one after the other', async () => {
    const inner: readonly (() => unknown)[] = [
      () => [1, 2],
      () => new Set([3]),
      () => Promise.resolve([4]),
      () => of(5, 6),
      () => Readable.from([7]),
      () => new Blob(['8']).stream().pipeThrough(new TextDecoderStream()),
      () => from([9]).pipe(take(1)),
      () => [],
    ];
    const made = await through(
      inner,
      concatMap((make) => make() as Iterable<unknown>),
    );
    expect(made).toEqual([1, 2, 3, [4], 5, 6, 7, '8', 9]);
  });

  test('begins the next when the one before is over, and not earlier', async () => {
    const log: string[] = [];
    await through(
      [1, 2],
      concatMap(async function* (n: number) {
        log.push(`begin ${n}`);
        await turns(2);
        yield n;
        log.push(`end ${n}`);
      }),
    );
    expect(log).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2']);
  });

  test('holds what an Observable emits too fast, and fails past its buffer', async () => {
    expect(
      await through(
        [1],
        concatMap(() => range(0, 5000)),
      ),
    ).toHaveLength(5000);
    await expect(
      through(
        [1],
        concatMap(() => range(0, 5000), { buffer: 100 }),
      ),
    ).rejects.toMatchObject({
      code: 'ERR_OVERFLOW',
    });
  });

  test('passes on what an Observable emitted before it failed', async () => {
    const broken = () =>
      concat(
        of(1, 2),
        throwError(() => new Error('the feed broke')),
      );
    expect(await through([0], concatMap(broken, { onError: skip() }))).toEqual([1, 2]);
    await expect(through([0], concatMap(broken))).rejects.toThrow(/the feed broke/);
  });

  test('pain: lets go of an inner flow that waits for ever, when the run is aborted or has enough', async () => {
    for (const end of ['abort', 'take'] as const) {
      let subscribed = 0;
      const watched = concat(
        of(1),
        new Observable<number>(() => {
          subscribed++;
          return () => subscribed--;
        }),
      );
      const { state, iterable } = stuck();
      for (const inner of [watched, iterable]) {
        const flow = from([1]).pipe(concatMap(() => inner));
        const live = start(pipeline('p', (end === 'take' ? flow.pipe(take(1)) : flow).to(toArray())));
        await turns(5);
        if (end === 'abort') await live.abort();
        else await live.done;
        await turns(2);
      }
      expect(subscribed).toBe(0);
      expect(state.closed).toBe(true);
    }
  });

  test('waits for the run of an inner flow to be closed', async () => {
    let closed = false;
    const slow = new Readable({
      objectMode: true,
      read() {},
      destroy: (_error, done) => {
        setImmediate(() => {
          closed = true;
          done(null);
        });
      },
    });
    const live = start(
      pipeline(
        'p',
        from([1])
          .pipe(concatMap(() => from(slow as AsyncIterable<number>)))
          .to(toArray()),
      ),
    );
    await turns(5);
    await live.abort();
    expect(closed).toBe(true);
  });

  test('fails when an inner flow gives nothing within its timeout', async () => {
    const clock = virtualClock();
    const flow = from([1]).pipe(concatMap(() => NEVER, { timeout: '5s' }));
    const live = start(pipeline('p', flow.to(toArray())), { clock, stallAfter: false });
    await turns(3);
    await clock.advance(5000);
    await expect(live.done).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  });

  test.each([undefined, null, 7, 'ab', {}, () => []])(
    'takes %o for a mistake of the callback',
    async (made) => {
      await expect(
        through(
          [1],
          concatMap(() => made as never),
        ),
      ).rejects.toMatchObject({
        code: 'ERR_CALLBACK',
        message: expect.stringContaining('gives no records'),
      });
    },
  );

  test.each([{ buffer: 0 }, { timeout: 'soon' }, { concurrency: 2 }])('refuses %j', (options) => {
    expect(() => concatMap(() => [], options as never)).toThrow(wrong);
  });
});

test('concatMap refuses what is no callback', () => {
  expect(() => concatMap({} as never)).toThrow(/concatMap\(\)/);
});
