import { describe, expect, test } from 'vitest';
import { from, mapAsync, pipeline, readFrom, start } from '../../../../src/index.ts';
import type { CheckpointStore } from '../../../../src/interfaces/checkpoint.ts';
import type { RunEvent, RunOptions } from '../../../../src/interfaces/run.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { disk, durable } from '../checkpoint/durable.ts';
import { gate, never, recording } from './recording-writer.ts';
import { numbers, scripted } from './scripted-reader.ts';

function begin(p: ReturnType<typeof pipeline>, options: RunOptions = {}) {
  const clock = virtualClock();
  const live = start(p, { clock, stallAfter: false, ...options });
  const events: RunEvent[] = [];
  live.events$.subscribe((event) => events.push(event));
  live.done.catch(() => {});
  return { live, clock, events };
}

const endless = () => readFrom(scripted<number>(numbers(3), { traits: { bounded: false } }));

/** Never comes back from the third record on, unless it is told that the run is over. */
const stuck = () => endless().pipe(mapAsync((n: number) => (n < 3 ? n : never), { concurrency: 1 }));

const checkpointed = (on = disk<number>(), last: unknown = never) => {
  const reader = scripted<number>(numbers(1, 6), { traits: { replay: 'position' } });
  const wait = mapAsync((n: number) => (n < 3 ? n : (last as number)), { concurrency: 1 });
  return pipeline('p', readFrom(reader).pipe(wait).to(durable(on)));
};

describe('stop({ timeout })', () => {
  test('aborts a run that does not come to its end in time, and says what it waited for', async () => {
    const writer = recording<number>();
    const { live, clock, events } = begin(pipeline('p', stuck().to(writer)));
    await turns(10);
    const stopped = live.stop({ timeout: '20s' });
    stopped.catch(() => {});
    await clock.advance(19_999);
    expect(writer.calls).not.toContain('abort');
    await clock.advance(1);
    await expect(stopped).rejects.toMatchObject({
      code: 'ERR_STOP_TIMEOUT',
      message: 'Cannot stop "p" within 20.0 s: "mapAsync" waits for its callback',
      hint: expect.stringContaining('raise the limit'),
      details: { timeoutMs: 20_000, waiting: ['"mapAsync" waits for its callback'] },
    });
    expect(writer.calls.at(-1)).toBe('abort');
    expect(events.at(-1)).toMatchObject({ type: 'ended', state: 'aborted' });
    expect(clock.pending).toBe(0);
  });

  test('leaves a run alone that does, and no timer', async () => {
    const { live, clock } = begin(pipeline('p', endless().to(recording())));
    await turns(5);
    await expect(live.stop({ timeout: 20_000 })).resolves.toMatchObject({ state: 'stopped' });
    expect(clock.pending).toBe(0);
    await expect(live.stop({ timeout: 0 })).resolves.toMatchObject({ state: 'stopped' });
    expect(clock.pending).toBe(0);
  });

  test('of several limits heeds the one that is up first', async () => {
    const { live, clock } = begin(pipeline('p', stuck().to(recording())));
    await turns(5);
    for (const timeout of ['1m', '2s', '1h']) live.stop({ timeout }).catch(() => {});
    void live.stop().catch(() => {});
    await clock.advance(2000);
    await expect(live.done).rejects.toThrow('within 2.0 s');
  });

  test('counts while the sinks are being opened', async () => {
    const door = gate();
    const { live, clock } = begin(pipeline('p', from([1]).to(recording({ open: () => door.opened }))));
    await turns(2);
    live.stop({ timeout: 100 }).catch(() => {});
    await clock.advance(100);
    door.open();
    await expect(live.done).rejects.toThrow(
      'Cannot stop "p" within 100 ms: "recording" waits for the writer',
    );
  });

  test.each([['soon'], [-1], [Number.NaN]])('refuses %s, and stops nothing', async (timeout) => {
    const { live, events } = begin(pipeline('p', endless().to(recording())));
    await turns(2);
    expect(() => live.stop({ timeout })).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
    await turns(2);
    expect(events.map(({ type }) => type)).toEqual(['started']);
    await live.abort();
  });
});

describe('stop({ timeout }) of a run with checkpoints', () => {
  test('names the stage that the last one waits for, and the one that a later run goes on from', async () => {
    const store = memoryStore();
    const on = disk<number>();
    const { live, clock } = begin(checkpointed(on), { checkpoint: { store, every: '1h' } });
    await turns(30);
    live.stop({ timeout: '20s' }).catch(() => {});
    await clock.advance(20_000);
    await expect(live.done).rejects.toMatchObject({
      code: 'ERR_STOP_TIMEOUT',
      message: expect.stringMatching(
        /: checkpoint 2 is not complete: its barrier has not passed .*"mapAsync".*; "mapAsync" waits for its callback$/,
      ),
      hint: expect.stringMatching(/^Checkpoint 1 is complete: a later run goes on from there/),
      details: { checkpoint: 1 },
    });
    expect(on.calls.at(-1)).toBe('suspend');
    const later = begin(checkpointed(on, 7), { checkpoint: { store } });
    await expect(later.live.done).resolves.toMatchObject({
      state: 'done',
      checkpoints: { resumedFrom: 1 },
    });
    expect(on.records).toEqual([0, 1, 2, 7, 7, 7]);
  });

  test('ends also where the store answers neither to a write nor to its closing', async () => {
    const inner = memoryStore();
    const hanging: CheckpointStore = {
      ...inner,
      label: 'a share that is gone',
      async open(options) {
        const session = await inner.open(options);
        return {
          label: 'a share that is gone',
          list: () => session.list(),
          read: (id) => session.read(id),
          remove: (id) => session.remove(id),
          createFile: (name) => session.createFile(name),
          openFile: (name) => session.openFile(name),
          files: () => session.files(),
          removeFile: (name) => session.removeFile(name),
          write: (id, chunks) => (id === 1 ? session.write(id, chunks) : never),
          close: () => never,
        };
      },
    };
    const { live, clock } = begin(checkpointed(disk(), 7), { checkpoint: { store: hanging, every: '1h' } });
    live.events$.subscribe((event) => {
      if (event.type === 'checkpoint') live.stop({ timeout: '20s' }).catch(() => {});
    });
    await turns(50);
    await clock.advance(20_000);
    await expect(live.done).rejects.toThrow('it is still being written to a share that is gone');
  });

  test('counts while the store is being opened', async () => {
    const inner = memoryStore();
    const door = gate();
    const slow: CheckpointStore = {
      ...inner,
      open: (options) => door.opened.then(() => inner.open(options)),
    };
    const { live, clock } = begin(checkpointed(), { checkpoint: { store: slow } });
    await turns(5);
    live.stop({ timeout: '20s' }).catch(() => {});
    await clock.advance(20_000);
    door.open();
    await expect(live.done).rejects.toMatchObject({
      message: 'Cannot stop "p" within 20.0 s: its checkpoints are being opened',
      hint: 'No checkpoint is complete: a later run begins at the beginning.',
    });
    // The lock that came late is given back.
    await (await inner.open({ pipeline: 'p' })).close();
  });
});
