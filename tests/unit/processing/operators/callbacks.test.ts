import { describe, expect, test } from 'vitest';
import { defineOperator, discard, from, otherwise, pipeline, run, toArray } from '../../../../src/index.ts';
import { filter } from '../../../../src/processing/operators/filter.ts';
import { flatMap } from '../../../../src/processing/operators/flat-map.ts';
import { flatMapAsync } from '../../../../src/processing/operators/flat-map-async.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { mapAsync } from '../../../../src/processing/operators/map-async.ts';
import { rx } from '../../../../src/processing/operators/rx.ts';
import { scan } from '../../../../src/processing/operators/scan.ts';
import { takeWhile } from '../../../../src/processing/operators/take-while.ts';
import { tap } from '../../../../src/processing/operators/tap.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';

const withCallback: Record<string, (callback: never, seed: never) => unknown> = {
  map,
  filter,
  tap,
  flatMap,
  takeWhile,
  scan,
  mapAsync,
  flatMapAsync,
  rx,
};

describe.each(Object.entries(withCallback))('%s', (name, make) => {
  test.each([undefined, null, 'text', {}])('refuses %j as its callback', (callback) => {
    expect(() => make(callback as never, 0 as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining(`${name}()`) }),
    );
  });
});

test('options with a slip in their name are refused, not ignored', () => {
  expect(() => map((n: number) => n, { onErorr: skip() } as never)).toThrow(/onErorr/);
});

test('a named callback shows in descriptions, an anonymous one does not', () => {
  function summary(order: { id: number }) {
    return order.id;
  }
  expect(map(summary).detail).toBe('summary');
  expect(map((order: { id: number }) => order.id).detail).toBeUndefined();
});

test.each([
  ['map', map(async (n: number) => n)],
  ['filter', filter(async (n: number) => n > 1)],
  ['tap', tap(async () => {})],
  ['flatMap', flatMap((async (n: number) => [n]) as never)],
  ['takeWhile', takeWhile(async () => true)],
  ['scan', scan(async (n: unknown) => n, 0 as unknown)],
])(
  'pain P9: an asynchronous callback in %s is an error, as nobody would await it',
  async (_name, operator) => {
    const probe = probeOperator<number, unknown>(operator);
    await expect(probe.feed([1])).rejects.toMatchObject({ code: 'ERR_CALLBACK', retryable: false });
    expect(probe.output).toEqual([]);
  },
);

test('pain P9: an asynchronous predicate of a split is an error, and so is its rejection', async () => {
  for (const predicate of [async () => true, async () => Promise.reject(new Error('late'))]) {
    const { a, b } = from([1, 2]).split({ a: predicate as never, b: otherwise });
    const routed = toArray<number>();
    const running = run(pipeline('p', [a.to(routed), b.to(discard())]));
    await expect(running).rejects.toMatchObject({
      code: 'ERR_CALLBACK',
      message: expect.stringContaining('returned a promise'),
    });
    expect(routed.records).toEqual([]);
  }
});

test('pain P9: an asynchronous end of an operator is an error: what it would emit later is not lost unseen', async () => {
  const late = defineOperator<number, number>({
    name: 'late',
    kind: 'sync',
    create: () => ({ push: (n, emit) => emit(n), end: (async () => {}) as never }),
  });
  const running = run(pipeline('p', from([1]).pipe(late).to(discard())));
  await expect(running).rejects.toMatchObject({ message: expect.stringContaining('promise') });
});

test('a predicate may return anything that is true or false', async () => {
  const probe = probeOperator(filter((text: string) => text.length));
  await probe.feed(['', 'a']);
  expect(probe.output).toEqual(['a']);
});

describe('scan', () => {
  test('keeps its value when the callback throws, so that skip() goes on from there', async () => {
    const probe = probeOperator(
      scan((sum: number, text: string) => {
        if (text === 'x') throw new Error('no number');
        return sum + Number(text);
      }, 0),
    );
    await probe.feed(['1']);
    await expect(probe.feed(['x'])).rejects.toThrow('no number');
    await probe.feed(['2']);
    expect(probe.output).toEqual([1, 3]);
  });
});

test('scan calls its seed once a run, so that a seed which is changed in place belongs to one run', async () => {
  const operator = scan(
    (list: number[], n: number) => {
      list.push(n);
      return list;
    },
    () => [],
  );
  const runs = [probeOperator(operator), probeOperator(operator)];
  for (const probe of runs) await probe.feed([1, 2]);
  expect(runs.map((probe) => probe.output.at(-1))).toEqual([
    [1, 2],
    [1, 2],
  ]);
});

describe('flatMap', () => {
  test('hands a large array back to be pulled, so that it does not pass at one go', () => {
    const large = Array.from({ length: 5000 }, (_, index) => index);
    const logic = flatMap(() => large).create({} as never) as ReturnType<typeof pushable>;
    const emitted: number[] = [];
    const more = logic.push(0, (n) => emitted.push(n));
    expect(emitted).toEqual([]);
    expect([...more!]).toEqual(large);
  });

  test('reads nothing ahead of an iterator', () => {
    let pulled = 0;
    const logic = flatMap(function* () {
      for (;;) yield pulled++;
    }).create({} as never) as ReturnType<typeof pushable>;
    const iterator = logic.push(0, () => {})![Symbol.iterator]();
    iterator.next();
    expect(pulled).toBe(1);
  });

  test.each([undefined, null, 7, {}])('takes %j for a mistake of the callback', async (made) => {
    const probe = probeOperator(flatMap(() => made as never));
    await expect(probe.feed([1])).rejects.toMatchObject({
      code: 'ERR_CALLBACK',
      message: expect.stringContaining('cannot be iterated'),
    });
  });
});

declare function pushable(): {
  push(record: unknown, emit: (n: number) => void): Iterable<number> | undefined;
};
