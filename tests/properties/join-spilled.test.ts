import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFrom } from '../../src/from.ts';
import { toArray } from '../../src/io/memory/to-array.ts';
import { pipeline } from '../../src/processing/graph/pipeline.ts';
import { join } from '../../src/processing/joins/join.ts';
import { type JoinKind, joinKinds } from '../../src/processing/joins/join-kinds.ts';
import { run } from '../../src/start.ts';
import { scripted } from '../unit/processing/runtime/scripted-reader.ts';

type Key = string | number | null;

interface Row {
  readonly id: number;
  readonly k: Key;
  readonly note: string;
}

const shown = (left: Row | undefined, right: Row | undefined) => `${left?.id}-${right?.id}`;

/** What a join comes to, by a table of each side; as text in no order. */
function naive(left: readonly Row[], right: readonly Row[], kind: JoinKind): readonly string[] {
  const lefts = Map.groupBy(left, ({ k }) => k);
  const rights = Map.groupBy(right, ({ k }) => k);
  const partners = (one: Row, others: typeof lefts) => (one.k === null ? [] : (others.get(one.k) ?? []));
  if (kind === 'semi' || kind === 'anti') {
    const kept = left.filter((one) => partners(one, rights).length > 0 === (kind === 'semi'));
    return kept.map(({ id }) => `${id}`).toSorted();
  }
  const found = left.flatMap((one) => partners(one, rights).map((other) => shown(one, other)));
  if (kind === 'left' || kind === 'full') {
    for (const one of left) if (partners(one, rights).length === 0) found.push(shown(one, undefined));
  }
  if (kind === 'right' || kind === 'full') {
    for (const one of right) if (partners(one, lefts).length === 0) found.push(shown(undefined, one));
  }
  return found.toSorted();
}

/** How many rows, of how many keys, of which length, and how many of ten have the first key, or none. */
const side = fc.record({
  rows: fc.constantFrom(0, 30, 700, 2500),
  keys: fc.constantFrom(1, 40, 3000, 3000),
  note: fc.constantFrom(0, 60, 700),
  skew: fc.constantFrom(0, 0, 3),
  nulls: fc.constantFrom(0, 0, 2),
});

type Side = typeof side extends fc.Arbitrary<infer S> ? S : never;

function rowsOf({ rows, keys, note, skew, nulls }: Side, step: number): Row[] {
  return Array.from({ length: rows }, (_, id) => {
    const n = (id * step) % keys;
    const digit = (id * 7) % 10;
    const k = digit < nulls ? null : digit < nulls + skew ? 'many' : n % 2 === 0 ? n : `key ${n}`;
    return { id, k, note: 'x'.repeat(note) };
  });
}

function inBatches<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, n) =>
    list.slice(n * size, (n + 1) * size),
  );
}

const cases = joinKinds.flatMap((kind) =>
  (['left', 'right'] as const).map((build) => [kind, build] as const),
);

test.each(cases)(
  'kind %s with the %s side built comes to the same, whatever is on the disk and however the keys are spread',
  async (kind, build) => {
    let beyond = 0;
    await fc.assert(
      fc.asyncProperty(
        side,
        side,
        fc.constantFrom('64 KiB', '64 KiB', '160 KiB', '16 MiB'),
        fc.constantFrom(7, 1000),
        async (one, other, memory, size) => {
          const [left, right] = [rowsOf(one, 7919), rowsOf(other, 104_729)];
          const wanted = naive(left, right, kind);
          fc.pre(wanted.length < 100_000);
          const pairs = kind !== 'semi' && kind !== 'anti';
          const flow = join(
            readFrom(scripted(inBatches(left, size))),
            readFrom(scripted(inBatches(right, size))),
            {
              on: ({ k }) => k,
              kind,
              build,
              spill: true,
              ...(pairs && { merge: shown as never }),
            },
          );
          const out = toArray<unknown>();
          const { balance, held } = await run(pipeline('joined', flow.to(out)), { memory });
          const texts = out.records.map((found) => (pairs ? String(found) : `${(found as Row).id}`));
          expect(texts.toSorted()).toEqual(wanted);
          expect(balance.closed).toBe(true);
          expect(held!.peak).toBeLessThanOrEqual(held!.memory);
          if (held!.spilled > 0) beyond++;
        },
      ),
      { numRuns: 30, seed: 11 },
    );
    expect(beyond).toBeGreaterThan(1);
  },
);
