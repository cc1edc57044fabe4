import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import type { Flow } from '../../../../src/processing/graph/flow.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { hashJoin } from '../../../../src/processing/joins/hash-join.ts';
import { join } from '../../../../src/processing/joins/join.ts';
import { joinKinds } from '../../../../src/processing/joins/join-kinds.ts';
import { BuildRow } from '../../../../src/processing/joins/join-table.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { run } from '../../../../src/start.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';
import { naiveJoin, type Row, shown } from './naive-join.ts';

async function gives<B>(flow: Flow<B>): Promise<readonly B[]> {
  const out = toArray<B>();
  const { balance } = await run(pipeline('x', flow.to(out)));
  expect(balance.closed).toBe(true);
  return out.records;
}

const rows = (...keys: readonly (number | null)[]): readonly Row[] => keys.map((k, id) => ({ id, k }));
const on = ({ k }: Row) => k;
const matches = (left: Row, right: Row) => left.k !== null && left.k === right.k;

describe.each(joinKinds)('join, kind %s', (kind) => {
  describe.each(['left', 'right'] as const)('with the %s side in memory', (build) => {
    const joined = (left: readonly Row[], right: readonly Row[]) => {
      const options = { on, kind, build };
      return kind === 'semi' || kind === 'anti'
        ? join(from(left), from(right), options)
        : join(from(left), from(right), { ...options, merge: shown as never });
    };
    const text = (record: unknown) => (typeof record === 'string' ? record : `${(record as Row).id}`);

    test('gives what comparing each with each gives', async () => {
      const side = fc.array(fc.option(fc.integer({ min: 0, max: 4 })), { maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(side, side, async (left, right) => {
          const found = await gives(joined(rows(...left), rows(...right)));
          const wanted = naiveJoin(rows(...left), rows(...right), kind, matches);
          expect(found.map(text).toSorted()).toEqual(wanted);
        }),
        { numRuns: 60, seed: 4 },
      );
    });

    test('goes on from what it has remembered', async () => {
      const make = () =>
        hashJoin({
          keys: [on as never, on as never],
          kind,
          buildsLeft: build === 'left',
          merge: shown as never,
          maxRows: 100,
          onError: undefined,
        });
      const input = [...rows(1, 2, 2, null, 3).map((row) => new BuildRow(row)), ...rows(2, 1, 9, null, 2)];
      const whole = probeOperator(make());
      await whole.feed(input);
      await whole.end();
      for (let cut = 0; cut <= input.length; cut++) {
        const logic = make();
        if (logic.kind !== 'sync') throw new Error('it is not synchronous');
        const emitted: unknown[] = [];
        const emit = (record: unknown) => void emitted.push(record);
        const context = { node: 'x', complete() {}, advance() {}, idle() {} } as never;
        const before = logic.create(context);
        for (const record of input.slice(0, cut))
          for (const more of before.push(record, emit) ?? []) emit(more);
        const after = logic.create(context);
        after.restore!(structuredClone(before.snapshot!()));
        for (const record of input.slice(cut)) for (const more of after.push(record, emit) ?? []) emit(more);
        for (const one of after.end!(emit) ?? []) emit(one);
        expect(emitted).toEqual(whole.output);
      }
    });
  });
});

describe('join', () => {
  test('of records with many partners pulls them as there is room, and stops when enough have come', async () => {
    const right = Array.from({ length: 5000 }, (_, id) => ({ id, k: 1 }));
    const left = rows(1, 1, 2);
    expect(await gives(join(from(left), from(right), { on }))).toHaveLength(10_000);
    let merged = 0;
    const merge = () => {
      merged++;
      return 1;
    };
    expect(await gives(join(from(left), from(right), { on, merge }).pipe(take(3)))).toHaveLength(3);
    expect(merged).toBeLessThan(3000);
  });

  test('takes keys of each side, also lists, dates and NaN', async () => {
    const left = [{ id: 1, a: 'x', d: new Date(5) }];
    const right = [{ id: 2, b: 'x', e: new Date(5) }];
    const flow = join(from(left), from(right), { on: [(l) => [l.a, l.d], (r) => [r.b, r.e]] });
    expect(await gives(flow)).toEqual([{ left: left[0], right: right[0] }]);
    const nan = join(from([{ v: Number.NaN }]), from([{ v: Number.NaN }]), { on: (record) => record.v });
    expect(await gives(nan)).toHaveLength(1);
  });

  test('emits in the order of the side that flows past, and of the rows it finds', async () => {
    const flow = join(from(rows(2, 1, 2)), from(rows(1, 2, 2)), { on, merge: shown });
    expect(await gives(flow)).toEqual(['0-1', '0-2', '1-0', '2-1', '2-2']);
  });

  test('fails a record whose key or merge fails, and leaves it out under skip()', async () => {
    for (const wrong of [
      { on: [(row: Row) => (row.id === 1 ? { ...row } : row.k), on] as const },
      { on, merge: (left: Row) => (left.id === 1 ? (Promise.reject(new Error('late')) as never) : left.id) },
      {
        on: [
          (row: Row) => {
            if (row.id === 1) throw undefined;
            return row.k;
          },
          on,
        ] as const,
      },
    ]) {
      const flow = (onError?: ReturnType<typeof skip>) =>
        join(from(rows(1, 1, 1)), from(rows(1)), { ...wrong, ...(onError && { onError }) } as never);
      await expect(gives(flow())).rejects.toMatchObject({
        code: expect.stringMatching(/ERR_(KEY|CALLBACK)/),
      });
      expect(await gives(flow(skip()))).toHaveLength(2);
    }
  });

  test('holds no more rows than it may', async () => {
    const flow = join(from(rows(1)), from(rows(1, 2, 3)), { on, maxRows: 2 });
    await expect(gives(flow)).rejects.toMatchObject({
      code: 'ERR_LIMIT',
      hint: expect.stringContaining('maxRows'),
    });
  });

  test.each([
    { on: 'k' },
    { on: [on] },
    { on, kind: 'outer' },
    { on, build: 'both' },
    { on, maxRows: 0 },
    {},
  ])('refuses %j', (wrong) => {
    expect(() => join(from(rows()), from(rows()), wrong as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS' }),
    );
  });
});
