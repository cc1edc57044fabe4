import { BATCH_SIZE, batch, GatheredOrigin } from '../../../core/batch.ts';
import { MillraceError } from '../../../core/errors.ts';
import type { Batch, BatchOrigin } from '../../../interfaces/batch.ts';
import type { SortOrder } from '../../sorting/sort-order.ts';
import { recordFailure } from '../record-failure.ts';
import type { Head, HeadParts } from './head.ts';
import { HeldInputs } from './held-inputs.ts';

/** The key of the last record that came; the next one's must not be less. */
type Last = { readonly key: unknown } | undefined;

interface Remembered {
  readonly last: readonly Last[];
}

/** Merges inputs that are sorted; holds one batch of each, and waits for the one whose turn it may be. */
export function mergeSortedHead(parts: HeadParts, count: number, order: SortOrder<unknown>): Head {
  const { run, node } = parts;
  const restored = run.checkpoints?.restored(node.name)?.state?.value as Remembered | undefined;
  /** The keys of the records that are held, and the last one that came, by input. */
  const keys: (readonly unknown[])[] = Array.from({ length: count }, () => []);
  const last: Last[] = [];

  /** The input with the smallest record; `undefined` while one has none and may still get some. */
  const smallest = (): number | undefined => {
    let found: number | undefined;
    for (const [index, input] of held.all.entries()) {
      if (input.batch === undefined || input.position === input.batch.records.length) {
        if (!input.ended || input.batch !== undefined) return undefined;
        continue;
      }
      if (found === undefined || order.compare(keyOf(index), keyOf(found)) < 0) found = index;
    }
    return found;
  };
  const keyOf = (index: number): unknown => keys[index]![held.all[index]!.position];

  const rows = (): Batch<unknown> | undefined => {
    const records: unknown[] = [];
    const origins: BatchOrigin[] = [];
    const indices: number[] = [];
    while (records.length < BATCH_SIZE) {
      const index = smallest();
      if (index === undefined) break;
      const input = held.all[index]!;
      records.push(input.batch!.records[input.position]);
      origins.push(input.batch!.origin);
      indices.push(input.position++);
    }
    return records.length === 0 ? undefined : batch(records, new GatheredOrigin(origins, indices));
  };

  /** What a comparison throws is a failure of the node. */
  const guarded = <R>(compared: () => R): R => {
    try {
      return compared();
    } catch (error) {
      throw recordFailure('merge', node.name, error);
    }
  };

  const held: HeldInputs = new HeldInputs(parts, count, {
    took(index, taken) {
      keys[index] = sortedKeys(parts, index, taken, order, last[index]);
      last[index] = { key: keys[index].at(-1) };
    },
    ready: () => guarded(() => smallest() !== undefined),
    rows: () => guarded(rows),
    done: () => held.all.every((input) => input.ended && input.batch === undefined),
  });
  // What is held again came before the last key that was remembered.
  for (const [index, before] of (restored?.last ?? []).entries()) last[index] = before;
  return {
    ...held.head,
    get held() {
      return held.records;
    },
    remembered: () => ({ ...held.remembered, last: keys.map((_, index) => last[index]) }),
  };
}

/** The keys of a batch; fails for a record that should have come earlier. */
function sortedKeys(
  parts: HeadParts,
  index: number,
  { records, origin }: Batch<unknown>,
  order: SortOrder<unknown>,
  last: Last,
): readonly unknown[] {
  const keys: unknown[] = [];
  let before = last;
  for (const [place, record] of records.entries()) {
    try {
      const key = order.key(record);
      if (before !== undefined && order.compare(before.key, key) > 0) throw unsorted(parts, index);
      before = { key };
      keys.push(key);
    } catch (error) {
      throw recordFailure('merge', parts.node.name, error, origin.at(place));
    }
  }
  return keys;
}

function unsorted({ node }: HeadParts, index: number): MillraceError {
  const { name } = node.vertex.inputs[index]!.from;
  return new MillraceError(
    'ERR_UNSORTED',
    `it should have come before the one in front of it in input ${index + 1}, "${name}"`,
    {
      hint: 'Put sort() with the same order in front of the input, or merge by the order that it has.',
      details: { input: index + 1 },
    },
  );
}
