import { Observable } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { batch, CountedOrigin } from '../../../../src/core/batch.ts';
import { concat, type Flow, merge, pipeline, readFrom, run, start, toArray } from '../../../../src/index.ts';
import type { ReadContext, Reader } from '../../../../src/interfaces/reader.ts';
import type { RunOptions } from '../../../../src/interfaces/run.ts';
import type { Item } from '../../../../src/interfaces/signal.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';
import { disk, durable } from '../checkpoint/durable.ts';

type Held = (day: number) => Promise<void> | undefined;

/** Days of January 2026, one a batch, by a reader that knows their time; it waits in front of those that are `held`. */
function calendar(name: string, held: Held = () => undefined): Reader<number> {
  return {
    name,
    label: `${name} of January`,
    traits: { bounded: true, replay: 'position', splittable: false, timed: true },
    open: (context: ReadContext) =>
      new Observable<Item<number>>((subscriber) => {
        const { from } = context;
        let next =
          from instanceof Date ? Math.ceil((+from - +day(1)) / 86_400_000) + 1 : ((from as number) ?? 1);
        context.positioned(() => next);
        const read = async () => {
          for (; next <= 9 && !subscriber.closed; ) {
            await held(next);
            await context.demand.ready();
            const one = next++;
            subscriber.next(batch([one], new CountedOrigin(name, one)));
          }
          subscriber.complete();
        };
        read().catch((error: unknown) => subscriber.error(error));
      }),
  };
}

const days = (name: string, held?: Held) => readFrom(calendar(name, held));

const day = (n: number) => new Date(Date.UTC(2026, 0, n));
const never = () => new Promise<void>(() => {});

async function gathered(flow: Flow<number>, from: RunOptions['from']): Promise<readonly number[]> {
  const out = toArray<number>();
  await run(pipeline('days', flow.to(out)), from === undefined ? {} : { from });
  return out.records;
}

describe('a run from a time', () => {
  test('leaves out what is older, of all readers', async () => {
    expect(await gathered(days('a'), undefined)).toHaveLength(9);
    expect(await gathered(days('a'), day(8))).toEqual([8, 9]);
    expect(await gathered(concat(days('a'), days('b')), day(9))).toEqual([9, 9]);
    expect(await gathered(days('a'), day(30))).toEqual([]);
  });

  test('begins each reader that is named at a time of its own, and the others at their beginning', async () => {
    const both = concat(days('a'), days('b'));
    expect(await gathered(both, { a: day(9), b: day(8) })).toEqual([9, 8, 9]);
    expect(await gathered(both, { b: day(9) })).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 9]);
  });

  test('is refused where a reader knows no time, by its name', () => {
    const timeless = readFrom({
      ...calendar('lookup'),
      traits: { bounded: true, replay: 'none', splittable: false },
    });
    const p = pipeline('days', merge(days('a'), timeless).to(toArray()));
    expect(() => start(p, { from: day(1) })).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTIONS',
        message:
          'Cannot run "days" from a time: nobody knows how old the records of "lookup" (lookup of January) are',
        hint: 'Say which readers it is for, by their names: "a".',
        details: { nodes: ['lookup'] },
      }),
    );
    expect(() => start(pipeline('one', timeless.to(toArray())), { from: day(1) })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('Files of a glob') }),
    );
  });

  test.each([
    ['a date that is none', new Date('soon'), 'Invalid Date is no date'],
    ['text', '2026-01-01', '"2026-01-01" is no date'],
    ['null', null, 'null is no date'],
    ['text by a name', { a: '2026-01-01' }, '"2026-01-01" is no date'],
    ['the name of no reader', { b: day(1) }, 'it has no reader "b"'],
  ])('is refused for %s', (_, from, found) => {
    const p = pipeline('days', days('a').to(toArray()));
    expect(() => start(p, { from: from as Date })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining(found) }),
    );
  });
});

describe('a run from a time that makes checkpoints', () => {
  async function killed(
    make: (held?: Held) => Flow<number>,
    heldAt: number,
    again: RunOptions['from'],
  ): Promise<readonly number[]> {
    const store = memoryStore();
    const out = disk<number>();
    const clock = virtualClock();
    const first = pipeline('days', make((n) => (n === heldAt ? never() : undefined)).to(durable(out)));
    const live = start(first, { clock, stallAfter: false, from: day(5), checkpoint: { store } });
    live.done.catch(() => {});
    await turns(50);
    await clock.advance(10_000);
    await turns(20);
    await live.abort('killed');
    const options = again === undefined ? {} : { from: again };
    await run(pipeline('days', make().to(durable(out))), { ...options, checkpoint: { store } });
    return out.records;
  }

  test.each([
    ['the same time', day(5)],
    ['another', day(1)],
    ['none', undefined],
  ])('goes on from the checkpoint, not from the time: %s', async (_, again) => {
    expect(await killed((held) => days('a', held), 7, again)).toEqual([5, 6, 7, 8, 9]);
  });

  test('begins at its time all the same when it was killed before anything came', async () => {
    expect(await killed((held) => days('a', held), 5, undefined)).toEqual([5, 6, 7, 8, 9]);
  });

  test('begins a reader at its time that was not open yet', async () => {
    const make = (held?: Held) => concat(days('a', held), days('b'));
    expect(await killed(make, 9, undefined)).toEqual([5, 6, 7, 8, 9, 5, 6, 7, 8, 9]);
  });
});
