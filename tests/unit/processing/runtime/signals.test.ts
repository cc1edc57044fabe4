import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { readFrom } from '../../../../src/from.ts';
import type { Operator } from '../../../../src/interfaces/operator.ts';
import type { RunHandle } from '../../../../src/interfaces/run.ts';
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
import { through } from '../../../../src/processing/operators/through.ts';
import { deadLetter } from '../../../../src/processing/policies/dead-letter.ts';
import { retry } from '../../../../src/processing/policies/retry.ts';
import { start } from '../../../../src/start.ts';
import { probeSource, type SourceProbe } from '../../../../src/testing/source-probe.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { recording } from './recording-writer.ts';
import { barrier, type Line, scripted, watermark } from './scripted-reader.ts';

/** Records as they are, and watermarks as records, so that a sink sees where they came. */
function shown<A>(): Operator<A, A | string> {
  return defineOperator<A, A | string>({
    name: 'shown',
    create: () => ({
      push: (record, emit) => emit(record),
      watermark: (time, emit) => emit(`watermark ${time}`),
    }),
  });
}

/** What arrives at a sink behind a flow: records, watermarks and barriers in their order. */
class Arrivals {
  readonly log: unknown[] = [];
  readonly run: RunHandle;

  constructor(flow: Flow<unknown>, options: Parameters<typeof start>[1] = {}) {
    const writer = recording({
      name: 'end',
      write: (records) => {
        this.log.push(...records);
      },
    });
    this.run = start(pipeline('signals', flow.pipe(shown()).to(writer)), options);
    this.run.events$.subscribe((event) => {
      if (event.type === 'barrier' && event.node === 'end') this.log.push(`barrier ${event.id}`);
    });
  }
}

async function arrivals(flow: Flow<unknown>, options: Parameters<typeof start>[1] = {}): Promise<unknown[]> {
  const { log, run } = new Arrivals(flow, options);
  await run.done;
  return log;
}

const LINES: readonly Line<number>[] = [
  [1, 2],
  watermark(10),
  [3],
  barrier(1),
  [4, 5],
  watermark(20),
  barrier(2),
  [6],
];

const IN_LINE = [1, 2, 'watermark 10', 3, 'barrier 1', 4, 5, 'watermark 20', 'barrier 2', 6];

const soon = async (n: number): Promise<number> => {
  await turns(n % 3);
  return n;
};

const identity = <T>(record: T): T => record;

/** One flow through each kind of stage, each of which leaves the records as they are. */
const STAGES: Readonly<Record<string, (flow: Flow<number>) => Flow<unknown>>> = {
  'no stage of its own': identity,
  'fused operators': (flow) =>
    flow.pipe(
      map(identity),
      filter(() => true),
      map(identity),
    ),
  'operators that expand': (flow) => flow.pipe(flatMap((n) => [n])),
  'output that is pulled': (flow) =>
    flow.pipe(
      flatMap(function* (n) {
        yield n;
      }),
    ),
  'an asynchronous operator': (flow) => flow.pipe(mapAsync(soon)),
  'an unordered asynchronous operator': (flow) =>
    flow.pipe(mapAsync(soon, { ordered: false, concurrency: 1 })),
  'an asynchronous operator that settles at once': (flow) => flow.pipe(mapAsync(identity)),
  'asynchronous output that is pulled': (flow) =>
    flow.pipe(
      flatMapAsync(async function* (n) {
        yield await soon(n);
      }),
    ),
  'an operator that retries': (flow) => flow.pipe(map(identity, { onError: retry({ attempts: 2 }) })),
  'a merge of one': (flow) => merge(flow),
  'a concat of one': (flow) => concat(flow),
  'a zip of one': (flow) => zip(flow).pipe(map(([n]) => n)),
  'a zip with itself': (flow) => zip(flow.pipe(mapAsync(soon)), flow).pipe(map(([n]) => n)),
  'a split': (flow) => {
    const { all } = flow.split({ all: otherwise });
    return all;
  },
};

describe.each(Object.entries(STAGES))('signals keep their place through %s', (_, stage) => {
  test.each([1, 2, 5])('with edges of %i', async (edgeCapacity) => {
    const log: unknown[] = [];
    const writer = recording({
      name: 'end',
      write: (records) => {
        log.push(...records);
      },
    });
    const flow = stage(readFrom(scripted(LINES))).pipe(shown());
    const run = start(pipeline('signals', flow.to(writer), { edgeCapacity }));
    run.events$.subscribe((event) => {
      if (event.type === 'barrier') log.push(`barrier ${event.id}`);
    });
    await run.done;
    expect(log).toEqual(IN_LINE);
  });
});

test('a barrier and a watermark wait for what an asynchronous stage has in flight, and hold back what follows', async () => {
  const source = probeSource<number>();
  const started: number[] = [];
  const settle = new Map<number, () => void>();
  const work = (n: number): Promise<number> => {
    started.push(n);
    return new Promise((resolve) => settle.set(n, () => resolve(n)));
  };
  const { log, run } = new Arrivals(readFrom(source).pipe(mapAsync(work, { ordered: false })));
  await source.opened();
  source.push(1, 2);
  source.signal(watermark(5));
  source.push(3);
  await turns(3);
  settle.get(2)!();
  await turns(3);
  expect(started).toEqual([1, 2]);
  expect(log).toEqual([2]);
  settle.get(1)!();
  await turns(5);
  expect(log).toEqual([2, 1, 'watermark 5']);
  settle.get(3)!();
  source.complete();
  await run.done;
  expect(log).toEqual([2, 1, 'watermark 5', 3]);
});

test('a signal passes a foreign stream when what came before has been handed over, and nothing is lost', async () => {
  const flow = readFrom(scripted<number>(LINES)).pipe(
    through<number, number>(() => new PassThrough({ objectMode: true })),
  );
  const log = await arrivals(flow);
  expect(log.filter((one) => typeof one === 'number')).toEqual([1, 2, 3, 4, 5, 6]);
  expect(log.filter((one) => typeof one === 'string')).toEqual([
    'watermark 10',
    'barrier 1',
    'watermark 20',
    'barrier 2',
  ]);
});

describe('a split', () => {
  test('sends signals down every route, also those that no record takes', async () => {
    const log: unknown[] = [];
    const { odd, even, none } = readFrom(scripted<number>(LINES)).split({
      odd: (n) => n % 2 === 1,
      none: () => false,
      even: otherwise,
    });
    const sinks = Object.entries({ odd, even, none }).map(([name, flow]) =>
      flow.pipe(shown()).to(
        recording({
          name,
          write: (records) => {
            for (const record of records) log.push(`${name} ${record}`);
          },
        }),
      ),
    );
    const run = start(pipeline('signals', sinks));
    run.events$.subscribe((event) => {
      if (event.type === 'barrier') log.push(`${event.node} barrier ${event.id}`);
    });
    await run.done;
    const of = (name: string) => log.filter((one) => String(one).startsWith(name));
    expect(of('odd')).toEqual([
      'odd 1',
      'odd watermark 10',
      'odd 3',
      'odd barrier 1',
      'odd 5',
      'odd watermark 20',
      'odd barrier 2',
    ]);
    expect(of('none')).toEqual([
      'none watermark 10',
      'none barrier 1',
      'none watermark 20',
      'none barrier 2',
    ]);
    expect(of('even').at(-1)).toBe('even 6');
  });
});

test('signals reach each branch of a broadcast, and the sinks of dead letters', async () => {
  const seen: string[] = [];
  const flow = readFrom(scripted<number>([[1, 2, 3], barrier(1)])).pipe(
    map(
      (n) => {
        if (n === 2) throw new Error('not two');
        return n;
      },
      { onError: deadLetter(recording({ name: 'rejects' })) },
    ),
  );
  const run = start(
    pipeline('signals', [flow.to(recording({ name: 'one' })), flow.to(recording({ name: 'two' }))]),
  );
  run.events$.subscribe((event) => {
    if (event.type === 'barrier') seen.push(`${event.node} ${event.id}`);
  });
  await run.done;
  expect(seen.toSorted()).toEqual(['one 1', 'rejects 1', 'two 1']);
});

describe('a watermark makes an operator emit what it holds', () => {
  test('and what comes of that, also when it is pulled, goes before the watermark', async () => {
    const flow = readFrom(scripted<number>([[1, 2, 3], watermark(9), [4], watermark(12)])).pipe(
      batch(2),
      flatMap(function* (list) {
        yield* list;
      }),
    );
    expect(await arrivals(flow)).toEqual([1, 2, 3, 'watermark 9', 4, 'watermark 12']);
  });

  test('and an operator behind it gets that before it is told of the watermark itself', async () => {
    const flow = readFrom(scripted<number>([[1, 2, 3], watermark(9), [4]])).pipe(
      batch(2),
      flatMap(function* (list) {
        yield* list;
      }),
      batch(10),
    );
    expect(await arrivals(flow)).toEqual([[1, 2, 3], 'watermark 9', [4]]);
  });

  test('also in a stage of its own, because it retries', async () => {
    const held = defineOperator<number, number[]>({
      name: 'held',
      onError: retry({ attempts: 2 }),
      create() {
        let list: number[] = [];
        const flush = (emit: (records: number[]) => void) => {
          if (list.length > 0) emit(list);
          list = [];
        };
        return { push: (n) => void list.push(n), watermark: (_, emit) => flush(emit), end: flush };
      },
    });
    const flow = readFrom(scripted<number>([[1, 2, 3], watermark(9), [4]])).pipe(held);
    expect(await arrivals(flow)).toEqual([[1, 2, 3], 'watermark 9', [4]]);
  });

  test('and may end the branch by it', async () => {
    const flow = readFrom(scripted<number>([[1], watermark(9), [2], watermark(10)])).pipe(batch(2), take(1));
    expect(await arrivals(flow)).toEqual([[1]]);
  });
});

describe('a merge', () => {
  async function merged(act: (a: SourceProbe<string>, b: SourceProbe<string>) => Promise<void>) {
    const [a, b] = [probeSource<string>(), probeSource<string>()];
    const both = new Arrivals(merge(readFrom(a), readFrom(b)));
    await Promise.all([a.opened(), b.opened()]);
    await act(a, b);
    return both;
  }

  test('passes on the lowest watermark of its inputs, and each only once', async () => {
    const { log, run } = await merged(async (a, b) => {
      a.signal(watermark(5));
      await turns(2);
      a.push('a');
      b.signal(watermark(3));
      await turns(2);
      b.signal(watermark(8));
      a.signal(watermark(5));
      await turns(2);
      a.signal(watermark(9));
      await turns(2);
      a.complete();
      b.complete();
    });
    await run.done;
    expect(log).toEqual(['a', 'watermark 3', 'watermark 5', 'watermark 8']);
  });

  test('no longer waits for the watermark of an input that is over', async () => {
    const { log, run } = await merged(async (a, b) => {
      a.signal(watermark(5));
      await turns(2);
      b.complete();
      await turns(2);
      a.push('a');
      a.complete();
    });
    await run.done;
    expect(log).toEqual(['watermark 5', 'a']);
  });

  test('holds back the input that has delivered a barrier until the other has, too', async () => {
    const { log, run } = await merged(async (a, b) => {
      a.push('a before');
      a.signal(barrier(1));
      a.push('a after');
      b.push('b before');
      await turns(5);
      b.signal(barrier(1));
      b.push('b after');
      await turns(5);
      a.complete();
      b.complete();
    });
    await run.done;
    expect(log.slice(0, 3)).toEqual(['a before', 'b before', 'barrier 1']);
    expect(log.slice(3).toSorted()).toEqual(['a after', 'b after']);
  });

  test('holds an input back by the barrier that it has delivered, whichever goes on before that', async () => {
    const { log, run } = await merged(async (a, b) => {
      a.signal(barrier(1));
      b.signal(barrier(2));
      await turns(5);
      a.push('a between');
      b.push('b after');
      await turns(5);
      a.signal(barrier(2));
      await turns(5);
      a.complete();
      b.complete();
    });
    await run.done;
    expect(log).toEqual(['barrier 1', 'a between', 'barrier 2', 'b after']);
  });

  test('a barrier does not wait for an input that ends without it', async () => {
    const { log, run } = await merged(async (a, b) => {
      a.signal(barrier(1));
      a.push('a after');
      b.push('b');
      await turns(5);
      b.complete();
      await turns(5);
      a.complete();
    });
    await run.done;
    expect(log).toEqual(['b', 'barrier 1', 'a after']);
  });

  test('an input that is held back does not keep a cancelled run from ending', async () => {
    const [a, b] = [probeSource<string>(), probeSource<string>()];
    const writer = recording<string>();
    const run = start(pipeline('held', merge(readFrom(a), readFrom(b)).pipe(take(1)).to(writer)));
    await Promise.all([a.opened(), b.opened()]);
    a.signal(barrier(1));
    a.push('held back');
    await turns(3);
    b.push('enough');
    const { balance } = await run.done;
    expect(writer.records).toEqual(['enough']);
    expect(balance).toMatchObject({ read: 2, written: 1, discarded: 1, closed: true });
  });
});

describe('a concat', () => {
  test('keeps watermarks to itself as long as another input follows, and lets barriers pass', async () => {
    const one = scripted<number>([[1], watermark(50), barrier(1), [2]]);
    const two = scripted<number>([[3], watermark(20), [4]]);
    expect(await arrivals(concat(readFrom(one), readFrom(two)))).toEqual([
      1,
      'barrier 1',
      2,
      3,
      'watermark 20',
      4,
    ]);
  });
});

describe('a zip', () => {
  test('passes a barrier that one side has reached while the other still holds records', async () => {
    const left = scripted<number>([[1, 2], barrier(1), [3, 4]]);
    const right = scripted<number>([[10, 20, 30], barrier(1), [40]]);
    const log = await arrivals(zip(readFrom(left), readFrom(right)));
    expect(log.filter((one) => one !== 'barrier 1')).toEqual([
      [1, 10],
      [2, 20],
      [3, 30],
      [4, 40],
    ]);
    expect(log.indexOf('barrier 1')).toBe(2);
  });

  test('a watermark waits until the records before it have been joined', async () => {
    const left = scripted<number>([[1, 2, 3], watermark(7)]);
    const right = scripted<number>([[10], watermark(1), [20, 30], watermark(9)]);
    expect(await arrivals(zip(readFrom(left), readFrom(right)))).toEqual([
      [1, 10],
      [2, 20],
      [3, 30],
      'watermark 1',
      'watermark 9',
    ]);
  });

  test('a watermark that waits lets a barrier behind it through, which the other side waits for', async () => {
    const left = scripted<number>([[1, 2], watermark(10), barrier(1), [3]]);
    const right = scripted<number>([[10], barrier(1), [20], watermark(12), [30]]);
    const log = await arrivals(zip(readFrom(left), readFrom(right)));
    expect(log.filter((one) => one !== 'barrier 1')).toEqual([
      [1, 10],
      [2, 20],
      'watermark 10',
      [3, 30],
      'watermark 12',
    ]);
    expect(log).toContain('barrier 1');
  });

  test('a side that is over does not hold back a barrier of the other', async () => {
    const left = scripted<number>([[1, 2, 3]]);
    const right = scripted<number>([[10], barrier(1), [20, 30]]);
    const log = await arrivals(zip(readFrom(left), readFrom(right)));
    expect(log).toContain('barrier 1');
    expect(log.filter((one) => one !== 'barrier 1')).toEqual([
      [1, 10],
      [2, 20],
      [3, 30],
    ]);
  });
});

test('what an operator emits late does not get between a signal and its place', async () => {
  const clock = virtualClock();
  const source = probeSource<number>();
  const flow = readFrom(source).pipe(
    batch(10, { within: '1s' }),
    flatMap(function* (list) {
      yield* list;
    }),
  );
  const { log, run } = new Arrivals(flow, { clock, stallAfter: false });
  await source.opened();
  source.push(1, 2);
  await clock.advance(1000);
  await turns(3);
  expect(log).toEqual([1, 2]);
  source.push(3);
  source.signal(watermark(4));
  source.complete();
  await run.done;
  expect(log).toEqual([1, 2, 3, 'watermark 4']);
  expect(clock.pending).toBe(0);
});
