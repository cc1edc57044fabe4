import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { deadLetters, from, readFrom } from '../../../../src/from.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { otherwise } from '../../../../src/processing/graph/flow.ts';
import { concat, merge, zip } from '../../../../src/processing/graph/join.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { filter } from '../../../../src/processing/operators/filter.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { run } from '../../../../src/start.ts';
import { scripted } from '../runtime/scripted-reader.ts';

const wrong = expect.objectContaining({ code: 'ERR_OPTIONS' });

async function records<T>(flow: ReturnType<typeof from<T>>): Promise<readonly T[]> {
  const out = toArray<T>();
  await run(pipeline('test', flow.to(out)));
  return out.records;
}

test('describing a graph runs nothing', async () => {
  const reader = scripted<number>([[1]]);
  let calls = 0;
  const flow = readFrom(reader).pipe(map(() => calls++));
  pipeline('still', [flow.to(toArray()), merge(flow, flow).to(toArray())]).explain();
  await new Promise((resolve) => setImmediate(resolve));
  expect([reader.opened, calls]).toEqual([0, 0]);
});

describe('pipe', () => {
  test('applies operators in order, and leaves the flow it was called on as it was', async () => {
    const flow = from([1, 2, 3]);
    const doubled = flow.pipe(
      map((n) => n * 2),
      filter((n) => n > 2),
    );
    expect(await records(doubled)).toEqual([4, 6]);
    expect(await records(flow)).toEqual([1, 2, 3]);
    expect(await records(flow.pipe())).toEqual([1, 2, 3]);
  });

  test('takes more operators than its types can follow', async () => {
    const add = map((n: number) => n + 1);
    expect(await records(from([0]).pipe(add, add, add, add, add, add, add, add, add, add))).toEqual([10]);
  });

  test.each([
    ['a function', (n: number) => n],
    ['nothing', undefined],
    ['null', null],
    ['a stream', new PassThrough()],
  ])('refuses %s, and says how to make an operator of it', (_, stranger) => {
    expect(() => from([1]).pipe(stranger as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTIONS',
        hint: expect.stringMatching(/rx\(\).*through\(\).*map\(\)/),
      }),
    );
  });
});

describe('split', () => {
  test('sends each record down the first route that takes it', async () => {
    const { tens, even, rest } = from([1, 2, 10, 20, 3]).split({
      tens: (n) => n % 10 === 0,
      even: (n) => n % 2 === 0,
      rest: otherwise,
    });
    const [a, b, c] = [toArray<number>(), toArray<number>(), toArray<number>()];
    await run(pipeline('split', [tens.to(a), even.to(b), rest.to(c)]));
    expect([a.records, b.records, c.records]).toEqual([[10, 20], [2], [1, 3]]);
  });

  test('tries `otherwise` last, wherever it stands', async () => {
    const { rest, one } = from([1, 2]).split({ rest: otherwise, one: (n) => n === 1 });
    const [a, b] = [toArray<number>(), toArray<number>()];
    await run(pipeline('split', [rest.to(a), one.to(b)]));
    expect([a.records, b.records]).toEqual([[2], [1]]);
  });

  test('refuses no routes, several `otherwise`, and the name of the dead letters', () => {
    const flow = from([1]);
    expect(() => flow.split({})).toThrow(wrong);
    expect(() => flow.split({ a: otherwise, b: otherwise })).toThrow(wrong);
    expect(() => flow.split({ letters: () => true, rest: otherwise })).toThrow(/"letters"/);
  });

  test('a route may be used several times, and split again', async () => {
    const { all } = from([1, 2, 3, 4]).split({ all: otherwise });
    const { even, odd } = all.split({ even: (n) => n % 2 === 0, odd: otherwise });
    const outs = [toArray<number>(), toArray<number>(), toArray<number>()] as const;
    await run(pipeline('again', [all.to(outs[0]), even.to(outs[1]), odd.to(outs[2])]));
    expect(outs.map((out) => out.records)).toEqual([
      [1, 2, 3, 4],
      [2, 4],
      [1, 3],
    ]);
  });
});

describe('joins', () => {
  test('merge takes all of all', async () => {
    const all = await records(merge(from([1, 2]), from([3]), from<number>([])));
    expect(all.toSorted()).toEqual([1, 2, 3]);
  });

  test('merge keeps the order within each flow', async () => {
    const low = Array.from({ length: 5000 }, (_, n) => n);
    const high = low.map((n) => n + 10_000);
    const all = await records(merge(from(low), from(high)));
    expect(all.filter((n) => n < 10_000)).toEqual(low);
    expect(all.filter((n) => n >= 10_000)).toEqual(high);
  });

  test('concat takes one after the other, and opens a reader when its turn comes', async () => {
    const second = scripted<number>([[3], [4]]);
    const first = scripted<number>([
      [1],
      () => {
        expect(second.opened).toBe(0);
      },
      [2],
    ]);
    expect(await records(concat(readFrom(first), readFrom(second), from([5])))).toEqual([1, 2, 3, 4, 5]);
  });

  test('zip joins by place, whatever the batches', async () => {
    const letters = scripted<string>([['a'], ['b', 'c', 'd'], ['e']]);
    const numbers = scripted<number>([
      [1, 2],
      [3, 4, 5, 6],
    ]);
    expect(await records(zip(readFrom(letters), readFrom(numbers)))).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 3],
      ['d', 4],
      ['e', 5],
    ]);
  });

  test.each([merge, concat, zip])('refuse nothing, and what is no flow', (join) => {
    expect(() => join()).toThrow(wrong);
    expect(() => join(from([1]), [1] as never)).toThrow(wrong);
  });
});

describe('as', () => {
  test('names the node, not the flow it was called on', () => {
    const flow = from([1]);
    const named = flow.as('input');
    const { nodes } = pipeline('named', named.to(toArray()).as('output')).describe();
    expect(nodes.map(({ name }) => name)).toEqual(['input', 'output']);
    expect(pipeline('unnamed', flow.to(toArray())).describe().nodes[0]?.name).toBe('array');
  });

  test('both the named and the unnamed flow are the same node', () => {
    const flow = from([1]);
    const { nodes } = pipeline('one', [flow.as('input').to(toArray()), flow.to(toArray())]).describe();
    expect(nodes.filter(({ kind }) => kind === 'reader').map(({ name }) => name)).toEqual(['input']);
  });

  test('of dead letters still takes dead letters', () => {
    expect(deadLetters().as('rejects').kind).toBe('dead-letters');
  });

  test.each(['', '  ', undefined])('refuses %j', (name) => {
    expect(() => from([1]).as(name as never)).toThrow(wrong);
    expect(() =>
      from([1])
        .to(toArray())
        .as(name as never),
    ).toThrow(wrong);
  });
});

test('flows, branches and pipelines are frozen', () => {
  const flow = from([1]);
  const branch = flow.to(toArray());
  for (const value of [flow, branch, pipeline('frozen', branch), flow.split({ all: otherwise })]) {
    expect(Object.isFrozen(value)).toBe(true);
  }
});

test('a flow ends in a writer, a Node stream or a web stream, and in nothing else', async () => {
  const written: unknown[] = [];
  const stream = new PassThrough({ objectMode: true });
  stream.on('data', (record) => written.push(record));
  const web = new WritableStream<number>({ write: (record) => void written.push(record) });
  const flow = from([7]);
  await run(pipeline('outputs', [flow.to(stream), flow.to(web)]));
  expect(written).toEqual([7, 7]);
  expect(() => flow.to([] as never)).toThrow(wrong);
});
