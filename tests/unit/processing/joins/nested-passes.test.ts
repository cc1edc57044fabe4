import { describe, expect, test } from 'vitest';
import { type JoinKind, joinKinds } from '../../../../src/processing/joins/join-kinds.ts';
import { NestedPasses } from '../../../../src/processing/joins/nested-passes.ts';
import { type EntryFile, EntryWriter } from '../../../../src/processing/runtime/spill/entry-writer.ts';
import { MemoryBudget } from '../../../../src/processing/runtime/spill/memory-budget.ts';
import { RecordCodec } from '../../../../src/processing/runtime/spill/record-codec.ts';
import { SpillFolder } from '../../../../src/processing/runtime/spill/spill-folder.ts';
import { LEAST, spillingFolder } from '../runtime/spilling-folder.ts';
import { naiveJoin, type Row, shown } from './naive-join.ts';

const { folder } = spillingFolder();

/** So many rows of each of these keys, one key behind the other: each pass then has others. */
const rowsOf = (keys: readonly number[], each: number): Row[] =>
  keys.flatMap((k) => Array.from({ length: each }, () => k)).map((k, id) => ({ id, k }));

/** A row of each of so many keys. */
const many = (count: number): Row[] => Array.from({ length: count }, (_, k) => ({ id: k, k }));

async function written(codec: RecordCodec, spill: SpillFolder, rows: readonly Row[]): Promise<EntryFile> {
  const writer = new EntryWriter(await spill.create(), 256);
  for (const row of rows) {
    const length = codec.encode([row.k, row]);
    while (!writer.put(codec.bytes, length)) await writer.flush();
  }
  return writer.end();
}

/** Joins in passes of so much memory; gives what came of it as text in no order, and what was left of the memory. */
async function nested(
  kind: JoinKind,
  buildsLeft: boolean,
  build: readonly Row[],
  probe: readonly Row[],
  budget = LEAST,
) {
  const codec = new RecordCodec();
  const spill = new SpillFolder(folder);
  const memory = new MemoryBudget(budget).account('join');
  const found: unknown[] = [];
  const merge = shown as (left: unknown, right: unknown) => unknown;
  const parts = {
    table: { kind, buildsLeft, merge },
    room: { memory, spill, node: 'join' },
    codec,
    blockSize: 256,
  };
  const pair = {
    build: await written(codec, spill, build),
    probe: await written(codec, spill, probe),
    rows: build.length,
  };
  try {
    await new NestedPasses(parts, pair).run(async (records) => found.push(...records) > 0);
  } finally {
    await spill.close();
  }
  return {
    found: found.map((one) => (typeof one === 'string' ? one : `${(one as Row).id}`)).toSorted(),
    memory,
  };
}

describe.each(joinKinds)('kind %s', (kind) => {
  test.each([
    ['of many keys, each once', many(550)],
    ['of many keys, all of which come again', [...many(550), ...many(550)]],
    ['of few keys, many of each', rowsOf([1, 2, 3, 4], 500)],
    ['of keys that come again in a later pass', rowsOf([1, 2, 3, 1, 2, 4], 300)],
  ])('rows %s, beside records with partners in one pass, in several and in none', async (_name, build) => {
    const probe = [0, 1, 2, 4, 7, 300, 549, 5000, 2, 5000].map((k, id) => ({ id, k }));
    for (const buildsLeft of [true, false]) {
      const [left, right] = buildsLeft ? [build, probe] : [probe, build];
      const { found, memory } = await nested(kind, buildsLeft, build, probe);
      expect(found).toEqual(naiveJoin(left, right, kind, (a, b) => a.k === b.k));
      expect(memory.peak).toBeLessThanOrEqual(LEAST);
      expect(memory.used).toBe(0);
    }
  });
});

test('a single row without room for it is an error, and not an endless number of passes', async () => {
  const large = { id: 0, k: 1, note: 'x'.repeat(20_000) };
  await expect(nested('inner', false, [large], rowsOf([1], 1), 60_000)).rejects.toMatchObject({
    code: 'ERR_MEMORY',
  });
});
