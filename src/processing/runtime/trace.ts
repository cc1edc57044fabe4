import type { Batch } from '../../interfaces/batch.ts';
import type { RunContext } from './run-context.ts';

/** Whether a record's way is reported in debug mode: the first five of a source, then each ten-thousandth. */
function sampled(record: number): boolean {
  return record <= 5 || record % 10_000 === 0;
}

/** Reports that a record entered a node, when the record it was made from is in the sample. */
export function traceSampled(
  run: RunContext,
  node: string,
  batch: Batch<unknown>,
  index: number,
  record: unknown,
): void {
  if (index >= batch.records.length) return;
  const origin = batch.origin.at(index);
  if (sampled(origin.record)) run.emit({ type: 'traced', node, origin, record });
}

/** Reports the sampled records of a batch that enters a node as a whole. */
export function traceBatch(run: RunContext, node: string, batch: Batch<unknown>): void {
  if (!run.debug) return;
  for (const [index, record] of batch.records.entries()) traceSampled(run, node, batch, index, record);
}
