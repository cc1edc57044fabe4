import { Observable } from 'rxjs';
import { describe, expect, test } from 'vitest';
import {
  discard,
  MillraceError,
  pipeline,
  type Reader,
  readFrom,
  skip,
  start,
} from '../../../../src/index.ts';

/** A reader of bad records only; `looks` counts how often somebody asks what is wrong with one. */
function badRecords(count: number, looks: { count: number }): Reader<never> {
  return {
    name: 'bad',
    label: 'bad',
    traits: { bounded: true, replay: 'none', splittable: false },
    open: (context) =>
      new Observable((subscriber) => {
        for (let record = 1; record <= count; record++) {
          context.failed({
            get error() {
              looks.count++;
              return new MillraceError('ERR_CSV_RAGGED', `Cannot read record ${record}`);
            },
            get origin() {
              looks.count++;
              return { source: 'bad', record };
            },
          });
        }
        subscriber.complete();
      }),
  };
}

describe('bad records that are skipped', () => {
  test('are counted, but not looked at while nobody takes events: looking costs a walk through the text', async () => {
    const looks = { count: 0 };
    const flow = readFrom({ ...badRecords(3, looks), onError: skip() });
    const { balance, nodes } = await start(pipeline('bad', flow.to(discard()))).done;
    expect(balance).toMatchObject({ read: 3, skipped: 3, written: 0, closed: true });
    expect(nodes[0]).toMatchObject({ in: 3, out: 0, failed: 3 });
    expect(looks.count).toBe(0);
  });

  test('are named in events when somebody listens', async () => {
    const flow = readFrom({ ...badRecords(3, { count: 0 }), onError: skip() });
    const live = start(pipeline('bad', flow.to(discard())));
    const named: number[] = [];
    live.events$.subscribe((event) => {
      if (event.type === 'failed-record') named.push(event.origin.record);
    });
    await live.done;
    expect(named).toEqual([1, 2, 3]);
  });

  test('are looked at when a budget has to say what failed last', async () => {
    const flow = readFrom({ ...badRecords(3, { count: 0 }), onError: skip({ budget: 2 }) });
    await expect(start(pipeline('bad', flow.to(discard()))).done).rejects.toMatchObject({
      code: 'ERR_BUDGET',
      message: expect.stringContaining('Cannot read record 3'),
    });
  });
});
