import { describe, expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import type { SyncLogic, SyncOperator } from '../../../../src/interfaces/operator.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { batch } from '../../../../src/processing/operators/batch.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { run } from '../../../../src/start.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';
import { type VirtualClock, virtualClock } from '../../../../src/testing/virtual-clock.ts';

const wrong = expect.objectContaining({ code: 'ERR_OPTIONS' });

async function batched<A>(operator: ReturnType<typeof batch<A>>, input: readonly A[]): Promise<unknown> {
  const probe = probeOperator(operator);
  await probe.feed(input);
  await probe.end();
  return probe.output;
}

describe('batch by bytes', () => {
  test('closes an array before the record that would make it too large', async () => {
    expect(await batched(batch({ bytes: 5 }), ['aa', 'bb', 'cc', 'd', 'ee'])).toEqual([
      ['aa', 'bb'],
      ['cc', 'd', 'ee'],
    ]);
  });

  test('gives a record that is larger than the limit an array of its own', async () => {
    expect(await batched(batch({ bytes: 3 }), ['a', 'bbbbbb', 'c'])).toEqual([['a'], ['bbbbbb'], ['c']]);
  });

  test('counts bytes, not characters, and the JSON of what is neither text nor bytes', async () => {
    expect(await batched(batch({ bytes: 4 }), ['éé', 'a'])).toEqual([['éé'], ['a']]);
    const bytes = [new Uint8Array(3), new Uint8Array(2)];
    expect(await batched(batch({ bytes: 4 }), bytes)).toEqual([[bytes[0]], [bytes[1]]]);
    expect(await batched(batch({ bytes: 14 }), [{ a: 1 }, { a: 2 }, { a: 3 }])).toHaveLength(2);
  });

  test('takes undefined for nothing, so that it is bounded by a size only', async () => {
    expect(await batched(batch({ bytes: 1, size: 2 }), [undefined, undefined, undefined])).toEqual([
      [undefined, undefined],
      [undefined],
    ]);
  });

  test('is bounded by size, too, where both are given', async () => {
    expect(await batched(batch({ size: 2, bytes: '1 MiB' }), ['a', 'b', 'c'])).toEqual([['a', 'b'], ['c']]);
  });

  test('asks sizeOf, once for each record', async () => {
    let calls = 0;
    const sizeOf = (n: number) => {
      calls++;
      return n;
    };
    expect(await batched(batch({ bytes: 10, sizeOf }), [4, 6, 1])).toEqual([[4, 6], [1]]);
    expect(calls).toBe(3);
  });

  test.each<[string, (n: number) => unknown]>([
    ['throws', () => fault()],
    ['throws undefined', () => fault(undefined)],
    ['gives NaN', () => Number.NaN],
    ['gives a negative number', () => -1],
    ['gives text', () => '3'],
    ['gives a promise', () => Promise.reject(new Error('late'))],
  ])('a sizeOf that %s fails its record, and the open array stays as it was', async (_what, faulty) => {
    const sizeOf = (n: number) => (n === 2 ? faulty(n) : 1) as number;
    const out = toArray<number[]>();
    const flow = from([1, 2, 3]).pipe(batch({ bytes: 10, sizeOf, onError: skip() }));
    const { balance } = await run(pipeline('x', flow.to(out)));
    expect(out.records).toEqual([[1, 3]]);
    expect(balance).toMatchObject({ skipped: 1, closed: true });
    await expect(
      run(
        pipeline(
          'x',
          from([2])
            .pipe(batch({ bytes: 10, sizeOf }))
            .to(toArray()),
        ),
      ),
    ).rejects.toMatchObject({ code: 'ERR_CALLBACK', origin: { record: 1 } });
  });
});

function fault(error: unknown = new Error('no size')): never {
  throw error;
}

test('the two ways to write it are one operator', async () => {
  expect(batch(2, { within: '2s' }).detail).toBe('2 within 2.0 s');
  expect(batch({ size: 2, within: '2s' }).detail).toBe('2 within 2.0 s');
  expect(batch({ bytes: '1 MiB' }).detail).toBe('1.0 MB');
});

test.each([
  [{}],
  [{ within: '2s' }],
  [{ size: 0 }],
  [{ bytes: 'much' }],
  [{ bytes: -1 }],
  [{ size: 1, sizeOf: 3 }],
  [{ size: 1, wihtin: 2 }],
  [null],
])('refuses %j: an array needs a bound', (given) => {
  expect(() => batch(given as never)).toThrow(wrong);
});

describe('what a batch remembers', () => {
  type Logic = SyncLogic<string, string[]>;
  const operator = batch<string>({ size: 3, bytes: 6, within: 100 }) as SyncOperator<string, string[]>;
  const input = ['a', 'bb', 'cccc', 'd', 'e', 'f', 'ggggggg', 'h'];

  function logic(clock: VirtualClock, output: string[][]): Logic {
    const emit = (records: string[]) => void output.push(records);
    return operator.create({
      clock,
      after: (ms: number, callback: (to: typeof emit) => void) => clock.schedule(() => callback(emit), ms),
    } as never);
  }

  test('goes on wherever the input is cut', () => {
    const clock = virtualClock();
    const whole: string[][] = [];
    const undisturbed = logic(clock, whole);
    for (const record of input) undisturbed.push(record, (records) => whole.push(records));
    undisturbed.end?.((records) => whole.push(records));
    for (let cut = 0; cut <= input.length; cut++) {
      const output: string[][] = [];
      const emit = (records: string[]) => void output.push(records);
      const before = logic(clock, output);
      for (const record of input.slice(0, cut)) before.push(record, emit);
      const state = structuredClone(before.snapshot?.());
      before.close?.();
      const after = logic(clock, output);
      after.restore?.(state);
      for (const record of input.slice(cut)) after.push(record, emit);
      after.end?.(emit);
      after.close?.();
      expect(output).toEqual(whole);
    }
  });

  test('is due when it would have been', async () => {
    const clock = virtualClock();
    const before = logic(clock, []);
    before.push('a', () => {});
    await clock.advance(60);
    const state = structuredClone(before.snapshot?.());
    before.close?.();
    const output: string[][] = [];
    logic(clock, output).restore?.(state);
    await clock.advance(39);
    expect(output).toEqual([]);
    await clock.advance(1);
    expect(output).toEqual([['a']]);
  });
});
