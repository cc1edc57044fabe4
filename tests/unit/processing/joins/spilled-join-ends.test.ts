import { describe, expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { type JoinOptions, join } from '../../../../src/processing/joins/join.ts';
import { take } from '../../../../src/processing/operators/take.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import type { SpillFolder } from '../../../../src/processing/runtime/spill/spill-folder.ts';
import { start } from '../../../../src/start.ts';
import { type DiskFailure, expectDiskFailure } from '../runtime/faulty-spill.ts';
import { LEAST, spillingFolder } from '../runtime/spilling-folder.ts';
import { asBuild, bareJoin, keyed, on, rows } from './bare-join.ts';
import { joinedBy } from './joined.ts';
import type { Row } from './naive-join.ts';

const { folder, options } = spillingFolder();
const joined = joinedBy(options);

describe('state beyond the memory', () => {
  test('is an error where nothing may spill', async () => {
    const flow = (spill: boolean) => join(from(rows(3000)), from(rows(3000)), { on, spill });
    await expect(joined(flow(false))).rejects.toMatchObject({
      code: 'ERR_MEMORY',
      message:
        'Cannot hold the side of the join that is built in "join": the memory of the pipeline is 65.5 kB, and spilling is off',
    });
    await expect(joined(flow(true), { ...options, spill: false })).rejects.toMatchObject({
      code: 'ERR_MEMORY',
    });
    expect((await joined(flow(false), { ...options, memory: '16 MiB' })).records).toHaveLength(3000);
  });

  test('is an error when one row alone is too large, and the run does not go on for ever', async () => {
    const large = { id: 0, k: 1, note: 'x'.repeat(100_000) };
    const flow = join(from(keyed(1)), from([large, ...rows(1000)]), { on, spill: true });
    await expect(joined(flow)).rejects.toMatchObject({ code: 'ERR_MEMORY' });
  });
});

describe('ends that leave nothing on the disk', () => {
  const beyond = (more: Partial<JoinOptions<Row, Row, 'full', unknown>> = {}) =>
    join(from(rows(3000)), from(rows(3000)), { on, kind: 'full', spill: true, ...more });

  test('downstream has enough, while records stream past and at the end', async () => {
    expect((await joined(beyond().pipe(take(3)))).records).toHaveLength(3);
    expect((await joined(beyond().pipe(take(2990)))).records).toHaveLength(2990);
  });

  test.each([
    ['a key of the side that is built', 'left'],
    ['a key of the other side', 'right'],
  ] as const)('%s fails, and its record is named', async (_name, build) => {
    const wrong = { id: 2000, k: {} as never };
    const flow = join(from([...rows(2000), wrong]), from(rows(2000)), { on, build, spill: true });
    await expect(joined(flow)).rejects.toMatchObject({
      code: 'ERR_KEY',
      message: expect.stringMatching(/^Cannot join .+ record 2001 in "join"/),
      origin: { record: 2001 },
    });
  });

  test.each([
    ['while records stream past', 0, /^Cannot join .+ record 1 in "join": cannot merge$/],
    ['when the rest is joined', 2990, /^Cannot join in "join": cannot merge$/],
  ])('merge fails %s', async (_name, after, message) => {
    let merged = 0;
    const merge = () => {
      if (merged++ >= after) throw new Error('cannot merge');
      return merged;
    };
    // With room for nearly all of the rows, or for few of them.
    const memory = after === 0 ? '16 MiB' : LEAST;
    await expect(joined(beyond({ merge }), { ...options, memory })).rejects.toMatchObject({
      code: 'ERR_CALLBACK',
      message: expect.stringMatching(message),
    });
  });

  test('merge gives a promise', async () => {
    const merge = () => Promise.reject(new Error('late'));
    await expect(joined(beyond({ merge }))).rejects.toMatchObject({ code: 'ERR_CALLBACK' });
  });

  test('a record cannot be written', async () => {
    const unkeepable = rows(3000).map((row) => ({ ...row, f: () => row }));
    const flow = join(from(rows(10)), from(unkeepable), { on, spill: true });
    await expect(joined(flow)).rejects.toMatchObject({ code: 'ERR_ENCODE' });
  });

  test.each([1000, 4500])('the run is aborted at record %i', async (at) => {
    let seen = 0;
    const key = (row: Row): unknown => {
      if (++seen === at) void live.abort();
      return row.k;
    };
    const live = start(pipeline('aborted', beyond({ on: key }).to(toArray())), options);
    await expect(live.done).rejects.toMatchObject({ code: 'ERR_ABORTED', secondary: [] });
  });

  test.each<DiskFailure>([
    ['write', 1, 'ENOSPC', 'ERR_SPACE'],
    ['write', 60, 'ENOSPC', 'ERR_SPACE'],
    ['open', 3, 'ENOSPC', 'ERR_SPACE'],
    ['read', 4, 'EIO', 'ERR_IO'],
    ['read', 40, 'EIO', 'ERR_IO'],
  ])('the disk fails: %s %i', async (...failure) => {
    const full = (spill: SpillFolder) => bareJoin('full', spill);
    await expectDiskFailure(folder, failure, full, async (logic) => {
      await logic.write(asBuild(rows(3000)));
      await logic.write(rows(3000));
      await logic.end();
    });
  });
});

test.each([
  { spill: 1 },
  { spill: true, maxRows: 5 },
  { spill: false, maxRows: 5 },
  { spill: true, onError: skip() },
])('refuses %j', (wrong) => {
  expect(() => join(from(keyed()), from(keyed()), { on, ...wrong } as never)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTIONS' }),
  );
});
