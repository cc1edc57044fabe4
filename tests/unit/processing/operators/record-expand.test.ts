import { describe, expect, test } from 'vitest';
import { from, pipeline, retry, run, skip, start, take, toArray } from '../../../../src/index.ts';
import type { Operator } from '../../../../src/interfaces/operator.ts';
import { expand } from '../../../../src/processing/operators/expand.ts';
import { expandAsync } from '../../../../src/processing/operators/expand-async.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';

const wrong = expect.objectContaining({ code: 'ERR_OPTIONS' });

async function through<A, B>(input: readonly A[], ...operators: [Operator<A, B>, ...Operator<B, B>[]]) {
  const out = toArray<B>();
  const flow = (from(input).pipe as (...all: unknown[]) => ReturnType<typeof from<B>>)(...operators);
  const { balance } = await run(pipeline('p', flow.to(out)));
  expect(balance.closed).toBe(true);
  return out.records;
}

/** A binary tree, its nodes as their paths. */
const children = (path: string) => (path.length < 3 ? [`${path}0`, `${path}1`] : undefined);
const tree = ['', '0', '1', '00', '01', '10', '11', '000', '001', '010', '011', '100', '101', '110', '111'];

describe.each([
  [
    'expand',
    (fn: (path: string, depth: number) => unknown, options?: object) => expand<string>(fn as never, options),
  ],
  [
    'expandAsync',
    (fn: (path: string, depth: number) => unknown, options?: object) =>
      expandAsync<string>(async (path, { depth }) => fn(path, depth) as never, options),
  ],
] as const)('%s', (name, make) => {
  test('is breadth first, and tells each call its depth', async () => {
    const depths = new Map<string, number>();
    const operator = make((path, depth) => {
      depths.set(path, depth);
      return children(path);
    });
    expect(await through([''], operator)).toEqual(tree);
    expect([...depths].every(([path, depth]) => path.length === depth)).toBe(true);
  });

  test('stops at its depth, by choice', async () => {
    expect(await through([''], make(children, { depth: 1 }))).toEqual(['', '0', '1']);
    expect(await through(['', '0'], make(children, { depth: 0 }))).toEqual(['', '0']);
  });

  test('without a depth, a record that comes of itself ends the run rather than to go on for ever', async () => {
    await expect(
      through(
        ['x'],
        make((path) => [path]),
      ),
    ).rejects.toMatchObject({
      code: 'ERR_LIMIT',
      message: expect.stringContaining('10000 levels'),
    });
  });

  test('fails when more records wait than it may hold', async () => {
    await expect(
      through([''], make(children, { max: 3, ...(name === 'expandAsync' && { concurrency: 1 }) })),
    ).rejects.toMatchObject({
      code: 'ERR_LIMIT',
      details: { max: 3 },
    });
  });

  test('goes on without end, and without a limit on memory, while downstream wants more', async () => {
    const chain = make((path) => [String(Number(path) + 1)], { depth: 1_000_000 });
    expect(await through(['0'], chain, take(2000))).toHaveLength(2000);
  });

  test('emits nothing of a record that cannot be expanded itself, so that skip() leaves it out', async () => {
    const fn = (path: string) => {
      if (path === 'bad') throw new Error('no such page');
      return children(path);
    };
    expect(await through(['bad', '00'], make(fn, { onError: skip() }))).toEqual(['00', '000', '001']);
    await expect(through(['bad'], make(fn))).rejects.toThrow(/no such page/);
  });

  test('keeps what was emitted when a later call fails, and goes on with the next record', async () => {
    const fn = (path: string) => {
      if (path === '01') throw new Error('no such page');
      return children(path);
    };
    const made = await through(['0', '10'], make(fn, { onError: skip() }));
    expect(made).toEqual(['0', '00', '01', '000', '001', '10', '100', '101']);
  });

  test.each([7, {}, true])('takes %j for a mistake of the callback', async (made) => {
    await expect(
      through(
        [''],
        make(() => made),
      ),
    ).rejects.toMatchObject({
      code: 'ERR_CALLBACK',
      message: expect.stringContaining('cannot be iterated'),
    });
  });

  test.each([{ depth: -1 }, { depth: 0.5 }, { max: 0 }, { deep: 1 }])('refuses %j', (options) => {
    expect(() => make(children, options)).toThrow(wrong);
  });
});

test('expand pulls an iterable as downstream has room', async () => {
  let pulled = 0;
  const endless = expand<number>(
    function* () {
      for (;;) yield pulled++;
    },
    { depth: 1 },
  );
  expect(await through([-1], endless, take(3))).toEqual([-1, 0, 1]);
  expect(pulled).toBeLessThan(5000);
});

describe('expandAsync', () => {
  test('makes so many calls at a time, never more, and keeps the order', async () => {
    let open = 0;
    let most = 0;
    const operator = expandAsync<string>(
      async (path) => {
        most = Math.max(most, ++open);
        await turns(path.endsWith('0') ? 5 : 1);
        open--;
        return children(path);
      },
      { concurrency: 3 },
    );
    expect(await through([''], operator)).toEqual(tree);
    expect(most).toBe(3);
  });

  test('repeats the call of a record by retry()', async () => {
    let calls = 0;
    const flaky = expandAsync<string>(
      async (path) => {
        if (++calls < 3) throw new Error('503');
        return children(path);
      },
      { onError: retry({ attempts: 3, backoff: '1ms..1ms' }) },
    );
    expect(await through(['00'], flaky)).toEqual(['00', '000', '001']);
  });

  test('fails when nothing comes within its timeout, and tells the call', async () => {
    const clock = virtualClock();
    let signal: AbortSignal | undefined;
    const operator = expandAsync<string>(
      (_path, context) => {
        signal = context.signal;
        return new Promise(() => {});
      },
      { timeout: '5s' },
    );
    const live = start(pipeline('p', from(['']).pipe(operator).to(toArray())), { clock, stallAfter: false });
    await turns(3);
    await clock.advance(5000);
    await expect(live.done).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(signal?.aborted).toBe(true);
  });
});

test('both refuse what is no callback', () => {
  expect(() => expand({} as never)).toThrow(/expand\(\)/);
  expect(() => expandAsync({} as never)).toThrow(/expandAsync\(\)/);
});
