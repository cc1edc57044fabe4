import { describe, expect, test } from 'vitest';
import { from, readFrom } from '../../../../src/from.ts';
import { discard } from '../../../../src/io/memory/discard.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import type { Flow } from '../../../../src/processing/graph/flow.ts';
import { otherwise } from '../../../../src/processing/graph/flow.ts';
import { concat, merge, zip } from '../../../../src/processing/graph/join.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { batch } from '../../../../src/processing/operators/batch.ts';
import { defineOperator } from '../../../../src/processing/operators/define-operator.ts';
import { filter } from '../../../../src/processing/operators/filter.ts';
import { flatMap } from '../../../../src/processing/operators/flat-map.ts';
import { flatMapAsync } from '../../../../src/processing/operators/flat-map-async.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { mapAsync } from '../../../../src/processing/operators/map-async.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { takeWhile } from '../../../../src/processing/operators/take-while.ts';
import { deadLetter } from '../../../../src/processing/policies/dead-letter.ts';
import { retry } from '../../../../src/processing/policies/retry.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { run, start } from '../../../../src/start.ts';
import { recording } from './recording-writer.ts';
import { barrier, numbers, scripted } from './scripted-reader.ts';

const identity = <T>(record: T): T => record;

const endless = () => scripted<number>(numbers(3), { traits: { bounded: false } });

/** What lies between an endless reader and the `take` that ends it. */
const BETWEEN: Readonly<Record<string, (flow: Flow<number>) => Flow<number>>> = {
  nothing: identity,
  'fused operators': (flow) =>
    flow.pipe(
      map(identity),
      filter(() => true),
    ),
  'an edge': (flow) => merge(flow),
  'several edges': (flow) => merge(merge(flow).pipe(map(identity))),
  'an asynchronous operator': (flow) => flow.pipe(mapAsync(async (n) => n, { concurrency: 3 })),
  'an asynchronous operator that settles at once': (flow) => flow.pipe(mapAsync(identity)),
  'an operator that retries': (flow) => flow.pipe(map(identity, { onError: retry({ attempts: 2 }) })),
  'an operator that expands': (flow) => flow.pipe(flatMap((n) => [n, n])).pipe(filter((_) => true)),
  'output that is pulled': (flow) =>
    flow.pipe(
      flatMap(function* (n) {
        yield n;
      }),
    ),
  'asynchronous output that is pulled': (flow) =>
    flow.pipe(
      flatMapAsync(async function* (n) {
        yield n;
      }),
    ),
  'a concat': (flow) => concat(flow, from([1])),
  'a zip': (flow) => zip(flow, from(numbers(1)).pipe(flatMap(identity))).pipe(map(([n]) => n)),
  'a split whose other route gets nothing': (flow) => flow.split({ all: () => true }).all,
};

describe.each(Object.entries(BETWEEN))('an endless reader with take(10) ends through %s', (_, between) => {
  test.each([1, 2, 4])('with edges of %i, closes the reader and balances', async (edgeCapacity) => {
    const reader = endless();
    const writer = recording<number>();
    const flow = between(readFrom(reader)).pipe(take(10));
    const { balance, state } = await run(pipeline('ends', flow.to(writer), { edgeCapacity }));
    expect(writer.records).toHaveLength(10);
    expect({ opened: reader.opened, left: reader.left }).toEqual({ opened: 1, left: 1 });
    expect(balance.gaps).toEqual([]);
    expect(state).toBe('done');
  });
});

test('one record that expands without end stops at take, synchronously', async () => {
  let pulled = 0;
  const out = toArray<number>();
  const flow = from(['start']).pipe(
    flatMap(function* () {
      for (;;) yield pulled++;
    }),
    take(5),
  );
  const { balance } = await run(pipeline('endless', flow.to(out)));
  expect(out.records).toEqual([0, 1, 2, 3, 4]);
  expect(pulled).toBeLessThanOrEqual(1025);
  expect(balance.closed).toBe(true);
});

test('one record that expands without end stops when a stage behind has enough, and its iterator is closed', async () => {
  let closed = 0;
  const out = toArray<number>();
  const flow = from(['a', 'b', 'c']).pipe(
    flatMap(function* () {
      try {
        for (let n = 0; ; n++) yield n;
      } finally {
        closed++;
      }
    }),
    mapAsync(async (n) => n),
    take(5),
  );
  const { balance } = await run(pipeline('endless', flow.to(out)));
  expect(out.records).toEqual([0, 1, 2, 3, 4]);
  expect(closed).toBe(1);
  expect(balance).toMatchObject({ read: 3, closed: true });
});

test('asynchronous output without end stops at take, and its iterators are closed', async () => {
  let closed = 0;
  const out = toArray<number>();
  const flow = from([0, 1]).pipe(
    flatMapAsync(
      async function* (start) {
        try {
          for (let n = start; ; n += 2) yield n;
        } finally {
          closed++;
        }
      },
      { concurrency: 2, ordered: false },
    ),
    take(20),
  );
  const { balance } = await run(pipeline('endless', flow.to(out)));
  expect(out.records).toHaveLength(20);
  expect(closed).toBe(2);
  expect(balance.closed).toBe(true);
});

describe('take', () => {
  test('of nothing ends at once: the reader is never opened', async () => {
    const reader = endless();
    const { balance } = await run(pipeline('none', readFrom(reader).pipe(take(0)).to(discard())));
    expect(reader.opened).toBe(0);
    expect(balance).toMatchObject({ read: 0, written: 0, closed: true });
  });

  test('of nothing behind an edge ends as well, whatever the reader does', async () => {
    const flow = readFrom(scripted<number>([() => new Promise<void>(() => {})]));
    const { balance } = await run(pipeline('none', merge(flow).pipe(take(0)).to(discard())));
    expect(balance.closed).toBe(true);
  });

  test('of more than there is changes nothing', async () => {
    const out = toArray<number>();
    await run(pipeline('all', from([1, 2]).pipe(take(10)).to(out)));
    expect(out.records).toEqual([1, 2]);
  });

  test('behind an operator that holds records does not lose what came before', async () => {
    const out = toArray<number[]>();
    await run(pipeline('held', from([1, 2, 3, 4, 5]).pipe(batch(2), take(2)).to(out)));
    expect(out.records).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test('before an operator that holds records lets it emit them', async () => {
    const out = toArray<number[]>();
    await run(pipeline('held', from([1, 2, 3, 4, 5]).pipe(take(3), batch(2)).to(out)));
    expect(out.records).toEqual([[1, 2], [3]]);
  });

  test('before an operator that expands by iterators: all of it arrives, as it is', async () => {
    const out = toArray<number>();
    const flow = from([7, 8, 9]).pipe(
      take(1),
      flatMap(function* (n) {
        yield* [n, n + 1, n + 2];
      }),
      map((n) => n * 2),
    );
    await run(pipeline('expanded', flow.to(out)));
    expect(out.records).toEqual([14, 16, 18]);
  });
});

test('an operator that retries may end the branch: what it emitted before arrives', async () => {
  const out = toArray<number>();
  const flow = from([1, 2, 3, 4, 5]).pipe(
    takeWhile((n) => n < 4, { onError: retry({ attempts: 2 }) }),
    map((n) => n * 10),
  );
  const { balance } = await run(pipeline('retried', flow.to(out)));
  expect(out.records).toEqual([10, 20, 30]);
  expect(balance.closed).toBe(true);
});

test('an asynchronous operator may end the branch: what it has begun arrives', async () => {
  const out = toArray<number>();
  const untilThree = defineOperator<number, number>({
    name: 'until-three',
    kind: 'async',
    cardinality: 'one',
    create: ({ complete }) => ({
      call: async (n) => {
        if (n === 3) complete();
        await new Promise((resolve) => setImmediate(resolve));
        return n;
      },
    }),
  });
  const reader = endless();
  const { balance } = await run(pipeline('until', readFrom(reader).pipe(untilThree).to(out)));
  expect(out.records.slice(0, 4)).toEqual([0, 1, 2, 3]);
  expect(reader.left).toBe(1);
  expect(balance.closed).toBe(true);
});

test('an operator that is complete before it begins ends its branch, whatever its kind', async () => {
  for (const kind of ['sync', 'async'] as const) {
    const done = defineOperator<number, number>({
      name: 'done',
      kind: kind as 'sync',
      cardinality: 'one',
      create: ({ complete }) => {
        complete();
        return { push: (n, emit) => emit(n), call: identity };
      },
    });
    const { balance } = await run(pipeline('done', readFrom(endless()).pipe(done).to(discard())));
    expect(balance).toMatchObject({ written: 0, closed: true });
  }
});

describe('pain P8: a branch that has enough', () => {
  test('leaves its siblings all records, and the source goes on', async () => {
    const source = from(Array.from({ length: 5000 }, (_, n) => n));
    const [all, few, none] = [toArray<number>(), toArray<number>(), toArray<number>()];
    const { balance } = await run(
      pipeline('siblings', [source.to(all), source.pipe(take(3)).to(few), source.pipe(take(0)).to(none)]),
    );
    expect(all.records).toHaveLength(5000);
    expect(few.records).toEqual([0, 1, 2]);
    expect(none.records).toEqual([]);
    expect(balance).toMatchObject({ read: 5000, written: 5003, closed: true });
  });

  test('ends the source when it was the last', async () => {
    const reader = endless();
    const source = readFrom(reader);
    const { balance } = await run(
      pipeline('siblings', [source.pipe(take(30)).to(discard()), source.pipe(take(3)).to(discard())]),
    );
    expect(reader.left).toBe(1);
    expect(balance).toMatchObject({ written: 33, closed: true });
  });

  test('of a split leaves the other routes all of theirs', async () => {
    const { odd, even } = from(Array.from({ length: 3000 }, (_, n) => n)).split({
      odd: (n) => n % 2 === 1,
      even: otherwise,
    });
    const [odds, evens] = [toArray<number>(), toArray<number>()];
    const { balance } = await run(pipeline('routes', [odd.pipe(take(2)).to(odds), even.to(evens)]));
    expect(odds.records).toEqual([1, 3]);
    expect(evens.records).toHaveLength(1500);
    expect(balance).toMatchObject({ read: 3000, written: 1502, discarded: 1498, closed: true });
  });

  test('of a merge leaves the other inputs of nobody open', async () => {
    const [one, two] = [endless(), endless()];
    await run(pipeline('merged', merge(readFrom(one), readFrom(two)).pipe(take(10)).to(discard())));
    expect([one.left, two.left]).toEqual([1, 1]);
  });
});

test('a zip ends with its shortest input and closes the others', async () => {
  const reader = endless();
  const out = toArray<readonly [string, number]>();
  const { balance } = await run(pipeline('zip', zip(from(['a', 'b', 'c', 'd']), readFrom(reader)).to(out)));
  expect(out.records).toEqual([
    ['a', 0],
    ['b', 1],
    ['c', 2],
    ['d', 3],
  ]);
  expect(reader.left).toBe(1);
  expect(balance.closed).toBe(true);
});

test('a concat that has enough never opens the readers whose turn does not come', async () => {
  const second = endless();
  const out = toArray<number>();
  await run(
    pipeline(
      'concat',
      concat(from([1, 2, 3]), readFrom(second))
        .pipe(take(3))
        .to(out),
    ),
  );
  expect(out.records).toEqual([1, 2, 3]);
  expect(second.opened).toBe(0);
});

describe('records that failed are accounted for when their branch is cancelled', () => {
  const odd = (n: number): number => {
    if (n % 2 === 1) throw new Error('odd');
    return n;
  };

  test('dead letters of the very batch that brings enough still arrive', async () => {
    const rejects = toArray<never>();
    const flow = from([1, 2, 3, 4]).pipe(map(odd, { onError: deadLetter(rejects) }));
    const { balance } = await run(
      pipeline(
        'letters',
        merge(flow, from([10]))
          .pipe(take(1))
          .to(discard()),
      ),
    );
    expect(rejects.records).toHaveLength(2);
    expect(balance).toMatchObject({ deadLettered: 2, written: 1, closed: true });
  });

  test('skipped records whose place is kept in an ordered stage are not discarded as well', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const failing = mapAsync(
      async (n: number) => {
        if (n === 1) await held;
        if (n > 1) throw new Error('no');
        return n;
      },
      { onError: skip() },
    );
    const enough = merge(from([0, 1, 2, 3, 4, 5]).pipe(failing)).pipe(take(1));
    const { balance } = await run(pipeline('kept', enough.to(discard())));
    release();
    expect(balance).toMatchObject({ read: 6, written: 1, skipped: 4, discarded: 1, closed: true });
  });
});

test('what a foreign stream keeps when nobody wants it any more is discarded, also one of one', async () => {
  const keeping = defineOperator<number, number>({
    name: 'keeping',
    kind: 'duplex',
    cardinality: 'one',
    create: ({ emit }) => ({
      write: ([first, ...kept]) => (kept.length > 0 ? emit([first!]) : undefined),
      end: async () => {},
      abort() {},
    }),
  });
  const { balance } = await run(
    pipeline(
      'kept',
      readFrom(scripted<number>([[1, 2, 3], [4]]))
        .pipe(keeping, take(1))
        .to(discard()),
    ),
  );
  expect(balance).toMatchObject({ written: 1, closed: true });
});

test('a barrier that is under way is no reason to wait when nobody wants more', async () => {
  const one = scripted<number>([[1], barrier(1), [2]]);
  const two = scripted<number>([[3], () => new Promise<void>(() => {})]);
  const live = start(pipeline('barrier', merge(readFrom(one), readFrom(two)).pipe(take(2)).to(discard())));
  const { balance } = await live.done;
  expect(balance).toMatchObject({ written: 2, closed: true });
});
