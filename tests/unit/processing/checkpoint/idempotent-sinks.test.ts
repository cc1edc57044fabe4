import { interval } from 'rxjs';
import { describe, expect, test } from 'vitest';
import {
  batch,
  concat,
  count,
  csv,
  deadLetter,
  debounce,
  dedupe,
  distinct,
  eventTime,
  type Flow,
  filter,
  flatMap,
  forEach,
  from,
  map,
  mapAsync,
  merge,
  type Pipeline,
  pipeline,
  processingTime,
  recordId,
  retry,
  run,
  skip,
  start,
  sum,
  takeUntil,
  tumbling,
  type Writer,
  zip,
} from '../../../../src/index.ts';
import { Pipeline as Planned } from '../../../../src/processing/graph/pipeline.ts';
import { applyRules, rules } from '../../../../src/processing/plan/planner.ts';
import { Run } from '../../../../src/processing/runtime/run.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { tempFolder } from '../../io/temp-folder.ts';

interface Row {
  readonly n: number;
  readonly at: number;
}

const rows = () => from<Row>([{ n: 1, at: 1 }]);
const put = () => forEach<unknown>(() => {}, { idempotent: true });

const promised = (flow: Flow<unknown>, to: Writer<unknown> = put()) =>
  pipeline('p', flow.to(to)).guarantees().sinks[0]!;

describe('a sink to which nothing comes twice', () => {
  test.each<[string, Flow<unknown>]>([
    ['a reader', rows()],
    [
      'operators that go by the records',
      rows().pipe(
        map((one) => one),
        distinct(),
        flatMap((one) => [one, one]),
      ),
    ],
    [
      'windows by event time',
      rows()
        .pipe(eventTime(({ at }) => at))
        .keyBy(({ n }) => n)
        .window(tumbling('1m', { time: ({ at }) => at }))
        .aggregate({ n: count() }),
    ],
    ['results as they are there', rows().pipe(mapAsync(async (one) => one, { ordered: false }))],
    [
      'several readers',
      merge(rows(), rows()).pipe(
        map((one) => one),
        recordId(),
      ),
    ],
    ['one after the other', concat(rows(), rows()).pipe(distinct())],
    [
      'calls that are repeated',
      rows().pipe(mapAsync(async (one) => one, { onError: retry({ attempts: 2 }) })),
    ],
  ])('has each record exactly once behind %s', (_, flow) => {
    expect(promised(flow)).toMatchObject({
      killed: 'exactly once',
      powerLost: 'exactly once',
      loweredBy: [],
    });
    expect(
      promised(
        flow,
        forEach(() => {}),
      ),
    ).toMatchObject({ killed: 'at least once' });
  });

  const hot = from(interval(1), {
    overflow: 'latest',
    position: (last: number) => last,
    resume: () => interval(1),
  });
  test.each<[string, Flow<unknown>, RegExp]>([
    [
      'what the clock leaves out',
      rows().pipe(debounce({ quiet: '1s' })),
      /^what "debounce" \(debounce\) gives depends on the clock/,
    ],
    ['what was there a while ago', rows().pipe(dedupe({ within: '1s' })), /"dedupe"/],
    ['what ends at any time', rows().pipe(takeUntil(new AbortController().signal)), /"takeUntil"/],
    ['batches by the clock', rows().pipe(batch(2, { within: '1s' })), /"batch"/],
    [
      'windows by the clock',
      rows()
        .keyBy(({ n }) => n)
        .window(tumbling('1m', { time: processingTime() }))
        .aggregate({ n: count() }),
      /"window"/,
    ],
    [
      'event time that the clock moves on',
      rows().pipe(eventTime(({ at }) => at, { idle: '1s' })),
      /"eventTime"/,
    ],
    [
      'what is forgotten by the clock',
      rows()
        .keyBy(({ n }) => n)
        .process({ onRecord: (one) => [one], onTimer: () => [] }),
      /"process"/,
    ],
    ['a reader that drops', hot, /^"observable" \(observable\) leaves out records while others are behind/],
    [
      'what goes by an order that is another each time',
      merge(rows(), rows()).pipe(distinct()),
      /^"distinct" \(distinct\) goes by the records before, and "merge" brings them in another order/,
    ],
    [
      'sums of such',
      rows()
        .pipe(mapAsync(async (one) => one, { ordered: false }))
        .keyBy(({ n }) => n)
        .aggregate({ n: sum('n') }),
      /"aggregate" \(aggregate\) goes by .* "mapAsync"/,
    ],
    ['pairs of such', zip(merge(rows(), rows()), rows()), /^"zip" puts records together, and "merge"/],
    [
      'what may fail once',
      rows().pipe(mapAsync(async (one) => one, { onError: skip() })),
      /^what fails in "mapAsync" \(mapAsync\) need not fail again/,
    ],
  ])('may have more than that behind %s', (_, flow, why) => {
    const { killed, loweredBy } = promised(flow);
    expect({ killed, loweredBy }).toEqual({
      killed: 'at least once',
      loweredBy: [expect.stringMatching(why)],
    });
  });

  test('may have more letters of what fails outside, not of what fails by itself', () => {
    const letters = (failing: (onError: ReturnType<typeof deadLetter>) => Flow<unknown>) =>
      pipeline('p', failing(deadLetter(put())).to(put()).as('main'))
        .guarantees()
        .sinks.find(({ sink }) => sink !== 'main');
    expect(letters((onError) => rows().pipe(map((one) => one, { onError })))).toMatchObject({
      loweredBy: [],
    });
    expect(letters((onError) => rows().pipe(mapAsync(async (one) => one, { onError })))).toMatchObject({
      loweredBy: [expect.stringContaining('need not fail again')],
    });
  });

  test('is named with all that lowers it, when more is required', () => {
    const p = pipeline(
      'p',
      merge(rows(), rows())
        .pipe(distinct(), debounce({ quiet: '1s' }))
        .to(put()),
    );
    expect(() => start(p, { checkpoint: { store: memoryStore(), require: 'exactly once' } })).toThrow(
      expect.objectContaining({
        code: 'ERR_CHECKPOINT',
        details: { problems: [expect.any(String), expect.any(String)] },
      }),
    );
  });
});

const aborted = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });

/** A store of values by their ids, which is as it was when the process has died. */
function keyed() {
  const kept = new Map<string, unknown>();
  let written = 0;
  return {
    kept,
    get written() {
      return written;
    },
    /** Waits for the end of the run in front of the record with this number. */
    writer: (heldAt = Number.POSITIVE_INFINITY) =>
      forEach<{ readonly id: string }>(
        ({ id, ...record }, { signal }) => {
          if (++written === heldAt) return aborted(signal);
          if (kept.has(id)) expect(record).toEqual(kept.get(id));
          kept.set(id, record);
        },
        { idempotent: true },
      ),
  };
}

const fused = (p: Pipeline, options: object) => start(p, options);
const unfused = (p: Pipeline, options: object) => {
  const apart = rules(2).filter(({ name }) => name !== 'fuse-operators');
  return new Run(p.name, applyRules(Planned.plan(p).graph, apart), options);
};

describe.each([
  ['fused', fused],
  ['each in a stage of its own', unfused],
])('records by their ids, in a run that is killed and gone on with: %s', (_, started) => {
  const folder = tempFolder;
  const lines = (name: string) =>
    `n,name\n${Array.from({ length: 500 }, (_, n) => `${n},${name}\n`).join('')}`;

  /** Two files and a list, of some records several, and where they meet their ids. */
  function graph(path: string, to: Writer<{ readonly id: string }>): Pipeline {
    const read = csv.read(`${path}/*.csv`, { chunkBytes: 256 }).pipe(
      filter(({ n }) => Number(n) % 3 > 0),
      flatMap((one) => Array.from({ length: Number(one.n) % 4 }, (_, part) => ({ ...one, part }))),
    );
    const list = from(Array.from({ length: 2000 }, (_, n) => ({ n: `${n}`, name: 'list' }))).pipe(
      mapAsync(async (one) => one, { ordered: false }),
    );
    return pipeline(
      'ids',
      merge(read, list)
        .pipe(
          recordId(),
          map((one) => one),
        )
        .to(to),
    );
  }

  test('come under the same ids, and are there once', async () => {
    const { path, write } = folder();
    for (const name of ['a', 'b']) write(`${name}.csv`, lines(name));
    const whole = keyed();
    await started(graph(path, whole.writer()), {}).done;
    expect(whole.kept.size).toBe(whole.written);
    const store = memoryStore();
    const cut = keyed();
    for (const heldAt of [700, 1800, 2900]) {
      const clock = virtualClock();
      const live = started(graph(path, cut.writer(heldAt)), {
        clock,
        stallAfter: false,
        checkpoint: { store, every: '1s' },
      });
      for (let second = 0; second < 20; second++) {
        await turns(20);
        await clock.advance(1000);
      }
      await live.abort('killed');
    }
    const { checkpoints } = await started(graph(path, cut.writer()), { checkpoint: { store } }).done;
    expect(checkpoints).toMatchObject({ resumedFrom: expect.any(Number) });
    expect(cut.written).toBeGreaterThan(whole.written);
    expect(new Map([...cut.kept].toSorted())).toEqual(new Map([...whole.kept].toSorted()));
  });
});

test('ids go on in the middle of what was made of one record', async () => {
  const store = memoryStore();
  const kept = keyed();
  const graph = (heldAt?: number) => {
    const parts = from([{ n: 1 }, { n: 2 }]).pipe(
      flatMap(({ n }) => Array.from({ length: 3000 }, (_, part) => ({ n, part }))),
    );
    return pipeline('p', parts.pipe(recordId()).to(kept.writer(heldAt)));
  };
  const live = start(graph(2500), { checkpoint: { store }, stallAfter: false });
  await turns(200);
  await live.abort('killed');
  await run(graph(), { checkpoint: { store } });
  expect(kept.kept.size).toBe(6000);
});
