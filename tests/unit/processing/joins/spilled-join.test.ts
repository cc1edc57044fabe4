import { describe, expect, test } from 'vitest';
import { from, readFrom } from '../../../../src/from.ts';
import { type JoinOptions, join } from '../../../../src/processing/joins/join.ts';
import { type JoinKind, joinKinds } from '../../../../src/processing/joins/join-kinds.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { SpillFolder } from '../../../../src/processing/runtime/spill/spill-folder.ts';
import { barrier, scripted, watermark } from '../runtime/scripted-reader.ts';
import { LEAST, spillingFolder } from '../runtime/spilling-folder.ts';
import { asBuild, bareJoin, keyed, on, rows } from './bare-join.ts';
import { joinedBy } from './joined.ts';
import { naiveJoin, type Row, shown } from './naive-join.ts';

const { folder, options } = spillingFolder();
const joined = joinedBy(options);

describe('while the build side fits', () => {
  test('results come in the order of the other side, as they come, and nothing goes to the disk', async () => {
    const spill = new SpillFolder(folder);
    const { logic, log, memory } = bareJoin('left', spill);
    await logic.write(asBuild(keyed(1, 2, 2)));
    await logic.write(keyed(2, 1, 9));
    expect(log).toEqual(['0-1', '0-2', '1-0', '2-undefined']);
    await logic.end();
    expect(log).toHaveLength(4);
    expect(memory.used).toBe(0);
  });

  test('records keep their classes and their origins', async () => {
    class Order {
      readonly k = 1;
      readonly id = 0;
    }
    const plain = await joined(join(from([new Order()]), from(keyed(1)), { on, spill: true }));
    expect((plain.records[0] as { left: unknown }).left).toBeInstanceOf(Order);
    const broken = map(({ left }: { left: Row }) => {
      if (left.id === 2) throw new Error('the third');
      return left;
    });
    const flow = join(readFrom(scripted([keyed(1, 9), keyed(9, 9, 1)])), from(keyed(1)), { on, spill: true });
    await expect(joined(flow.pipe(broken))).rejects.toMatchObject({ origin: { record: 5 } });
  });

  test('many partners of one record are pulled as there is room', async () => {
    let merged = 0;
    const merge = () => ++merged;
    const many = Array.from({ length: 5000 }, (_, id) => ({ id, k: 1 }));
    const flow = join(from(keyed(1, 1)), from(many), { on, merge, spill: true });
    expect((await joined(flow, {})).records).toHaveLength(10_000);
    merged = 0;
    expect((await joined(flow.pipe(take(3)), {})).records).toEqual([1, 2, 3]);
    expect(merged).toBeLessThan(4000);
  });
});

describe('when it does not fit', () => {
  test('what is left in memory still streams past, and what was on the disk comes at the end', async () => {
    const spill = new SpillFolder(folder);
    const { logic, log } = bareJoin('inner', spill);
    await logic.write(asBuild(rows(600)));
    await logic.write(rows(600));
    const early = log.length;
    expect(early).toBeGreaterThan(0);
    expect(early).toBeLessThan(600);
    await logic.end();
    const ids = log.map((text) => Number(String(text).split('-')[0]));
    expect(ids.slice(0, early)).toEqual(ids.slice(0, early).toSorted((a, b) => a - b));
    expect(new Set(ids).size).toBe(600);
    await spill.close();
  });

  test.each(joinKinds)(
    'kind %s: one key with more rows than fit is joined by reading again and again',
    async (kind) => {
      const build = [
        ...keyed(...new Array(1500).fill(5)),
        ...rows(20).map(({ k }, n) => ({ id: 1500 + n, k })),
      ];
      const probe = keyed(5, 3, 99, null, 5);
      for (const side of ['left', 'right'] as const) {
        const [left, right] = side === 'left' ? [build, probe] : [probe, build];
        const merge = kind === 'semi' || kind === 'anti' ? {} : { merge: shown as never };
        const how = { on, kind, build: side, spill: true, ...merge } as JoinOptions<
          Row,
          Row,
          JoinKind,
          unknown
        >;
        const { records, held } = await joined(join(from(left), from(right), how));
        const texts = records.map((one) => (typeof one === 'string' ? one : `${(one as Row).id}`));
        const wanted = naiveJoin(left, right, kind, (a, b) => a.k !== null && a.k === b.k);
        expect(texts.toSorted()).toEqual(wanted);
        // Of records that are only asked for, one row of each key is enough.
        const enough = (kind === 'semi' || kind === 'anti') && side === 'right';
        expect(held.spilled > 0).toBe(!enough);
        expect(held.peak).toBeLessThanOrEqual(LEAST);
      }
    },
  );

  test('rows without a key, and records for which nothing can be found, never wait on the disk', async () => {
    const nulls = keyed(...new Array(2000).fill(null));
    const { records, held } = await joined(
      join(from(keyed(null, 1)), from(nulls), { on, kind: 'full', merge: shown, spill: true }),
    );
    expect(records).toHaveLength(2002);
    expect(held.peak).toBeLessThanOrEqual(LEAST);
    expect(held.spilled).toBe(0);
  });

  test('the order is the same each time', async () => {
    const flow = () =>
      join(from(rows(3000)), from(rows(2000)), { on, kind: 'full', merge: shown, spill: true });
    expect((await joined(flow())).records).toEqual((await joined(flow())).records);
  });

  test('keys that are lists, dates and NaN find their partners', async () => {
    const key = (n: number) => [new Date(n * 1000), n % 3 === 0 ? Number.NaN : `${n}`, 0 * -n];
    const side = Array.from({ length: 800 }, (_, n) => ({ n }));
    const flow = join(from(side), from(side), {
      on: ({ n }) => key(n),
      merge: (left, right) => left.n - right.n,
      spill: true,
    });
    const { records, held } = await joined(flow);
    expect(records).toEqual(new Array(800).fill(0));
    expect(held.spilled).toBeGreaterThan(0);
  });

  test('event time goes on behind the last record, and barriers in their places', async () => {
    const seen = async (count: number) => {
      const spill = new SpillFolder(folder);
      const { logic, log } = bareJoin('inner', spill);
      await logic.write(asBuild(rows(count)));
      await logic.signal!(watermark(10));
      await logic.write(rows(count).slice(0, 5));
      await logic.signal!(barrier(1));
      await logic.signal!(watermark(20));
      await logic.end();
      await spill.close();
      return log;
    };
    expect(await seen(5)).toEqual([10, '0-0', '1-1', '2-2', '3-3', '4-4', 'barrier', 20]);
    const log = await seen(900);
    expect(log.at(-1)).toBe(20);
    expect(log).not.toContain(10);
    expect(log).toContain('barrier');
    expect(log).toHaveLength(7);
  });
});
