import { rmSync, statSync } from 'node:fs';
import { Observable } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { batch, CountedOrigin } from '../../../../src/core/batch.ts';
import { from, map, merge, ndjson, type Pipeline, pipeline, readFrom, start } from '../../../../src/index.ts';
import type { CheckpointStore } from '../../../../src/interfaces/checkpoint.ts';
import type { Reader } from '../../../../src/interfaces/reader.ts';
import type { Progress, RunEvent, RunHandle } from '../../../../src/interfaces/run.ts';
import type { Item } from '../../../../src/interfaces/signal.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { type VirtualClock, virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { temporaryFolder } from '../../../conformance/folder.ts';
import { type Disk, disk, durable } from './durable.ts';

const folder = temporaryFolder();
const never = () => new Promise<void>(() => {});

type Held = (n: number) => Promise<void> | undefined;
const free: Held = () => undefined;

/** Reads the numbers from 1 to 10, of which each is 100 bytes; waits before a number that is held. */
function hundreds(held: Held): Reader<number> {
  return {
    name: 'hundreds',
    label: 'hundreds',
    traits: { bounded: true, replay: 'position', splittable: false },
    open: (context) =>
      new Observable<Item<number>>((subscriber) => {
        let done = (context.from as number | undefined) ?? 0;
        context.positioned(() => done);
        context.expected((10 - done) * 100);
        const read = async () => {
          while (done < 10) {
            await held(done + 1);
            if (context.demand.paused) await context.demand.ready();
            if (subscriber.closed) return;
            context.consumed(100);
            subscriber.next(batch([++done], new CountedOrigin('hundreds', done)));
          }
          subscriber.complete();
        };
        void read();
      }),
  };
}

type Resumed = RunEvent & { readonly type: 'resumed' };

interface Started {
  readonly live: RunHandle;
  readonly clock: VirtualClock;
  readonly progress: Progress[];
  readonly resumed: Resumed[];
}

function begin(p: Pipeline, store: CheckpointStore): Started {
  const clock = virtualClock();
  const live = start(p, { clock, stallAfter: false, checkpoint: { store } });
  const progress: Progress[] = [];
  const resumed: Resumed[] = [];
  live.progress$.subscribe((one) => progress.push(one));
  live.events$.subscribe((event) => {
    if (event.type === 'resumed') resumed.push(event);
  });
  live.done.catch(() => {});
  return { live, clock, progress, resumed };
}

/** Runs for ten seconds, which end with a checkpoint, and kills the run. */
async function killed(p: Pipeline, store: CheckpointStore): Promise<void> {
  const { live, clock } = begin(p, store);
  await turns(100);
  await clock.advance(10_000);
  await turns(50);
  await live.abort('killed');
}

const numbers = (out: Disk<number>, held: Held) => pipeline('p', readFrom(hundreds(held)).to(durable(out)));
const waiting =
  (stop: number): Held =>
  (n) =>
    n === stop ? never() : undefined;

describe('the progress of a run that goes on', () => {
  test('begins at the share that was done, and its rate and rest are those of this run', async () => {
    const store = memoryStore();
    const out = disk<number>();
    await killed(numbers(out, waiting(5)), store);
    const gates = { open: Promise.withResolvers<void>(), end: Promise.withResolvers<void>() };
    const held: Held = (n) => ({ 5: gates.open.promise, 8: gates.end.promise })[n];
    const { live, clock, progress } = begin(numbers(out, held), store);
    await turns(50);
    await clock.advance(500);
    expect(progress.at(-1)).toEqual({
      elapsedMs: 500,
      recordsRead: 4,
      recordsWritten: 4,
      recordsFailed: 0,
      recordsPerSecond: 0,
      bytesRead: 400,
      bytesExpected: 1000,
      resumedAt: { records: 4, bytes: 400 },
    });
    gates.open.resolve();
    await turns(50);
    await clock.advance(500);
    // Three in a second, and three are left.
    expect(progress.at(-1)).toMatchObject({
      elapsedMs: 1000,
      recordsRead: 7,
      recordsPerSecond: 3,
      bytesRead: 700,
      bytesExpected: 1000,
      etaMs: 1000,
    });
    gates.end.resolve();
    await live.done;
    await turns(2);
    expect(progress.at(-1)).toMatchObject({
      recordsRead: 10,
      bytesRead: 1000,
      bytesExpected: 1000,
      etaMs: 0,
    });
  });

  test('says nothing of earlier runs where it begins at the beginning', async () => {
    const { live, progress } = begin(numbers(disk(), free), memoryStore());
    await live.done;
    await turns(2);
    expect(progress.at(-1)).not.toHaveProperty('resumedAt');
  });

  test('has the share also where the graph has changed, and the balance begins anew', async () => {
    const store = memoryStore();
    await killed(numbers(disk(), waiting(5)), store);
    const changed = pipeline(
      'p',
      readFrom(hundreds(waiting(5)))
        .pipe(map((n: number) => n))
        .to(durable(disk<number>())),
    );
    const { live, clock, progress, resumed } = begin(changed, store);
    await turns(50);
    await clock.advance(250);
    expect(resumed).toMatchObject([
      { counted: false, read: { records: 4, bytes: 400, bytesExpected: 1000 } },
    ]);
    expect(progress.at(-1)).toMatchObject({ recordsRead: 0, bytesRead: 400, bytesExpected: 1000 });
    await live.abort('enough');
  });

  test('counts readers that were done as done, also those that never knew how much there is', async () => {
    const store = memoryStore();
    const both = (held: Held) =>
      pipeline('p', merge(readFrom(hundreds(held)), from([1, 2, 3])).to(durable(disk<number>())));
    await killed(both(waiting(3)), store);
    const { live, clock, progress, resumed } = begin(both(waiting(3)), store);
    await turns(50);
    await clock.advance(250);
    expect(resumed).toMatchObject([
      {
        read: { records: 5, bytes: 200, bytesExpected: 1000 },
        readers: [
          { node: 'hundreds', at: 'position', position: 2 },
          { node: 'array', at: 'end' },
        ],
      },
    ]);
    expect(progress.at(-1)).toMatchObject({ recordsRead: 5, bytesRead: 200, bytesExpected: 1000 });
    await live.abort('enough');
  });

  test('says where readers stand that had not begun', async () => {
    const store = memoryStore();
    const first = begin(numbers(disk(), waiting(1)), store);
    await turns(50);
    await first.live.abort('killed');
    const { live, resumed } = begin(numbers(disk(), waiting(1)), store);
    await turns(50);
    expect(resumed).toMatchObject([
      { checkpoint: 1, read: { records: 0, bytes: 0 }, readers: [{ node: 'hundreds', at: 'beginning' }] },
    ]);
    await live.abort('enough');
  });
});

describe('the share of files', () => {
  const rows = (count: number) => '{"n":1}\n'.repeat(count);

  /** Reads files, and calls back when so many records of them have come. */
  const copy = (paths: string[], at: number, reached: () => void) => {
    let count = 0;
    const counting = map((record: unknown) => {
      if (++count === at) reached();
      return record;
    });
    return pipeline(
      'p',
      ndjson.read(paths, { chunkBytes: 1024 }).pipe(counting).to(durable(disk<unknown>())),
    );
  };

  test('counts what was read of them once, also where those that are done are gone', async () => {
    const store = memoryStore();
    const paths = [folder.file('a.ndjson', rows(100)), folder.file('b.ndjson', rows(10_000))];
    const all = paths.reduce((sum, path) => sum + statSync(path).size, 0);
    const first = begin(
      copy(paths, 3000, () => void first.live.stop()),
      store,
    );
    await first.live.done;
    rmSync(paths[0]!);
    const second = begin(
      copy(paths, 3000, () => void second.live.stop()),
      store,
    );
    await second.live.done;
    const third = begin(
      copy(paths, 0, () => {}),
      store,
    );
    await third.live.done;
    await turns(2);
    const reads = [second, third].flatMap(({ resumed }) => resumed.map(({ read }) => read));
    for (const [index, { bytes, bytesExpected }] of reads.entries()) {
      // What was read ahead of the position is read, and counted, again.
      expect(bytesExpected! - all).toBeLessThanOrEqual(index * 1024);
      expect(bytes).toBeGreaterThan((index + 1) * 3000 * 8);
      expect(bytes).toBeLessThan((index + 1) * 3000 * 8 + 5000);
    }
    const { bytesRead, bytesExpected, resumedAt } = third.progress.at(-1)!;
    expect(bytesRead).toBe(bytesExpected);
    expect(bytesRead - all).toBeLessThanOrEqual(2 * 1024);
    expect(resumedAt).toEqual({ records: reads[1]!.records, bytes: reads[1]!.bytes });
  });
});
