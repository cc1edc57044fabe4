import { Subject } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { from, readFrom } from '../../../../src/from.ts';
import type { RunEvent } from '../../../../src/interfaces/run.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { concat, merge, zip } from '../../../../src/processing/graph/join.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { batch } from '../../../../src/processing/operators/batch.ts';
import { flatMap } from '../../../../src/processing/operators/flat-map.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { mapAsync } from '../../../../src/processing/operators/map-async.ts';
import { retry } from '../../../../src/processing/policies/retry.ts';
import { start } from '../../../../src/start.ts';
import { probeSource } from '../../../../src/testing/source-probe.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { gate, never, recording } from './recording-writer.ts';
import { numbers, scripted } from './scripted-reader.ts';

const aborted = expect.objectContaining({ code: 'ERR_ABORTED' });

const endless = () => scripted<number>(numbers(3), { traits: { bounded: false } });

describe('stop()', () => {
  test('closes the readers, and all that was read arrives', async () => {
    const source = probeSource<number>();
    const out = toArray<number[]>();
    const live = start(
      pipeline(
        'drain',
        readFrom(source)
          .pipe(
            mapAsync(async (n) => n),
            batch(10),
          )
          .to(out),
      ),
    );
    await source.opened();
    source.push(1, 2, 3);
    const summary = await live.stop();
    expect(source.isOpen).toBe(false);
    expect(out.records).toEqual([[1, 2, 3]]);
    expect(summary).toMatchObject({ state: 'stopped', balance: { read: 3, written: 1, closed: true } });
  });

  test('waits for what is held back downstream', async () => {
    const reader = endless();
    const door = gate();
    const writer = recording<number>({ write: () => door.opened });
    const live = start(pipeline('held', readFrom(reader).to(writer)));
    await turns(10);
    const stopped = live.stop();
    await turns(5);
    const read = reader.emitted;
    door.open();
    const { balance } = await stopped;
    expect(reader.emitted).toBe(read);
    expect(writer.records).toEqual(Array.from({ length: read * 3 }, (_, n) => n));
    expect(balance.closed).toBe(true);
  });

  test('loses nothing that was taken from an iterable and not passed on yet', async () => {
    let given = 0;
    const source = (async function* () {
      for (;;) {
        yield ++given;
        if (given % 5 === 0) await turns(2);
      }
    })();
    const out = toArray<number>();
    const live = start(pipeline('taken', from(source).to(out)));
    // In the middle of a turn, when some records wait for the others of their turn.
    while (given < 12) await Promise.resolve().then(() => (given % 5 === 0 ? turns(1) : undefined));
    const { balance } = await live.stop();
    expect(balance.closed).toBe(true);
    expect(out.records.length).toBeGreaterThanOrEqual(given - 1);
  });

  test('loses nothing that waits in the buffer of a source that cannot be held back', async () => {
    const source = new Subject<number>();
    const door = gate();
    const writer = recording<number>({ write: () => door.opened });
    const live = start(pipeline('pushed', from(source, { overflow: 'buffer', size: 3000 }).to(writer)));
    await turns(5);
    for (let n = 0; n < 2500; n++) {
      source.next(n);
      if (n < 10) await turns(1);
    }
    const stopped = live.stop();
    expect(source.observed).toBe(false);
    door.open();
    const { balance } = await stopped;
    expect(writer.records).toEqual(Array.from({ length: 2500 }, (_, n) => n));
    expect(balance).toMatchObject({ read: 2500, written: 2500, closed: true });
  });

  test('before anything was read opens no reader, and the sinks are published empty', async () => {
    const reader = endless();
    const writer = recording();
    const { balance, state } = await start(pipeline('early', readFrom(reader).to(writer))).stop();
    expect(reader.opened).toBe(0);
    expect(writer.calls).toEqual(['open', 'close']);
    expect({ state, read: balance.read }).toEqual({ state: 'stopped', read: 0 });
  });

  test('while the sinks are opening reads nothing', async () => {
    const door = gate();
    const reader = endless();
    const live = start(pipeline('opening', readFrom(reader).to(recording({ open: () => door.opened }))));
    await turns(2);
    const stopped = live.stop();
    door.open();
    await expect(stopped).resolves.toMatchObject({ state: 'stopped' });
    expect(reader.opened).toBe(0);
  });

  test('reaches a concat whose second reader was never opened', async () => {
    const first = probeSource<number>();
    const second = endless();
    const out = toArray<number>();
    const live = start(pipeline('concat', concat(readFrom(first), readFrom(second)).to(out)));
    await first.opened();
    first.push(1);
    await live.stop();
    expect(out.records).toEqual([1]);
    expect(second.opened).toBe(0);
  });

  test('reaches all readers of merges and zips', async () => {
    const readers = [endless(), endless(), endless()];
    const [a, b, c] = readers.map((reader) => readFrom(reader));
    const live = start(
      pipeline('all', [merge(a!, b!).to(recording()), zip(c!, from([1, 2, 3])).to(recording())]),
    );
    await turns(3);
    const { balance } = await live.stop();
    expect(readers.map((reader) => reader.left)).toEqual([1, 1, 1]);
    expect(balance.closed).toBe(true);
  });

  test('does not wait for the next try of a reader that could not be opened', async () => {
    const clock = virtualClock();
    const reader = scripted<number>([new Error('not yet')], { onError: retry({ attempts: 5 }) });
    const live = start(pipeline('retry', readFrom(reader).to(recording())), { clock, stallAfter: false });
    await turns(5);
    expect(reader.opened).toBe(1);
    await expect(live.stop()).resolves.toMatchObject({ state: 'stopped' });
    expect(clock.pending).toBe(0);
  });

  test('lets retries that are under way come to their end', async () => {
    const clock = virtualClock();
    const out = toArray<number>();
    let calls = 0;
    const flow = from([7]).pipe(
      mapAsync(
        async (n) => {
          if (++calls < 3) throw new Error('not yet');
          return n;
        },
        { onError: retry({ attempts: 3, backoff: '1s..1s' }) },
      ),
    );
    const live = start(pipeline('retry', flow.to(out)), { clock, stallAfter: false });
    await turns(5);
    const stopped = live.stop();
    await clock.advance(5000);
    await stopped;
    expect(out.records).toEqual([7]);
  });

  test('twice, and after the end, gives the same summary', async () => {
    const live = start(pipeline('twice', readFrom(endless()).to(recording())));
    await turns(2);
    const [first, second] = await Promise.all([live.stop(), live.stop()]);
    expect(second).toBe(first);
    expect(await live.stop()).toBe(first);
    expect(await live.done).toBe(first);
  });

  test('after all readers have ended by themselves leaves the run done, not stopped', async () => {
    const door = gate();
    const live = start(pipeline('late', from([1]).to(recording({ write: () => door.opened }))));
    await turns(5);
    const stopped = live.stop();
    door.open();
    await expect(stopped).resolves.toMatchObject({ state: 'done' });
  });

  test('says so, once', async () => {
    const events: RunEvent['type'][] = [];
    const live = start(pipeline('says', readFrom(endless()).to(recording())));
    live.events$.subscribe(({ type }) => events.push(type));
    await turns(2);
    await Promise.all([live.stop(), live.stop()]);
    expect(events).toEqual(['started', 'stopping', 'ended']);
  });

  test('rejects when the run fails while it drains', async () => {
    const live = start(
      pipeline(
        'fails',
        readFrom(endless()).to(
          recording({ write: () => turns(3).then(() => Promise.reject(new Error('full'))) }),
        ),
      ),
    );
    await turns(2);
    await expect(live.stop()).rejects.toThrow(/full/);
  });
});

describe('abort()', () => {
  test('closes everything, gives up the output, and rejects done', async () => {
    const reader = endless();
    const writer = recording<number>();
    const live = start(pipeline('hard', readFrom(reader).to(writer)));
    await turns(3);
    await live.abort('enough');
    await expect(live.done).rejects.toThrow(aborted);
    await expect(live.done).rejects.toThrow('The run of "hard" was aborted: enough');
    expect(reader.left).toBe(1);
    expect(writer.calls.at(-1)).toBe('abort');
    expect(writer.calls).not.toContain('close');
    expect(writer.cause).toMatchObject({ code: 'ERR_ABORTED' });
  });

  test('passes on its reason as the cause', async () => {
    const reason = new Error('SIGTERM');
    const live = start(pipeline('why', readFrom(endless()).to(recording())));
    await live.abort(reason);
    await expect(live.done).rejects.toThrow(expect.objectContaining({ cause: reason }));
  });

  test('a second time, after the end, and during stop() is harmless', async () => {
    const live = start(pipeline('again', readFrom(endless()).to(recording({ write: () => turns(20) }))));
    await turns(2);
    const stopped = live.stop();
    stopped.catch(() => {});
    await Promise.all([live.abort('first'), live.abort('second')]);
    await live.abort('third');
    await expect(stopped).rejects.toThrow(/first/);
  });

  test('after success changes nothing', async () => {
    const live = start(pipeline('over', from([1]).to(recording())));
    const summary = await live.done;
    await live.abort();
    expect(await live.done).toBe(summary);
  });

  test('right after start opens neither sinks nor readers', async () => {
    const reader = endless();
    const writer = recording();
    const live = start(pipeline('never', readFrom(reader).to(writer)));
    await live.abort();
    await expect(live.done).rejects.toThrow(aborted);
    expect(writer.calls).toEqual([]);
    expect(reader.opened).toBe(0);
  });

  test('while a sink is opening gives it up as soon as it is open', async () => {
    const door = gate();
    const writer = recording({ open: () => door.opened });
    const live = start(pipeline('opening', readFrom(endless()).to(writer)));
    await turns(2);
    const over = live.abort();
    door.open();
    await over;
    expect(writer.calls).toEqual(['open', 'abort']);
  });

  test('tells user code by its signal, and does not wait for it', async () => {
    let signal: AbortSignal | undefined;
    const flow = from([1]).pipe(
      mapAsync((_, context) => {
        signal = context.signal;
        return never;
      }),
    );
    const live = start(pipeline('signal', flow.to(recording())));
    await turns(5);
    expect(signal?.aborted).toBe(false);
    await live.abort('stop it');
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toMatchObject({ code: 'ERR_ABORTED' });
  });

  test('ends one record that expands without end', async () => {
    let pulled = 0;
    const flow = from([1]).pipe(
      flatMap(function* () {
        for (;;) yield pulled++;
      }),
    );
    const live = start(pipeline('endless', flow.to(recording())));
    await turns(5);
    await live.abort();
    const before = pulled;
    await turns(5);
    expect(pulled).toBe(before);
  });

  test('ends retries and their waits', async () => {
    const clock = virtualClock();
    const failing = () => {
      throw new Error('again');
    };
    const onError = retry({ attempts: 9, backoff: '1h..1h' });
    const live = start(
      pipeline('waits', [
        from([1]).pipe(mapAsync(failing, { onError })).to(recording()),
        from([1]).pipe(map(failing, { onError })).to(recording()),
        from([1]).to(recording({ write: failing, onError })),
        readFrom(scripted([new Error('closed')], { onError })).to(recording()),
      ]),
      { clock, stallAfter: false },
    );
    await turns(10);
    expect(clock.pending).toBe(4);
    await live.abort();
    expect(clock.pending).toBe(0);
  });
});

describe('an AbortSignal in the options', () => {
  test('aborts the run, and its reason is the cause', async () => {
    const controller = new AbortController();
    const live = start(pipeline('signal', readFrom(endless()).to(recording())), {
      signal: controller.signal,
    });
    await turns(2);
    const reason = new Error('the request was closed');
    controller.abort(reason);
    await expect(live.done).rejects.toThrow(expect.objectContaining({ code: 'ERR_ABORTED', cause: reason }));
  });

  test('that is aborted already opens nothing', async () => {
    const reader = endless();
    const writer = recording();
    const live = start(pipeline('late', readFrom(reader).to(writer)), { signal: AbortSignal.abort('no') });
    await expect(live.done).rejects.toThrow(aborted);
    expect([writer.calls, reader.opened]).toEqual([[], 0]);
  });
});

test('the signal that operators get aborts also when the run ends well', async () => {
  let signal: AbortSignal | undefined;
  const { done } = start(
    pipeline(
      'well',
      readFrom(
        scripted<number>([
          [1],
          (context) => {
            signal = context.signal;
          },
        ]),
      ).to(recording()),
    ),
  );
  await done;
  expect(signal?.aborted).toBe(true);
});

test('two runs of one pipeline at the same time do not know of each other', async () => {
  const out = toArray<number>();
  const both = pipeline(
    'both',
    from([3, 1, 2])
      .pipe(
        mapAsync(async (n) => n),
        batch(2),
        flatMap((l) => l),
      )
      .to(out),
  );
  const [one, two] = [start(both), start(both)];
  await one.abort();
  await expect(one.done).rejects.toThrow(aborted);
  await expect(two.done).resolves.toMatchObject({ balance: { read: 3, written: 3, closed: true } });
  expect(out.records).toEqual([3, 1, 2]);
});
