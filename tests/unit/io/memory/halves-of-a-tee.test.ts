import { ReadableStream } from 'node:stream/web';
import { describe, expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import type { Flow } from '../../../../src/processing/graph/flow.ts';
import { concat, merge, zip } from '../../../../src/processing/graph/join.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { run } from '../../../../src/start.ts';

const NUMBERS = Array.from({ length: 5000 }, (_, n) => n);

function halves(): readonly [Flow<number>, Flow<number>] {
  const [one, other] = ReadableStream.from<number>(NUMBERS).tee();
  return [from(one), from(other)];
}

async function records<T>(flow: Flow<T>): Promise<readonly T[]> {
  const out = toArray<T>();
  const { balance } = await run(pipeline('half', flow.to(out)));
  expect(balance.closed).toBe(true);
  return out.records;
}

describe('pain P17: the halves of a web stream that was teed', () => {
  test('are read by two runs at once, of which one has enough early', async () => {
    const [one, other] = halves();
    const read = await Promise.all([records(one.pipe(take(3))), records(other)]);
    expect(read).toEqual([[0, 1, 2], NUMBERS]);
  });

  test('are read by two branches of a run, of which one has enough early', async () => {
    const [one, other] = halves();
    const [few, all] = [toArray<number>(), toArray<number>()];
    const { balance } = await run(pipeline('halves', [one.pipe(take(3)).to(few), other.to(all)]));
    expect([few.records, all.records]).toEqual([[0, 1, 2], NUMBERS]);
    expect(balance).toMatchObject({ written: 5003, closed: true });
  });

  test('can be left by two runs that both have enough', async () => {
    const [one, other] = halves();
    const read = await Promise.all([records(one.pipe(take(2))), records(other.pipe(take(4)))]);
    expect(read).toEqual([
      [0, 1],
      [0, 1, 2, 3],
    ]);
  });

  test('meet again in one flow', async () => {
    expect(await records(zip(...halves()))).toEqual(NUMBERS.map((n) => [n, n]));
    const merged = await records(merge(...halves()));
    expect(merged.toSorted((a, b) => a - b)).toEqual(NUMBERS.flatMap((n) => [n, n]));
  });

  test('are read one after the other', async () => {
    expect(await records(concat(...halves()))).toEqual([...NUMBERS, ...NUMBERS]);
    const [one, other] = halves();
    expect(await records(one)).toEqual(NUMBERS);
    expect(await records(other)).toEqual(NUMBERS);
  });

  test('can be left by one run, although the other half is never read', async () => {
    const [one] = new ReadableStream<number>({ pull: (controller) => controller.enqueue(1) }).tee();
    expect(await records(from(one!).pipe(take(3)))).toEqual([1, 1, 1]);
  });
});
