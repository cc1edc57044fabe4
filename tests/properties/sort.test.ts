import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFrom } from '../../src/from.ts';
import { toArray } from '../../src/io/memory/to-array.ts';
import { pipeline } from '../../src/processing/graph/pipeline.ts';
import { sort } from '../../src/processing/operators/sort.ts';
import { compareParts } from '../../src/processing/sorting/key-order.ts';
import { KeyWriter } from '../../src/processing/sorting/key-writer.ts';
import type { SortBy, SortPart, SortValue } from '../../src/processing/sorting/sort-order.ts';
import { run } from '../../src/start.ts';
import { scripted } from '../unit/processing/runtime/scripted-reader.ts';

const value: fc.Arbitrary<SortValue> = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double(),
  fc.bigInt(),
  fc.constantFrom(
    2n ** 53n,
    2n ** 53n + 1n,
    2n ** 53n + 2n,
    2 ** 53,
    -(2n ** 53n) - 1n,
    2n ** 2000n,
    -(2n ** 2000n),
  ),
  fc.constantFrom(0, -0, Infinity, -Infinity, Number.MAX_VALUE, BigInt(Number.MAX_VALUE) + 1n),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '',
    'a',
    'aa',
    'a\0',
    'ab',
    '\uffff',
    '\ud800',
    '\u{1f600}',
    'prefix-00000001',
    'prefix-00000002',
  ),
  fc.boolean(),
  fc.date({ noInvalidDate: false }),
  fc.constantFrom(null, undefined, Number.NaN),
);

const order = fc.record({ descending: fc.boolean(), emptyFirst: fc.boolean() });

test('keys as bytes are ordered as their values are, and none begins with another', () => {
  const bytesOf = (
    values: readonly SortValue[],
    how: { descending: boolean; emptyFirst: boolean }[],
  ): Buffer => {
    const writer = new KeyWriter();
    writer.begin();
    for (const [index, one] of values.entries()) writer.part(one, how[index]!);
    return Buffer.from(writer.bytes.subarray(0, writer.length));
  };
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value, order), { minLength: 1, maxLength: 3 }), (parts) => {
      const how = parts.map(([, , one]) => one);
      const left = bytesOf(
        parts.map(([a]) => a),
        how,
      );
      const right = bytesOf(
        parts.map(([, b]) => b),
        how,
      );
      const compared = parts.map(([a, b, one]) => compareParts(a, b, one)).find((one) => one !== 0) ?? 0;
      expect(Math.sign(Buffer.compare(left, right))).toBe(Math.sign(compared));
      if (compared !== 0) expect(left.subarray(0, right.length).equals(right)).toBe(false);
    }),
    { numRuns: 2000 },
  );
});

test('values have one order: whatever three of them are', () => {
  fc.assert(
    fc.property(value, value, value, order, (a, b, c, how) => {
      expect(Math.sign(compareParts(a, b, how))).toBe(0 - Math.sign(compareParts(b, a, how)));
      // In lists of their own: an array puts what is undefined last without asking.
      const sorted = [[a], [b], [c]].toSorted(([one], [other]) => compareParts(one, other, how));
      expect(compareParts(sorted[0]![0], sorted[2]![0], how)).toBeLessThanOrEqual(0);
    }),
    { numRuns: 1000 },
  );
});

interface Entry {
  readonly place: number;
  readonly key: SortValue;
  readonly text: string;
  readonly filler: string;
}

const entry = fc.record({
  key: value,
  text: fc.constantFrom('a', 'ä', 'b', 'z', 'Z', 'ß', 'ss'),
  filler: fc.constantFrom('', 'x'.repeat(50), 'y'.repeat(3000)),
});

const batches = fc.array(fc.array(entry, { maxLength: 40 }), { maxLength: 12 });

/** Numbers the entries through: equal ones must keep their order. */
function numbered(list: readonly (readonly Omit<Entry, 'place'>[])[]): Entry[][] {
  let place = 0;
  return list.map((batch) => batch.map((one) => ({ place: place++, ...one })));
}

const german = new Intl.Collator('de');
const plain = { descending: false, emptyFirst: false };

const parts: readonly SortPart<Entry>[] = [
  { by: 'text', locale: 'de', order: 'desc' },
  { by: 'key', nulls: 'first' },
];

/** What to sort by, and how an array would be. */
const ways: readonly (readonly [string, SortBy<Entry>, (a: Entry, b: Entry) => number])[] = [
  ['a field', 'key', (a, b) => compareParts(a.key, b.key, plain)],
  ['a function', ({ text }: Entry) => text, (a, b) => compareParts(a.text, b.text, plain)],
  [
    'parts, one in a language',
    parts,
    (a, b) => -german.compare(a.text, b.text) || compareParts(a.key, b.key, { ...plain, emptyFirst: true }),
  ],
  [
    'a comparator',
    (a: Entry, b: Entry) => german.compare(a.text, b.text),
    (a, b) => german.compare(a.text, b.text),
  ],
];

test.each(ways)(
  'by %s, records come as from toSorted, whatever the memory and the batches',
  async (_name, by, compare) => {
    await fc.assert(
      fc.asyncProperty(batches, fc.constantFrom('64 KiB', '80 KiB', '1 MiB'), async (list, memory) => {
        const input = numbered(list);
        const out = toArray<Entry>();
        const flow = readFrom(scripted(input)).pipe(sort(by));
        const { balance, held } = await run(pipeline('sorted', flow.to(out)), { memory });
        expect(out.records).toEqual(input.flat().toSorted(compare));
        expect(balance.closed).toBe(true);
        expect(held!.peak).toBeLessThanOrEqual(held!.memory);
      }),
      { numRuns: 40 },
    );
  },
);
