import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { PassThrough } from 'node:stream';
import { firstValueFrom, toArray as gathered, lastValueFrom } from 'rxjs';
import { describe, expect, test, vi } from 'vitest';
import { from, readFrom } from '../../../../src/from.ts';
import type { Logger, Metrics, Progress, RunEvent } from '../../../../src/interfaces/run.ts';
import { discard } from '../../../../src/io/memory/discard.ts';
import type { DiagnosticMessage } from '../../../../src/observe/diagnostics.ts';
import { otherwise } from '../../../../src/processing/graph/flow.ts';
import { merge } from '../../../../src/processing/graph/join.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { filter } from '../../../../src/processing/operators/filter.ts';
import { flatMap } from '../../../../src/processing/operators/flat-map.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { mapAsync } from '../../../../src/processing/operators/map-async.ts';
import { through } from '../../../../src/processing/operators/through.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { Stopwatch } from '../../../../src/processing/runtime/stopwatch.ts';
import { run, start } from '../../../../src/start.ts';
import { probeSource } from '../../../../src/testing/source-probe.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { gate, never, recording } from './recording-writer.ts';
import { scripted } from './scripted-reader.ts';

describe('the summary', () => {
  test('has every node with what went in and out, and a balance that closes', async () => {
    const { large, small } = from([1, 2, 3, 4, 5, 6])
      .pipe(
        filter((n) => n !== 3),
        flatMap((n) => (n > 4 ? [n, n] : [n])),
      )
      .split({ large: (n) => n > 4, small: otherwise });
    const summary = await run(
      pipeline('sums', [
        large.to(discard()),
        small
          .pipe(
            map(
              (n) => {
                if (n === 2) throw new Error('two');
                return n;
              },
              { onError: skip() },
            ),
          )
          .to(discard()),
      ]),
    );
    expect(summary).toMatchObject({ pipeline: 'sums', state: 'done' });
    expect(Date.parse(summary.started)).not.toBeNaN();
    const counts = Object.fromEntries(
      summary.nodes.map(({ name, in: taken, out, filtered, skipped, aggregated, created }) => [
        name,
        { taken, out, filtered, skipped, aggregated, created },
      ]),
    );
    const none = { filtered: 0, skipped: 0, aggregated: 0, created: 0 };
    expect(counts).toEqual({
      array: { ...none, taken: 6, out: 6 },
      filter: { ...none, taken: 6, out: 5, filtered: 1 },
      flatMap: { ...none, taken: 5, out: 7, aggregated: 5, created: 7 },
      split: { ...none, taken: 7, out: 7 },
      discard: { ...none, taken: 4, out: 4 },
      map: { ...none, taken: 3, out: 2, skipped: 1 },
      'discard-2': { ...none, taken: 2, out: 2 },
    });
    expect(summary.balance).toEqual({
      read: 6,
      created: 7,
      written: 6,
      filtered: 1,
      skipped: 1,
      deadLettered: 0,
      aggregated: 5,
      discarded: 0,
      closed: true,
      gaps: [],
    });
  });

  test('counts the copies that a broadcast makes, also of one flow merged with itself', async () => {
    const source = from([1, 2, 3]);
    const { balance } = await run(
      pipeline('copies', [merge(source, source).to(discard()), source.to(discard())]),
    );
    expect(balance).toMatchObject({ read: 3, created: 6, written: 9, closed: true });
  });

  test('has the bytes that readers and writers tell', async () => {
    const reader = scripted<number>([
      (context) => {
        context.expected(100);
        context.consumed(60);
      },
      [1],
      (context) => context.consumed(40),
    ]);
    const writer = recording();
    const { nodes } = await run(
      pipeline(
        'bytes',
        readFrom(reader).to({
          ...writer,
          async open(context) {
            const sink = await writer.open(context);
            return {
              ...sink,
              write(batch) {
                context.wrote(7);
                return sink.write(batch);
              },
            };
          },
        }),
      ),
    );
    expect(nodes.map(({ bytesIn, bytesOut }) => [bytesIn, bytesOut])).toEqual([
      [100, 0],
      [0, 7],
    ]);
  });
});

describe('progress$ and metrics$', () => {
  test('come at their pace while the run goes on, and end with the figures of the end', async () => {
    const clock = virtualClock();
    const source = probeSource<number>();
    const live = start(pipeline('pace', readFrom(source).to(discard())), { clock, stallAfter: false });
    const progress: Progress[] = [];
    const metrics: Metrics[] = [];
    live.progress$.subscribe((one) => progress.push(one));
    live.metrics$.subscribe((one) => metrics.push(one));
    await source.opened();
    source.push(1, 2);
    await clock.advance(1000);
    expect(progress.map(({ elapsedMs }) => elapsedMs)).toEqual([250, 500, 750, 1000]);
    expect(metrics.map(({ elapsedMs }) => elapsedMs)).toEqual([1000]);
    source.push(3);
    source.complete();
    await live.done;
    await turns(2);
    expect(progress.at(-1)).toMatchObject({ recordsRead: 3, recordsWritten: 3, recordsPerSecond: 3 });
    expect(metrics.at(-1)?.nodes).toMatchObject([{ in: 3 }, { in: 3, out: 3 }]);
    expect(clock.pending).toBe(0);
  });

  test('know what is left when the reader knows its size', async () => {
    const clock = virtualClock();
    const door = gate();
    const reader = scripted<number>([
      (context) => {
        context.expected(1000);
        context.consumed(250);
      },
      [1],
      () => door.opened,
    ]);
    const live = start(pipeline('eta', readFrom(reader).to(discard())), { clock, stallAfter: false });
    const seen = firstValueFrom(live.progress$);
    await turns(5);
    await clock.advance(250);
    expect(await seen).toMatchObject({ bytesRead: 250, bytesExpected: 1000, etaMs: 750 });
    door.open();
    await live.done;
  });

  test('leave no timer behind when nobody watches any more, and can be watched again', async () => {
    const clock = virtualClock();
    const source = probeSource<number>();
    const live = start(pipeline('again', readFrom(source).to(discard())), { clock, stallAfter: false });
    const subscription = live.progress$.subscribe();
    expect(clock.pending).toBe(1);
    subscription.unsubscribe();
    expect(clock.pending).toBe(0);
    const later = live.progress$.subscribe();
    expect(clock.pending).toBe(1);
    later.unsubscribe();
    await source.opened();
    source.complete();
    await live.done;
    expect(await lastValueFrom(live.progress$)).toMatchObject({ recordsRead: 0 });
  });

  test('end also when the run fails', async () => {
    const live = start(
      pipeline(
        'fails',
        from([1])
          .pipe(map(() => Promise.reject(new Error('no'))))
          .to(discard()),
      ),
    );
    live.done.catch(() => {});
    expect((await lastValueFrom(live.metrics$.pipe(gathered()))).length).toBeGreaterThan(0);
  });
});

describe('events$', () => {
  test('tells start and end, with the summary or the error', async () => {
    const seen = async (live: ReturnType<typeof start>): Promise<readonly RunEvent[]> => {
      live.done.catch(() => {});
      return lastValueFrom(live.events$.pipe(gathered()));
    };
    const good = start(pipeline('good', from([1]).to(discard())));
    expect(await seen(good)).toEqual([
      { type: 'started', pipeline: 'good', stages: 2 },
      { type: 'ended', state: 'done', summary: await good.done },
    ]);
    const bad = start(
      pipeline('bad', from([1]).to(recording({ write: () => Promise.reject(new Error('no')) }))),
    );
    expect((await seen(bad)).at(-1)).toMatchObject({
      type: 'ended',
      state: 'failed',
      error: { node: 'recording' },
    });
  });

  test('reach a logger with their fields and a sentence', async () => {
    const lines: [level: string, fields: object, message: string][] = [];
    const log = (level: string) => (fields: object, message: string) =>
      void lines.push([level, fields, message]);
    const logger: Logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
    const flow = from([1]).pipe(
      map(
        () => {
          throw new Error('bad one');
        },
        { onError: skip() },
      ),
    );
    await run(pipeline('logged', flow.to(discard())), { logger });
    expect(lines.map(([level, , message]) => `${level}: ${message}`)).toEqual([
      'info: pipeline logged started in 2 stages',
      'warn: map: array (1 record) record 1 skipped: bad one',
      'info: pipeline logged done',
    ]);
    expect(lines[1]?.[1]).toMatchObject({ pipeline: 'logged', type: 'failed-record', node: 'map' });
  });

  test('reach diagnostics_channel while somebody listens', async () => {
    const messages: DiagnosticMessage[] = [];
    const listener = (message: unknown) => void messages.push(message as DiagnosticMessage);
    subscribe('millrace:event', listener);
    try {
      await run(pipeline('heard', from([1]).to(discard())));
    } finally {
      unsubscribe('millrace:event', listener);
    }
    await run(pipeline('unheard', from([1]).to(discard())));
    expect(messages.map(({ pipeline: name, event }) => `${name} ${event.type}`)).toEqual([
      'heard started',
      'heard ended',
    ]);
  });
});

test('debug names each node on the way of a sampled record', async () => {
  const way: string[] = [];
  const { all } = from([1, 2, 3, 4, 5, 6, 7])
    .pipe(
      map((n) => n * 10),
      mapAsync(async (n) => n),
      filter((n) => n !== 20),
    )
    .split({ all: otherwise });
  const live = start(pipeline('traced', merge(all).to(discard())), { debug: true });
  live.events$.subscribe((event) => {
    if (event.type === 'traced') way.push(`${event.origin.record} ${event.node} ${event.record}`);
  });
  await live.done;
  const of = (record: number) => way.filter((step) => step.startsWith(`${record} `));
  expect(of(1)).toEqual([
    '1 array 1',
    '1 map 1',
    '1 mapAsync 10',
    '1 filter 10',
    '1 split 10',
    '1 merge 10',
    '1 discard 10',
  ]);
  expect(of(2).at(-1)).toBe('2 filter 20');
  expect(of(6)).toEqual([]);
});

describe('the watchdog', () => {
  async function stalls(
    flow: ReturnType<typeof from<number>>,
    writer = recording<number>(),
  ): Promise<readonly RunEvent[]> {
    const clock = virtualClock();
    const events: RunEvent[] = [];
    const live = start(pipeline('stalls', flow.to(writer)), { clock, stallAfter: '10s' });
    live.done.catch(() => {});
    live.events$.subscribe((event) => {
      if (event.type === 'stalled') events.push(event);
    });
    await turns(20);
    await clock.advance(20_000);
    void live.abort();
    return events;
  }

  const waits = async (): Promise<void> => {
    await turns(1);
    return never;
  };

  test('names a sink that does not come back', async () => {
    expect(await stalls(from([1, 2]), recording({ write: () => turns(500) }))).toContainEqual({
      type: 'stalled',
      node: 'recording',
      waitingFor: 'the writer',
      forMs: 10_000,
    });
  });

  test('names a sink that does not open, and one that does not close', async () => {
    for (const method of ['open', 'close']) {
      const events = await stalls(from([1]), recording({ [method]: () => turns(500) }));
      expect(events[0]).toMatchObject({ node: 'recording', waitingFor: 'the writer' });
    }
  });

  test('names an asynchronous operator with a call that does not settle, also when others have', async () => {
    const flow = from([1, 2]).pipe(mapAsync((n) => (n === 2 ? never : n), { ordered: false }));
    expect((await stalls(flow))[0]).toMatchObject({ node: 'mapAsync', waitingFor: 'its callback' });
  });

  test('names a foreign stream that keeps what it was given', async () => {
    const flow = from([1, 2]).pipe(
      through<number, number>(() => new PassThrough({ objectMode: true, transform() {}, final: () => {} })),
    );
    expect((await stalls(flow))[0]).toMatchObject({ node: 'through', waitingFor: 'the stream it runs' });
  });

  test('names a reader that should have something to read', async () => {
    const flow = readFrom(scripted<number>([[1], waits]));
    expect((await stalls(flow))[0]).toMatchObject({ node: 'script', waitingFor: 'its input' });
  });

  test('is silent about a reader without end that has nothing to read', async () => {
    const flow = readFrom(scripted<number>([[1], waits], { traits: { bounded: false } }));
    expect(await stalls(flow)).toEqual([]);
  });

  test('is silent while anything moves', async () => {
    const clock = virtualClock();
    const source = probeSource<number>();
    const events: RunEvent[] = [];
    const live = start(pipeline('moves', readFrom(source).to(recording({ write: () => turns(1) }))), {
      clock,
      stallAfter: '10s',
    });
    live.events$.subscribe((event) => events.push(event));
    await source.opened();
    for (let n = 0; n < 10; n++) {
      source.push(n);
      await clock.advance(6000);
    }
    source.complete();
    await live.done;
    expect(events.map(({ type }) => type)).toEqual(['started', 'ended']);
    expect(clock.pending).toBe(0);
  });
});

test('times say who worked, who waited, and who was held back', () => {
  const now = vi.spyOn(performance, 'now');
  const at = (ms: number) => now.mockReturnValue(ms);
  at(0);
  const stopwatch = new Stopwatch();
  at(5);
  stopwatch.switchTo('busy');
  at(8);
  stopwatch.switchTo('held-back');
  at(20);
  expect(stopwatch.spent()).toEqual({ waiting: 5, busy: 3, 'held-back': 12 });
  now.mockRestore();
});
