import { describe, expect, test } from 'vitest';
import { defineOperator, type Operator, pipeline, retry } from '../../../../src/index.ts';
import type { CheckpointStore } from '../../../../src/interfaces/checkpoint.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { begin, counting, never } from './checkpointed-run.ts';
import { type Disk, disk, durable } from './durable.ts';

/** Running sums, as their operator was: first it remembered a number, then an object, then a list. */
const sums: Readonly<Record<1 | 2 | 3, (onError?: ReturnType<typeof retry>) => Operator<number, number>>> = {
  1: (onError) =>
    summing(
      1,
      (sum) => sum,
      (state) => state as number,
      onError,
    ),
  2: (onError) =>
    summing(
      2,
      (sum) => ({ sum }),
      (state, version) => (version === 1 ? (state as number) : (state as { readonly sum: number }).sum),
      onError,
    ),
  3: (onError) =>
    summing(
      3,
      (sum) => [sum],
      (state, version) => {
        if (version === 1) throw new Error('states of version 1 cannot be gone on with any more');
        return version === 2 ? (state as { readonly sum: number }).sum : (state as readonly number[])[0]!;
      },
      onError,
    ),
};

function summing(
  stateVersion: number,
  snapshot: (sum: number) => unknown,
  restore: (state: unknown, version: number | undefined) => number,
  onError?: ReturnType<typeof retry>,
): Operator<number, number> {
  return defineOperator<number, number>({
    name: 'sums',
    cardinality: 'one',
    remembers: 'snapshot',
    ...(stateVersion > 1 && { stateVersion }),
    ...(onError !== undefined && { onError }),
    create() {
      let sum = 0;
      return {
        push(n, emit) {
          sum += n;
          emit(sum);
        },
        snapshot: () => snapshot(sum),
        restore(state, version) {
          sum = restore(state, version);
        },
      };
    },
  });
}

const again = retry({ attempts: 2, backoff: '0ms..0ms' });
const ALL = [1, 3, 6, 10, 15, 21, 28, 36, 45];

/** Leaves a checkpoint behind the fourth number. */
async function left(operator: Operator<number, number>, store: CheckpointStore, out: Disk<number>) {
  const held = (n: number) => (n === 5 ? never() : undefined);
  const { live } = begin(pipeline('p', counting(9, held).pipe(operator).to(durable(out))), store);
  await turns(50);
  await live.stop();
}

const goOn = (operator: Operator<number, number>, store: CheckpointStore, out: Disk<number>, more = {}) =>
  begin(pipeline('p', counting(9).pipe(operator).to(durable(out))), store, more).live.done;

describe('what an operator remembered, of which the shape has changed', () => {
  test.each([
    ['in the way of the records', undefined],
    ['lifted out of it', again],
  ])('is gone on with by one that knows the version: %s', async (_, onError) => {
    for (const [was, is] of [
      [1, 1],
      [1, 2],
      [2, 3],
      [3, 3],
    ] as const) {
      const [store, out] = [memoryStore(), disk<number>()];
      await left(sums[was](onError), store, out);
      await goOn(sums[is](onError), store, out);
      expect(out.records).toEqual(ALL);
    }
  });

  test('is refused by one that does not know it any more, which says so', async () => {
    const [store, out] = [memoryStore(), disk<number>()];
    await left(sums[1](), store, out);
    await expect(goOn(sums[3](), store, out)).rejects.toMatchObject({
      message: 'Cannot go on in "sums": states of version 1 cannot be gone on with any more',
      node: 'sums',
    });
  });

  test('is refused by one that does not know it yet, before anything runs, unless it may be lost', async () => {
    const [store, out] = [memoryStore(), disk<number>()];
    await left(sums[3](), store, out);
    await expect(goOn(sums[2](), store, out)).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT_VERSION',
      message:
        'Cannot go on with "p" from checkpoint 2: what "sums" remembered is of version 3, and is known up to version 2',
      hint: expect.stringContaining('allowDroppedState: ["sums"]'),
      details: { nodes: ['sums'] },
    });
    expect(out.calls.at(-1)).toBe('suspend');
    await goOn(sums[2](), store, out, { allowDroppedState: ['sums'] });
    expect(out.records).toEqual([1, 3, 6, 10, 5, 11, 18, 26, 35]);
  });

  test('may be lost when the operator is another by now, and the balance closes all the same', async () => {
    const detailed = (detail: string) => Object.freeze({ ...sums[1](), detail });
    const [store, out] = [memoryStore(), disk<number>()];
    await left(detailed('before'), store, out);
    await expect(goOn(detailed('now'), store, out)).rejects.toMatchObject({ code: 'ERR_CHECKPOINT' });
    const { balance } = await goOn(detailed('now'), store, out, { allowDroppedState: ['sums'] });
    expect(balance).toMatchObject({ read: 9, written: 9, closed: true });
  });

  test('has a version that is a whole number from 1', () => {
    for (const stateVersion of [0, 1.5, Number.NaN]) {
      expect(() => defineOperator({ name: 'x', stateVersion, create: () => ({ push() {} }) })).toThrow(
        expect.objectContaining({ code: 'ERR_OPTIONS' }),
      );
    }
  });
});
