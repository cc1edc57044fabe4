import { BATCH_SIZE, batch, GatheredOrigin } from '../../../core/batch.ts';
import type { Batch, BatchOrigin } from '../../../interfaces/batch.ts';
import type { Head, HeadParts } from './head.ts';
import { HeldInputs } from './held-inputs.ts';

/** Joins the inputs record by record; holds one batch of each, and ends with the shortest. */
export function zipHead(parts: HeadParts, count: number): Head {
  const available = (): number =>
    Math.min(...held.all.map(({ batch: one, position }) => (one?.records.length ?? position) - position));

  const rows = (): Batch<unknown> | undefined => {
    const most = Math.min(available(), BATCH_SIZE);
    if (most === 0) return undefined;
    const records: unknown[] = [];
    const origins: BatchOrigin[] = [];
    const indices: number[] = [];
    const first = held.all[0]!;
    for (let row = 0; row < most; row++) {
      records.push(held.all.map((input) => input.batch!.records[input.position + row]));
      origins.push(first.batch!.origin);
      indices.push(first.position + row);
    }
    for (const input of held.all) input.position += most;
    return batch(records, new GatheredOrigin(origins, indices));
  };

  const held: HeldInputs = new HeldInputs(parts, count, {
    ready: () => available() > 0,
    rows,
    done: () => held.all.some((input) => input.ended && input.batch === undefined),
  });
  return held.head;
}
