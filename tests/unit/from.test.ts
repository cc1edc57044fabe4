import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { of as observableOf } from 'rxjs';
import { describe, expect, test } from 'vitest';
import {
  deadLetter,
  deadLetters,
  type Flow,
  from,
  isMillraceError,
  map,
  pipeline,
  type Reader,
  readFrom,
  run,
  toArray,
} from '../../src/index.ts';

async function records<T>(flow: Flow<T>): Promise<readonly T[]> {
  const out = toArray<T>();
  const { balance } = await run(pipeline('from', flow.to(out)));
  expect(balance).toMatchObject({ read: out.records.length, written: out.records.length, closed: true });
  return out.records;
}

function* counting() {
  yield* [1, 2, 3];
}

async function* countingLater() {
  yield* [1, 2, 3];
}

describe('from reads', () => {
  const web = () =>
    new ReadableStream<number>({
      start(controller) {
        for (const n of [1, 2, 3]) controller.enqueue(n);
        controller.close();
      },
    });
  const likeArray = { length: 3, 0: 1, 1: 2, 2: 3 };
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
  const thenable = { then: (done: (value: number) => void) => done(7) } as PromiseLike<number>;

  test.each<[string, () => Flow<unknown>, readonly unknown[]]>([
    ['an array', () => from([1, 2, 3]), [1, 2, 3]],
    ['an empty array', () => from([]), []],
    ['an array with nothing in its places', () => from([undefined, null, 0, '']), [undefined, null, 0, '']],
    ['a typed array', () => from(new Uint8Array([1, 2, 3])), [1, 2, 3]],
    ['what looks like an array', () => from(likeArray), [1, 2, 3]],
    ['a set', () => from(new Set([1, 2, 3])), [1, 2, 3]],
    ['a map, as its entries', () => from(new Map([['a', 1]])), [['a', 1]]],
    ['text, character by character', () => from('añ😀'), ['a', 'ñ', '😀']],
    ['a generator', () => from(counting()), [1, 2, 3]],
    ['an object that can be iterated', () => from({ [Symbol.iterator]: counting }), [1, 2, 3]],
    ['an async generator', () => from(countingLater()), [1, 2, 3]],
    ['a promise, as one record', () => from(Promise.resolve([1, 2, 3])), [[1, 2, 3]]],
    ['a thenable of another library', () => from(thenable), [7]],
    ['a Node stream of objects', () => from(Readable.from([1, 2, 3])), [1, 2, 3]],
    ['a Node stream of bytes', () => from<Buffer>(Readable.from([Buffer.from('ab')])), [Buffer.from('ab')]],
    ['a web stream', () => from(web()), [1, 2, 3]],
    ['an Observable', () => from(observableOf(1, 2, 3), { overflow: 'buffer', size: 10 }), [1, 2, 3]],
    ['the flow of another pipeline', () => from(from([1, 2]).pipe(map((n) => n * 2))), [2, 4]],
  ])('%s', async (_, flow, expected) => {
    expect(await records(flow())).toEqual(expected);
  });

  test('the same description again, where what it reads can begin again', async () => {
    const flow = from(new Set([1, 2]));
    expect(await records(flow)).toEqual([1, 2]);
    expect(await records(flow)).toEqual([1, 2]);
  });
});

describe('from refuses at once', () => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['a function, which may be meant to be called', () => [1, 2]],
    ['a plain object', { a: 1 }],
  ])('%s', (_, input) => {
    expect(() => from(input as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(/^Cannot read from /) }),
    );
  });

  test('an overflow strategy for what can be held back, and a wrong one', () => {
    const wrong = expect.objectContaining({ code: 'ERR_OPTIONS' });
    expect(() => from([1] as never, { overflow: 'latest' })).toThrow(wrong);
    expect(() => from(observableOf(1), { overflow: 'drop' } as never)).toThrow(/drop-newest/);
    expect(() => from(observableOf(1), { overflow: 'buffer' } as never)).toThrow(/size: expected number/);
  });
});

describe('an Observable without an overflow strategy', () => {
  const foreign = { '@@observable': () => observableOf(1) };

  test.each([
    ['of RxJS', observableOf(1)],
    ['of another library', foreign],
  ])('is a problem of the pipeline, told with all others: one %s', (_, input) => {
    const flow = from(input as never).as('ticks');
    const { even } = from([1, 2]).split({
      even: (n: number) => n % 2 === 0,
      odd: (n: number) => n % 2 === 1,
    });
    const problems = thrownBy(() => pipeline('ticks', [flow.to(toArray()), even.to(toArray())]));
    expect(problems).toMatchObject({ code: 'ERR_PIPELINE_INVALID' });
    expect(problems.message).toMatch(/"ticks": it pushes on its own and has no overflow strategy/);
    expect(problems.message).toMatch(/'drop-oldest'/);
    expect(problems.message).toMatch(/The route "odd" .* leads nowhere/);
  });

  test('does not subscribe to it before that', () => {
    let subscribed = 0;
    const input = { subscribe: () => subscribed++ };
    from(input as never);
    expect(subscribed).toBe(0);
  });
});

function thrownBy(make: () => unknown): { code: string; message: string } {
  try {
    make();
  } catch (error) {
    if (isMillraceError(error)) return error;
  }
  throw new Error('nothing was thrown');
}

test('readFrom makes a flow of a reader of one’s own', async () => {
  const reader: Reader<string> = {
    name: 'hello',
    label: 'hello world',
    traits: { bounded: true, replay: 'none', splittable: false },
    open: () =>
      observableOf({
        kind: 'batch',
        records: ['hello'],
        origin: { source: 'hello', at: (index: number) => ({ source: 'hello', record: index + 1 }) },
      } as const),
  };
  expect(await records(readFrom(reader))).toEqual(['hello']);
});

test('dead letters flow on like any other records, and are accounted for', async () => {
  const rejects = deadLetters();
  const out = toArray<string>();
  const kept = toArray<number>();
  const halves = from([2, 3, 4]).pipe(
    map(
      (n) => {
        if (n % 2 === 1) throw new Error(`${n} is odd`);
        return n / 2;
      },
      { onError: deadLetter(rejects) },
    ),
  );
  const { balance } = await run(
    pipeline('halves', [
      halves.to(kept),
      rejects.pipe(map(({ error, record }) => `${record}: ${error.cause ?? error.message}`)).to(out),
    ]),
  );
  expect(kept.records).toEqual([1, 2]);
  expect(out.records).toEqual([expect.stringMatching(/^3: .*3 is odd/)]);
  expect(balance).toMatchObject({ read: 3, deadLettered: 1, closed: true });
});
