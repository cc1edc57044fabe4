import { getEventListeners } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { csv, ndjson } from '../../../../src/formats.ts';
import { from } from '../../../../src/from.ts';
import type { RunHandle } from '../../../../src/interfaces/run.ts';
import type { Flow } from '../../../../src/processing/graph/flow.ts';
import { merge, zip } from '../../../../src/processing/graph/join.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { batch } from '../../../../src/processing/operators/batch.ts';
import { defineOperator } from '../../../../src/processing/operators/define-operator.ts';
import { flatMapAsync } from '../../../../src/processing/operators/flat-map-async.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { mapAsync } from '../../../../src/processing/operators/map-async.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { through } from '../../../../src/processing/operators/through.ts';
import { deadLetter } from '../../../../src/processing/policies/dead-letter.ts';
import { retry } from '../../../../src/processing/policies/retry.ts';
import { start } from '../../../../src/start.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { recording } from './recording-writer.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-leaks-'));
  const rows = Array.from({ length: 30_000 }, (_, n) => `${n},${n % 7},"a note, ${n}"`);
  await writeFile(join(folder, 'in.csv'), `id,kind,note\n${rows.join('\n')}\n`);
  await writeFile(join(folder, 'bad.csv'), `id,kind,note\n${rows.join('\n')}\n"open to the end`);
});

afterAll(() => rm(folder, { recursive: true }));

/** Timers that were set and neither fired nor were cleared; the test runner's own are not among them. */
const timers = new Set<unknown>();

beforeEach(() => {
  const { setTimeout: timeout, setInterval: interval, clearTimeout: clear } = globalThis;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((callback: () => void, ms?: number) => {
    const timer = timeout(() => {
      timers.delete(timer);
      callback();
    }, ms);
    timers.add(timer);
    return timer;
  }) as typeof setTimeout);
  vi.spyOn(globalThis, 'setInterval').mockImplementation(((callback: () => void, ms?: number) => {
    const timer = interval(callback, ms);
    timers.add(timer);
    return timer;
  }) as typeof setInterval);
  const cleared = (timer?: NodeJS.Timeout | string | number): void => {
    timers.delete(timer);
    clear(timer);
  };
  vi.spyOn(globalThis, 'clearTimeout').mockImplementation(cleared);
  vi.spyOn(globalThis, 'clearInterval').mockImplementation(cleared);
});

afterEach(() => {
  vi.restoreAllMocks();
});

/**
 * What keeps a process alive or holds the system's resources: descriptors, timers, handles. Requests to the file system
 * that are under way may be the test runner's own; they are given turns to end, and one that never ends is counted.
 */
async function held() {
  for (let n = 0; n < 5000 && running().some((kind) => kind.startsWith('FSReq')); n++) await turns(1);
  return {
    timers: timers.size,
    resources: running().toSorted().join(),
    descriptors: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0,
    listeners: process
      .eventNames()
      .map((name) => process.listenerCount(name))
      .join(),
    unfinished: readdirSync(folder).filter((name) => !name.endsWith('.csv')),
  };
}

/** The kinds of what the process has open or under way, less what ends by itself. */
function running(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => !['Immediate', 'Timeout', 'CloseReq'].includes(kind));
}

type Row = Readonly<Record<string, string>>;

const rows = (name = 'in.csv'): Flow<Row> => csv.read(join(folder, name)) as Flow<Row>;
const out = () => ndjson.write(join(folder, 'out.ndjson'));
const slowly = async <T>(record: T): Promise<T> => {
  await turns(1);
  return record;
};
const failOn = (id: string) => (row: Row) => {
  if (row.id === id) throw new Error(`no ${id}`);
  return row;
};

const forgetful = defineOperator<Row, Row>({
  name: 'forgetful',
  cardinality: 'one',
  create: () => ({ push() {} }),
});

/** Each path to the end of a run but success: what it starts, and how it comes to fail. */
const PATHS: Readonly<Record<string, () => RunHandle>> = {
  'an operator fails': () =>
    start(
      pipeline(
        'x',
        rows()
          .pipe(map(failOn('20000')))
          .to(out()),
      ),
    ),
  'an asynchronous operator fails': () =>
    start(
      pipeline(
        'x',
        rows()
          .pipe(mapAsync(async (row) => failOn('20000')(row), { timeout: '1h' }))
          .to(out()),
      ),
    ),
  'the reader fails': () => start(pipeline('x', rows('bad.csv').to(out()))),
  'the file is missing': () => start(pipeline('x', [rows('missing.csv').to(out()), rows().to(recording())])),
  'a sink fails to open': () =>
    start(
      pipeline('x', [
        rows().to(out()),
        rows().to(recording({ open: () => Promise.reject(new Error('cannot open')) })),
      ]),
    ),
  'a sink throws synchronously (pain P20)': () =>
    start(
      pipeline('x', [
        rows().to(out()),
        rows().to(
          recording({
            write: () => {
              throw new Error('cannot write');
            },
          }),
        ),
      ]),
    ),
  'a sink fails to close': () =>
    start(
      pipeline('x', [
        rows().to(recording({ close: () => Promise.reject(new Error('cannot close')) })),
        rows().to(recording()),
      ]),
    ),
  'the balance does not close': () => start(pipeline('x', rows().pipe(forgetful).to(out()))),
  'it is aborted at once': () => {
    const live = start(pipeline('x', rows().to(out())));
    void live.abort();
    return live;
  },
  'it is aborted at work': () => {
    const flow = merge(
      rows().pipe(mapAsync(slowly), batch(10, { within: '1h' })),
      rows().pipe(through<Row, Row>(() => new PassThrough({ objectMode: true }))),
      zip(rows(), rows()).pipe(
        flatMapAsync(async function* (pair) {
          yield* pair;
        }),
      ),
    );
    const live = start(pipeline('x', flow.to(recording({ write: () => turns(2) }))));
    live.progress$.subscribe();
    live.metrics$.subscribe();
    void turns(20).then(() => live.abort());
    return live;
  },
  'it is aborted by a signal': () => {
    const controller = new AbortController();
    void turns(10).then(() => controller.abort());
    return start(pipeline('x', rows().pipe(mapAsync(slowly)).to(out())), { signal: controller.signal });
  },
  'dead letters cannot be written': () =>
    start(
      pipeline(
        'x',
        rows()
          .pipe(
            map(failOn('5'), {
              onError: deadLetter(recording({ write: () => Promise.reject(new Error('full')) })),
            }),
          )
          .to(out()),
      ),
    ),
};

describe('pain P20: nothing is left behind when', () => {
  test.each(Object.entries(PATHS))('%s', async (_, path) => {
    const before = await held();
    await expect(path().done).rejects.toThrow();
    await turns(2);
    expect(await held()).toEqual(before);
  });
});

describe('nothing is left behind either when', () => {
  test('a branch has enough', async () => {
    const before = await held();
    const live = start(pipeline('x', rows().pipe(mapAsync(slowly), take(5)).to(recording())));
    await live.done;
    await turns(2);
    expect(await held()).toEqual(before);
  });

  test('a run is stopped', async () => {
    const before = await held();
    const live = start(pipeline('x', rows().pipe(mapAsync(slowly)).to(recording())));
    await turns(10);
    await live.stop();
    await turns(2);
    expect(await held()).toEqual(before);
  });

  test('all goes well', async () => {
    const before = await held();
    await start(
      pipeline(
        'x',
        rows()
          .pipe(batch(100, { within: '1h' }))
          .to(recording()),
      ),
    ).done;
    await turns(2);
    expect(await held()).toEqual(before);
  });
});

test('a signal that outlives many runs gathers no listeners', async () => {
  const { signal } = new AbortController();
  for (let n = 0; n < 5; n++) await start(pipeline('x', from([1]).to(recording())), { signal }).done;
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('retries of a sink leave no listeners on the signal of the run', async () => {
  let fails = 30;
  let signal: AbortSignal | undefined;
  const writer = recording({
    open: async (context) => {
      signal = context.signal;
    },
    write: () => {
      if (fails-- > 0) throw new Error('busy');
    },
    close: async () => expect(getEventListeners(signal!, 'abort')).toEqual([]),
    onError: retry({ attempts: 50, backoff: '0ms..0ms' }),
  });
  await start(pipeline('x', from([1]).to(writer))).done;
  expect(writer.calls.at(-1)).toBe('close');
});
