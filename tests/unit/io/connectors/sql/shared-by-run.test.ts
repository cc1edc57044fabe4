import { describe, expect, test } from 'vitest';
import { SharedByRun } from '../../../../../src/io/connectors/sql/shared-by-run.ts';

function connections() {
  const closed: number[] = [];
  let opened = 0;
  const shared = new SharedByRun<number>((connection) => void closed.push(connection));
  const open = async () => ++opened;
  return { shared, closed, open };
}

describe('connections of a run', () => {
  test('are one for each database, also when they are asked for at once', async () => {
    const { shared, open } = connections();
    const run = {};
    const asked = ['a', 'a', 'b'].map((database) => shared.lease({ run, database, open }));
    const leases = await Promise.all(asked);
    expect(leases.map(({ connection }) => connection)).toEqual([1, 1, 2]);
  });

  test('are closed by the last one who gives them back, once', async () => {
    const { shared, closed, open } = connections();
    const run = {};
    const first = await shared.lease({ run, database: 'a', open });
    const second = await shared.lease({ run, database: 'a', open });
    await first.release();
    await first.release();
    expect(closed).toEqual([]);
    await second.release();
    expect(closed).toEqual([1]);
    const third = await shared.lease({ run, database: 'a', open });
    expect(third.connection).toBe(2);
    await second.release();
    expect(closed).toEqual([1]);
  });

  test('are not shared with another run, and with nobody where there is no run', async () => {
    const { shared, closed, open } = connections();
    const runs = [{}, {}, undefined, undefined];
    const leases = await Promise.all(runs.map((run) => shared.lease({ run, database: 'a', open })));
    expect(new Set(leases.map(({ connection }) => connection)).size).toBe(4);
    await leases[2]!.release();
    await leases[2]!.release();
    expect(closed).toEqual([leases[2]!.connection]);
  });

  test('can be opened again when they could not be', async () => {
    const { shared, open } = connections();
    const run = {};
    const fails = () => Promise.reject(new Error('refused'));
    const failing = [1, 2].map(() => shared.lease({ run, database: 'a', open: fails }));
    for (const one of failing) await expect(one).rejects.toThrow('refused');
    expect((await shared.lease({ run, database: 'a', open })).connection).toBe(1);
  });
});
