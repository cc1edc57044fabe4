import { describe, expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import type { DuplexContext, DuplexLogic, DuplexOperator } from '../../../../src/interfaces/operator.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { sort } from '../../../../src/processing/operators/sort.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { tap } from '../../../../src/processing/operators/tap.ts';
import { MemoryBudget } from '../../../../src/processing/runtime/spill/memory-budget.ts';
import { type SpillFileSystem, SpillFolder } from '../../../../src/processing/runtime/spill/spill-folder.ts';
import type { SortBy } from '../../../../src/processing/sorting/sort-order.ts';
import { run, start } from '../../../../src/start.ts';
import { type DiskFailure, errno, failingSpill, faultySpill } from '../runtime/faulty-spill.ts';
import { LEAST, spillingFolder } from '../runtime/spilling-folder.ts';

const { folder, options } = spillingFolder();

interface Row {
  readonly place: number;
  readonly key: number;
  readonly text: string;
}

function rows(count: number): Row[] {
  return Array.from({ length: count }, (_, place) => ({
    place,
    key: (place * 7919) % 1009,
    text: `row ${place} of ${count}`,
  }));
}

const byKey = (input: readonly Row[]) => input.toSorted((a, b) => a.key - b.key);

const ways: [string, SortBy<Row>][] = [
  ['bytes', 'key'],
  ['values', (row: Row) => row.key],
  ['comparators', (a: Row, b: Row) => a.key - b.key],
];

describe.each(ways)('more records than memory holds, by %s', (_name, by) => {
  test.each([[300], [3_000], [40_000]])('%i of them', async (count) => {
    const input = rows(count);
    const out = toArray<Row>();
    const { balance, held } = await run(pipeline('spilled', from(input).pipe(sort(by)).to(out)), options);
    expect(out.records).toEqual(byKey(input));
    expect(balance).toMatchObject({ read: count, written: count, closed: true });
    expect(held!.peak).toBeLessThanOrEqual(LEAST);
    expect(held!.spilled > 0).toBe(count > 1000);
  });
});

test('with a language, keys on the disk are still compared by it', async () => {
  const words = ['Zug', 'Äpfel', 'arm', 'zehn', 'Bär'];
  const input = Array.from({ length: 5000 }, (_, place) => ({ place, word: words[place % 5]! }));
  const out = toArray<(typeof input)[0]>();
  const flow = from(input).pipe(sort('word', { locale: 'de' }));
  const { held } = await run(pipeline('words', flow.to(out)), options);
  const { compare } = new Intl.Collator('de');
  expect(out.records).toEqual(input.toSorted((a, b) => compare(a.word, b.word)));
  expect(held!.spilled).toBeGreaterThan(0);
});

test('two sorts in a pipeline share the memory', async () => {
  const input = rows(5000);
  const out = toArray<Row>();
  const flow = from(input).pipe(sort('key'), sort('place', { order: 'desc' }));
  const { held } = await run(pipeline('twice', flow.to(out)), { ...options, memory: 2 * LEAST });
  expect(out.records).toEqual(input.toReversed());
  expect(held!.peak).toBeLessThanOrEqual(2 * LEAST);
});

test('records larger than a block, among small ones', async () => {
  const input = Array.from({ length: 300 }, (_, n) => ({
    key: (n * 7) % 300,
    text: 'x'.repeat(n % 20 === 0 ? 9000 : 10),
  }));
  const out = toArray<(typeof input)[0]>();
  await run(pipeline('large', from(input).pipe(sort('key')).to(out)), options);
  expect(out.records).toEqual(input.toSorted((a, b) => a.key - b.key));
});

describe('ends that leave nothing on the disk', () => {
  test('downstream has enough', async () => {
    const out = toArray<Row>();
    const flow = from(rows(20_000)).pipe(sort('key'), take(3));
    const { balance } = await run(pipeline('few', flow.to(out)), options);
    expect(out.records).toEqual(byKey(rows(20_000)).slice(0, 3));
    expect(balance.closed).toBe(true);
  });

  test('downstream wants nothing at all', async () => {
    const { balance } = await run(
      pipeline('none', from(rows(20_000)).pipe(sort('key'), take(0)).to(toArray())),
      options,
    );
    expect(balance.closed).toBe(true);
  });

  test('the input fails', async () => {
    const failing = from(
      (function* () {
        yield* rows(5000);
        throw new Error('the input broke');
      })(),
    );
    await expect(run(pipeline('failing', failing.pipe(sort('key')).to(toArray())), options)).rejects.toThrow(
      /the input broke/,
    );
  });

  test('downstream fails on a record in the middle', async () => {
    const fails = tap<Row>(({ key }) => {
      if (key === 500) throw new Error('downstream broke');
    });
    const flow = from(rows(20_000)).pipe(sort('key'), fails);
    await expect(run(pipeline('failing', flow.to(toArray())), options)).rejects.toThrow(/downstream broke/);
  });

  test('the comparator throws late, when the disk is full of runs', async () => {
    let calls = 0;
    const compare = (a: Row, b: Row): number => {
      if (++calls > 60_000) throw new Error('cannot compare');
      return a.key - b.key;
    };
    await expect(
      run(pipeline('failing', from(rows(20_000)).pipe(sort(compare)).to(toArray())), options),
    ).rejects.toMatchObject({
      code: 'ERR_CALLBACK',
      message: 'Cannot sort in "sort": cannot compare',
    });
  });

  test.each([1, 5000, 20_000])('the run is aborted when %i records have come', async (place) => {
    const input = from(rows(20_001)).pipe(
      tap((row) => {
        if (row.place === place) void live.abort(new Error('enough'));
      }),
    );
    const live = start(pipeline('aborted', input.pipe(sort('key')).to(toArray())), options);
    await expect(live.done).rejects.toMatchObject({ code: 'ERR_ABORTED', secondary: [] });
  });

  test('the run is aborted while the result goes out', async () => {
    const flow = from(rows(20_000)).pipe(
      sort('key'),
      tap((row) => {
        if (row.place === 500) void live.abort(new Error('enough'));
      }),
    );
    const live = start(pipeline('aborted', flow.to(toArray())), options);
    await expect(live.done).rejects.toMatchObject({ code: 'ERR_ABORTED', secondary: [] });
  });

  test('an iteration is left', async () => {
    for await (const row of from(rows(100)).pipe(sort('key'))) {
      expect(row.key).toBe(0);
      break;
    }
  });
});

describe('state beyond the memory', () => {
  const full = { code: 'ERR_MEMORY', node: 'sort', details: { memory: LEAST } };

  test('is an error where the pipeline does not spill', async () => {
    const flow = pipeline('kept', from(rows(5000)).pipe(sort('key')).to(toArray()));
    await expect(run(flow, { memory: LEAST, spill: false })).rejects.toMatchObject({
      ...full,
      message:
        'Cannot hold more records than fit in "sort": the memory of the pipeline is 65.5 kB, and spilling is off',
      hint: expect.stringContaining('Raise the memory'),
    });
  });

  test('is an error where the operator does not', async () => {
    const flow = from(rows(5000)).pipe(sort('key', { spill: false }));
    await expect(run(pipeline('kept', flow.to(toArray())), options)).rejects.toMatchObject(full);
  });

  test('is an error when one record is too large', async () => {
    const input = [
      { key: 1, text: 'x' },
      { key: 2, text: 'x'.repeat(100_000) },
    ];
    await expect(
      run(pipeline('large', from(input).pipe(sort('key')).to(toArray())), options),
    ).rejects.toMatchObject({
      ...full,
      message: expect.stringMatching(/^Cannot hold a record that does not fit in "sort"/),
    });
  });
});

describe('a disk that fails', () => {
  /** Sorts many rows by hand, on this file system. */
  async function sortOn(fileSystem: SpillFileSystem): Promise<readonly Row[]> {
    const spill = new SpillFolder(folder, fileSystem);
    const memory = new MemoryBudget(LEAST).account('sort');
    const records: Row[] = [];
    const emit = async (batch: readonly Row[]) => void records.push(...batch);
    const given = { node: 'sort', memory, spill, emit, passBarrier() {}, cancelled: false };
    const context = given as unknown as DuplexContext<Row>;
    const logic: DuplexLogic<Row> = (sort('key') as DuplexOperator<Row, Row>).create(context);
    try {
      await logic.write(rows(6000));
      await logic.end();
      expect(memory.used).toBe(0);
      return records;
    } catch (error) {
      logic.abort(error);
      expect(memory.used).toBe(0);
      throw error;
    } finally {
      await spill.close();
    }
  }

  test('works as long as it does not', async () => {
    expect(await sortOn(faultySpill(() => undefined))).toEqual(byKey(rows(6000)));
  });

  test.each<DiskFailure>([
    ['mkdtemp', 1, 'EACCES', 'ERR_PERMISSION'],
    ['open', 1, 'ENOSPC', 'ERR_SPACE'],
    ['write', 1, 'ENOSPC', 'ERR_SPACE'],
    ['write', 50, 'ENOSPC', 'ERR_SPACE'],
    ['read', 20, 'EIO', 'ERR_IO'],
  ])('%s %i gives %s', async (...failure) => {
    await expect(sortOn(failingSpill(failure))).rejects.toMatchObject({ code: failure[3] });
  });

  test('which cannot remove what was merged is an error, too', async () => {
    const system = faultySpill((call, count) => (call === 'rm' && count === 1 ? errno('EIO') : undefined));
    const outcome = await sortOn(system).catch((error: unknown) => error);
    expect(Array.isArray(outcome) || (outcome as { code: string }).code === 'ERR_IO').toBe(true);
  });
});
