import { BATCH_SIZE, batch, GatheredOrigin } from '../../../core/batch.ts';
import { MillraceError } from '../../../core/errors.ts';
import type { Batch, BatchOrigin } from '../../../interfaces/batch.ts';
import type { Watermark } from '../../../interfaces/signal.ts';
import type { SortOrder } from '../../sorting/sort-order.ts';
import { recordFailure } from '../record-failure.ts';
import { traceBatch } from '../trace.ts';
import type { Head, HeadParts } from './head.ts';
import { Inputs } from './inputs.ts';

interface Held {
  batch: Batch<unknown> | undefined;
  /** The keys of the batch's records. */
  keys: readonly unknown[];
  position: number;
  /** Records of the batch that waits for its turn. */
  waiting: number;
  /** Resolves when no batch is held: the next may come. */
  free: Promise<void>;
  used: () => void;
  /** The key of the last record that came; the next one's must not be less. */
  last: { readonly key: unknown } | undefined;
  /** Event time that goes on when the batch has been used. */
  watermark: Watermark | undefined;
  ended: boolean;
}

/** Merges inputs that are sorted; holds one batch of each, and waits for the one whose turn it may be. */
export function mergeSortedHead(parts: HeadParts, count: number, order: SortOrder<unknown>): Head {
  const { run, body, node } = parts;
  const held: Held[] = Array.from({ length: count }, () => ({
    batch: undefined,
    keys: [],
    position: 0,
    waiting: 0,
    free: Promise.resolve(),
    used: () => {},
    last: undefined,
    watermark: undefined,
    ended: false,
  }));
  const inputs = new Inputs(count, (signal) => body.signal(signal));
  let merging = false;

  /** The input with the smallest record; `undefined` while one has none and may still get some. */
  const smallest = (): Held | undefined => {
    let found: Held | undefined;
    for (const input of held) {
      if (input.batch === undefined || input.position === input.keys.length) {
        if (!input.ended || input.batch !== undefined) return undefined;
        continue;
      }
      if (found === undefined || order.compare(input.keys[input.position], found.keys[found.position]) < 0) {
        found = input;
      }
    }
    return found;
  };

  const rows = (): Batch<unknown> | undefined => {
    const records: unknown[] = [];
    const origins: BatchOrigin[] = [];
    const indices: number[] = [];
    while (records.length < BATCH_SIZE) {
      const input = smallest();
      if (input === undefined) break;
      records.push(input.batch!.records[input.position]);
      origins.push(input.batch!.origin);
      indices.push(input.position++);
    }
    return records.length === 0 ? undefined : batch(records, new GatheredOrigin(origins, indices));
  };

  const letGo = async (): Promise<void> => {
    for (const [index, input] of held.entries()) {
      if (input.batch === undefined || input.position < input.keys.length) continue;
      const { watermark, used } = input;
      Object.assign(input, { batch: undefined, watermark: undefined });
      if (watermark !== undefined) await inputs.signal(index, watermark);
      if (input.ended) await inputs.ended(index);
      used();
    }
  };

  const merge = async (): Promise<void> => {
    if (merging) return;
    merging = true;
    try {
      for (let merged = rows(); merged !== undefined; merged = rows()) {
        await body.deliver(merged);
        await letGo();
      }
    } catch (error) {
      throw recordFailure('merge', node.name, error);
    } finally {
      merging = false;
    }
    if (!body.over && held.every((input) => input.ended && input.batch === undefined)) await body.end();
  };

  const hold = (index: number, item: Batch<unknown>): void => {
    const input = held[index]!;
    const { promise, resolve } = Promise.withResolvers<void>();
    const keys = sortedKeys(parts, index, item, order, input.last);
    if (keys.length > 0) input.last = { key: keys.at(-1) };
    Object.assign(input, { batch: item, keys, position: 0, waiting: 0, free: promise, used: resolve });
  };

  const over = (): void => {
    inputs.release();
    for (const input of held) {
      if (input.batch !== undefined) node.counters.discarded += input.keys.length - input.position;
      node.counters.discarded += input.waiting;
      input.waiting = 0;
      input.batch = undefined;
      input.used();
    }
  };

  return {
    waitingFor: 'its inputs',
    over,
    destroy: over,
    receivers: held.map((input, index) => ({
      async receive(item) {
        // What is held came before a barrier, and is kept; but it must not come after a watermark. That is held
        // with it, and not waited for: the barrier behind it may be what another input is held back for.
        if (item.kind === 'watermark' && input.batch !== undefined) {
          input.watermark = item;
          return;
        }
        if (item.kind !== 'batch') return inputs.signal(index, item);
        inputs.active(index);
        node.counters.in += item.records.length;
        input.waiting = item.records.length;
        traceBatch(run, node.name, item);
        await input.free;
        if (body.over) {
          node.counters.discarded += input.waiting;
          input.waiting = 0;
          return;
        }
        if (item.records.length === 0) return;
        hold(index, item);
        merge().catch((error: unknown) => run.fail(error));
      },
      async ended() {
        input.ended = true;
        await inputs.ended(index, input.batch !== undefined);
        await merge();
      },
      crashed: (error) => run.fail(error),
    })),
  };
}

/** The keys of a batch; fails for a record that should have come earlier. */
function sortedKeys(
  parts: HeadParts,
  index: number,
  { records, origin }: Batch<unknown>,
  order: SortOrder<unknown>,
  last: Held['last'],
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
