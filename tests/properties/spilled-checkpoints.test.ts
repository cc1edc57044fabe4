import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFrom } from '../../src/from.ts';
import type { CheckpointStore } from '../../src/interfaces/checkpoint.ts';
import type { Clock } from '../../src/interfaces/clock.ts';
import { directoryStore } from '../../src/processing/checkpoint/directory-store.ts';
import type { Flow } from '../../src/processing/graph/flow.ts';

import { pipeline } from '../../src/processing/graph/pipeline.ts';
import { join } from '../../src/processing/joins/join.ts';
import { count } from '../../src/processing/operators/aggregates/count.ts';
import { sum } from '../../src/processing/operators/aggregates/sum.ts';
import { distinct } from '../../src/processing/operators/distinct.ts';
import { mapAsync } from '../../src/processing/operators/map-async.ts';
import { sort } from '../../src/processing/operators/sort.ts';
import { start } from '../../src/start.ts';
import { memoryStore } from '../../src/testing/memory-store.ts';
import { type Disk, disk, durable } from '../unit/processing/checkpoint/durable.ts';
import { scripted } from '../unit/processing/runtime/scripted-reader.ts';

/** So little that a few hundred records go to the disk. */
const MEMORY = 64 * 1024;

interface Row {
  readonly place: number;
  readonly key: number;
  readonly text: string;
}

const rows = (count: number): Row[] =>
  Array.from({ length: count }, (_, place) => ({
    place,
    key: (place * 7919) % 1009,
    text: `row ${place} ${'é'.repeat(place % 7)}`,
  }));

/** A millisecond is a turn of the event loop; long times never pass. */
const impatient: Clock = {
  now: () => 0,
  schedule(callback, ms) {
    if (ms > 1000) return () => {};
    let left = ms;
    const turn = (): void => {
      left--;
      if (left > 0) timer = setImmediate(turn);
      else callback();
    };
    let timer = setImmediate(turn);
    return () => clearImmediate(timer);
  },
};

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** Batches of 50 with a pause before each, so that barriers come between them. */
function source(records: readonly Row[], name: string): Flow<Row> {
  const lines = [];
  for (let at = 0; at < records.length; at += 50) lines.push(() => turns(2), records.slice(at, at + 50));
  return readFrom(scripted<Row>(lines, { name, traits: { replay: 'position' } }));
}

interface Shape {
  readonly flow: (records: readonly Row[]) => Flow<unknown>;
  /** Whether results come in an order that does not depend on when it was interrupted. */
  readonly ordered: boolean;
}

const shapes: Readonly<Record<string, Shape>> = {
  'sort by a field': { ordered: true, flow: (records) => source(records, 'rows').pipe(sort('key')) },
  'sort by values': {
    ordered: true,
    flow: (records) => source(records, 'rows').pipe(sort((row) => row.key, { order: 'desc' })),
  },
  'sort by a comparator': {
    ordered: true,
    flow: (records) => source(records, 'rows').pipe(sort((a: Row, b: Row) => a.key - b.key)),
  },
  'sort that is given slowly': {
    ordered: true,
    flow: (records) =>
      source(records, 'rows').pipe(
        sort('key'),
        mapAsync(async (row) => {
          await turns(1);
          return row;
        }),
      ),
  },
  aggregate: {
    ordered: true,
    flow: (records) =>
      source(records, 'rows')
        .keyBy(({ key }) => `key ${key}`)
        .aggregate({ n: count(), total: sum('place') }, { spill: true }),
  },
  distinct: {
    ordered: true,
    flow: (records) => source(records, 'rows').pipe(distinct({ key: (row) => row.key, spill: true })),
  },
  join: {
    ordered: false,
    flow: (records) =>
      join(source(records, 'left'), source(records.toReversed(), 'right'), {
        on: (row: Row) => row.key,
        kind: 'full',
        spill: true,
      }),
  },
};

type Cut = { readonly after: number; readonly how: 'kill' | 'stop' };

const cuts = fc.array(
  fc.record<Cut>({ after: fc.integer({ min: 1, max: 300 }), how: fc.constantFrom('kill', 'stop') }),
  { maxLength: 5 },
);

/** Runs until it is done, interrupted at the times that `interruptions` tell. */
async function output(
  { flow }: Shape,
  records: readonly Row[],
  store: CheckpointStore,
  interruptions: readonly Cut[],
): Promise<{ readonly out: Disk<unknown>; readonly spilled: number }> {
  const out = disk<unknown>();
  for (let run = 0; ; run++) {
    const live = start(pipeline('spilled', flow(records).to(durable(out))), {
      clock: impatient,
      stallAfter: false,
      memory: MEMORY,
      checkpoint: { store, every: 5, failures: 1000 },
    });
    let over = false;
    const done = live.done.finally(() => {
      over = true;
    });
    done.catch(() => {});
    const cut = interruptions[run];
    for (let turn = 0; turn < (cut?.after ?? 0) && !over; turn++) await turns(1);
    if (cut?.how === 'kill' && !over) await live.abort('killed');
    else if (cut?.how === 'stop' && !over) void live.stop();
    const summary = await done.catch((error: { readonly code?: string }) => {
      if (error.code !== 'ERR_ABORTED') throw error;
      return undefined;
    });
    if (summary?.state !== 'done') continue;
    expect(summary.balance).toMatchObject({ closed: true, gaps: [] });
    return { out, spilled: summary.held?.spilled ?? 0 };
  }
}

const text = (record: unknown) => JSON.stringify(record);

describe.each(Object.entries(shapes))('%s, with more than memory holds', (_name, shape) => {
  test('gives what an undisturbed run gives, wherever it is interrupted', async () => {
    const records = rows(4000);
    const undisturbed = await output(shape, records, memoryStore(), []);
    expect(undisturbed.spilled).toBeGreaterThan(0);
    const expected = undisturbed.out.records.map(text);
    if (!shape.ordered) expected.sort();
    await fc.assert(
      fc.asyncProperty(cuts, async (interruptions) => {
        const { out } = await output(shape, records, memoryStore(), interruptions);
        const found = out.records.map(text);
        if (!shape.ordered) found.sort();
        expect(found).toEqual(expected);
      }),
      { numRuns: 12 },
    );
  });

  test('leaves no file behind that no checkpoint has', async () => {
    const folder = mkdtempSync(joinPath(tmpdir(), 'spilled-'));
    try {
      const store = directoryStore(folder, { keep: 1 });
      await output(shape, rows(3000), store, [
        { after: 60, how: 'kill' },
        { after: 60, how: 'stop' },
        { after: 60, how: 'kill' },
      ]);
      const [inner] = readdirSync(folder);
      expect(readdirSync(joinPath(folder, inner!))).toEqual([expect.stringMatching(/\.checkpoint$/)]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
