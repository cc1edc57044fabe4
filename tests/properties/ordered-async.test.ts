import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFrom } from '../../src/from.ts';
import { toArray } from '../../src/io/memory/to-array.ts';
import { pipeline } from '../../src/processing/graph/pipeline.ts';
import { flatMapAsync } from '../../src/processing/operators/flat-map-async.ts';
import { mapAsync } from '../../src/processing/operators/map-async.ts';
import { skip } from '../../src/processing/policies/skip.ts';
import { run } from '../../src/start.ts';
import { turns } from '../../src/testing/turns.ts';
import { scripted } from '../unit/processing/runtime/scripted-reader.ts';

/** How a call ends: at once, after some turns of the event loop, or by failing after them. */
const outcome = fc.record({ after: fc.integer({ min: -1, max: 4 }), fails: fc.boolean() });

const batches = fc.array(fc.array(outcome, { maxLength: 6 }), { maxLength: 12 });

type Outcome = { readonly after: number; readonly fails: boolean };

/** Numbers the outcomes through, so that the order can be seen. */
function numbered(list: readonly (readonly Outcome[])[]): (Outcome & { readonly place: number })[][] {
  let place = 0;
  return list.map((batch) => batch.map((one) => ({ ...one, place: place++ })));
}

test('mapAsync keeps the order of the input, whichever call settles first or fails', async () => {
  await fc.assert(
    fc.asyncProperty(batches, fc.integer({ min: 1, max: 8 }), async (list, concurrency) => {
      const input = numbered(list);
      const out = toArray<number>();
      const work = ({ after, fails, place }: (typeof input)[number][number]): number | Promise<number> => {
        const settle = (): number => {
          if (fails) throw new Error('fails');
          return place;
        };
        return after < 0 ? settle() : turns(after).then(settle);
      };
      const flow = readFrom(scripted(input)).pipe(mapAsync(work, { concurrency, onError: skip() }));
      const { balance } = await run(pipeline('ordered', flow.to(out)));
      const expected = input.flat().flatMap(({ fails, place }) => (fails ? [] : [place]));
      expect(out.records).toEqual(expected);
      expect(balance).toMatchObject({ written: expected.length, closed: true });
    }),
  );
});

test('flatMapAsync keeps the order of the input, whether output is given or pulled', async () => {
  await fc.assert(
    fc.asyncProperty(batches, fc.integer({ min: 1, max: 8 }), async (list, concurrency) => {
      const input = numbered(list);
      const out = toArray<string>();
      const pulled = async function* (place: number, after: number) {
        for (let part = 0; part < after; part++) {
          await turns(after);
          yield `${place}.${part}`;
        }
      };
      const given = (place: number, after: number) =>
        Array.from({ length: Math.max(0, after) }, (_, part) => `${place}.${part}`);
      const flow = readFrom(scripted(input)).pipe(
        flatMapAsync(({ after, fails, place }) => (fails ? pulled(place, after) : given(place, after)), {
          concurrency,
        }),
      );
      await run(pipeline('ordered', flow.to(out)));
      expect(out.records).toEqual(input.flat().flatMap(({ place, after }) => given(place, after)));
    }),
  );
});
