import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { from, readFrom } from '../../../../src/from.ts';
import { forEach } from '../../../../src/io/memory/for-each.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import type { Flow } from '../../../../src/processing/graph/flow.ts';
import { mergeSorted } from '../../../../src/processing/graph/merge-sorted.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { defineOperator } from '../../../../src/processing/operators/define-operator.ts';
import { filter } from '../../../../src/processing/operators/filter.ts';
import { sort } from '../../../../src/processing/operators/sort.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { run, start } from '../../../../src/start.ts';
import { barrier, type Line, scripted, watermark } from '../runtime/scripted-reader.ts';

interface Row {
  readonly n: number;
  readonly of: string;
}

const rows = (of: string, ...ns: readonly number[]): Row[] => ns.map((n) => ({ n, of }));

async function collected<T>(flow: Flow<T>): Promise<readonly T[]> {
  const out = toArray<T>();
  const { balance } = await run(pipeline('merged', flow.to(out)));
  expect(balance.closed).toBe(true);
  return out.records;
}

test('records of all flows come in their order, equal ones in the order of the flows', async () => {
  const merged = mergeSorted(
    from(rows('a', 1, 3, 3, 8)),
    from(rows('b', 3, 4)),
    from(rows('c')),
    from(rows('d', 0, 3, 9)),
    { by: 'n' },
  );
  expect((await collected(merged)).map(({ n, of }) => `${n}${of}`)).toEqual([
    '0d',
    '1a',
    '3a',
    '3a',
    '3b',
    '3d',
    '4b',
    '8a',
    '9d',
  ]);
});

test('flows may be merged by a function, by one that compares, the largest first, and by parts', async () => {
  const flows = () => [from(rows('a', 9, 5)), from(rows('b', 7, 5))] as const;
  const merged = [
    mergeSorted(...flows(), { by: 'n', order: 'desc' }),
    mergeSorted(...flows(), { by: (row) => -row.n }),
    mergeSorted(...flows(), { by: (a, b) => b.n - a.n }),
    mergeSorted(...flows(), { by: [{ by: 'n', order: 'desc' }, { by: 'of' }] }),
  ];
  for (const flow of merged) {
    expect((await collected(flow)).map(({ n, of }) => `${n}${of}`)).toEqual(['9a', '7b', '5a', '5b']);
  }
});

test('one flow, and flows without records', async () => {
  expect(await collected(mergeSorted(from([1, 2]), { by: (n) => n }))).toEqual([1, 2]);
  expect(await collected(mergeSorted(from<number>([]), from<number>([]), { by: (n) => n }))).toEqual([]);
});

test('whatever the batches, the result is that of sorting all', async () => {
  const input = fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 5 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.array(input, { minLength: 1, maxLength: 4 }), async (inputs) => {
      const all = inputs.map((batches, index) => {
        const sorted = batches.flat().toSorted((a, b) => a - b);
        return batches.map(({ length }) => rows(`${index}`, ...sorted.splice(0, length)));
      });
      const flows = all.map((batches, index) => readFrom(scripted(batches, { name: `in ${index}` })));
      const merged = mergeSorted(...flows, { by: 'n' });
      expect(await collected(merged)).toEqual(all.flat(2).toSorted((a, b) => a.n - b.n));
    }),
    { numRuns: 50 },
  );
});

describe('a flow that is not sorted', () => {
  test('fails the run and is named with the record', async () => {
    const flow = mergeSorted(from(rows('a', 1, 2)), from(rows('b', 1, 5, 4)).as('second'), { by: 'n' });
    await expect(collected(flow)).rejects.toMatchObject({
      code: 'ERR_UNSORTED',
      message: expect.stringMatching(
        /^Cannot merge .+ record 3 in "merge-sorted": it should have come before the one in front of it in input 2, "second"$/,
      ),
      node: 'merge-sorted',
      origin: { record: 3 },
      details: { input: 2 },
      hint: expect.stringContaining('sort()'),
    });
  });

  test('is found out from one batch to the next', async () => {
    const broken = readFrom(scripted([rows('b', 1, 5), rows('b', 4)]));
    await expect(collected(mergeSorted(from(rows('a', 9)), broken, { by: 'n' }))).rejects.toMatchObject({
      code: 'ERR_UNSORTED',
      origin: { record: 3 },
    });
  });

  test('may be sorted in front', async () => {
    const flow = mergeSorted(from(rows('a', 2, 1)).pipe(sort('n')), from(rows('b', 1)), { by: 'n' });
    expect((await collected(flow)).map(({ n }) => n)).toEqual([1, 1, 2]);
  });
});

describe('callbacks that fail', () => {
  test.each([
    [
      'throws',
      () => {
        throw new Error('no key');
      },
      'ERR_CALLBACK',
      /^Cannot merge .+ record 1 in "merge-sorted": no key$/,
    ],
    ['returns an object', () => ({}), 'ERR_KEY', /has no order/],
    ['returns a promise', () => Promise.reject(new Error('late')), 'ERR_CALLBACK', /promise/],
  ])('a key function that %s', async (_name, act, code, message) => {
    const flow = mergeSorted(from([1]), from([2]), { by: (_n: number) => act() as never });
    await expect(collected(flow)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('a function that compares and throws', async () => {
    const compare = (_a: number, _b: number): number => {
      throw new Error('cannot compare');
    };
    await expect(collected(mergeSorted(from([1]), from([2]), { by: compare }))).rejects.toMatchObject({
      code: 'ERR_CALLBACK',
      message: 'Cannot merge in "merge-sorted": cannot compare',
    });
  });
});

test('a flow that fails ends the run', async () => {
  const failing = readFrom(scripted<Row>([rows('b', 1), new Error('the reader broke')]));
  await expect(collected(mergeSorted(from(rows('a', 5)), failing, { by: 'n' }))).rejects.toThrow(
    /the reader broke/,
  );
});

test('downstream that has enough leaves endless flows', async () => {
  function* endless(of: string) {
    for (let n = 0; ; n++) yield { n, of };
  }
  const flow = mergeSorted(from(endless('a')), from(endless('b')), { by: 'n' }).pipe(take(3));
  expect((await collected(flow)).map(({ n, of }) => `${n}${of}`)).toEqual(['0a', '0b', '1a']);
});

test('a flow that is silent holds the others back, and no more than a batch of each is held', async () => {
  let read = 0;
  const lines: Line<Row>[] = Array.from({ length: 100 }, (_, n) => rows('a', n));
  const busy = scripted(lines);
  const silent = scripted<Row>([() => new Promise<void>(() => {})]);
  const flow = mergeSorted(readFrom(busy), readFrom(silent), { by: 'n' });
  const live = start(pipeline('silent', flow.to(forEach(() => void read++))));
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(read).toBe(0);
  expect(busy.emitted).toBeLessThan(12);
  await live.abort();
  await live.done.catch(() => {});
});

test('a watermark goes on behind the records that came before it, and a barrier when all have delivered it', async () => {
  const log: unknown[] = [];
  const spy = defineOperator<Row, Row>({
    name: 'spy',
    cardinality: 'one',
    create: () => ({
      push(record, emit) {
        log.push(`${record.n}${record.of}`);
        emit(record);
      },
      watermark: (time) => void log.push(time),
    }),
  });
  const flow = mergeSorted(
    readFrom(scripted([rows('a', 1), watermark(10), barrier(1), rows('a', 4), watermark(20)])),
    readFrom(scripted([rows('b', 2), watermark(11), barrier(1), rows('b', 3), watermark(30)])),
    { by: 'n' },
  ).pipe(spy);
  const live = start(pipeline('marked', flow.to(toArray())));
  const barriers: number[] = [];
  live.events$.subscribe((event) => {
    if (event.type === 'barrier' && event.node === 'spy') barriers.push(event.id);
  });
  await live.done;
  expect(log.filter((entry) => typeof entry === 'string')).toEqual(['1a', '2b', '3b', '4a']);
  expect(log.indexOf(10)).toBeGreaterThan(log.indexOf('1a'));
  const times = log.filter((entry) => typeof entry === 'number');
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times.at(-1)).toBeGreaterThanOrEqual(20);
});

test('flows of one source could wait for one another, which is refused', () => {
  const source = from([1, 2, 3]);
  const odd = source.pipe(filter((n) => n % 2 === 1));
  const flow = mergeSorted(odd, source, { by: (n) => n });
  expect(() => pipeline('diamond', flow.to(toArray()))).toThrow(/"merge-sorted" can deadlock/);
});

test.each([
  [() => mergeSorted(from([1]) as never), /it is not said what they are sorted by/],
  [() => mergeSorted({ by: 'n' } as never), /none are given/],
  [() => mergeSorted([1] as never, { by: 'n' } as never), /1 is not a flow/],
  [() => mergeSorted(from([1]), { by: 5 } as never), /by: must be the name of a field/],
  [() => mergeSorted(from([1]), { by: 'n', size: 5 } as never), /size/],
])('wrong arguments are refused: %#', (make, message) => {
  expect(make).toThrow(
    expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(message) }),
  );
});

test('what it merges by shows in the description', () => {
  const flow = mergeSorted(from(rows('a')), from(rows('b')), { by: 'n' });
  const { nodes } = pipeline('described', flow.to(toArray())).describe();
  expect(nodes.map(({ kind, label }) => [kind, label])).toContainEqual(['merge-sorted', 'merge-sorted n']);
});
