import { z } from 'zod';
import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { BufferLogic, type BufferOverflow } from './buffer-logic.ts';
import { defineOperator } from './define-operator.ts';
import { SpillingBufferLogic } from './spilling-buffer-logic.ts';

export interface BufferOptions {
  /** Records that wait in memory at the most. */
  readonly size: number;
  /**
   * What happens to records that come while so many wait: they wait upstream, the oldest or the newest are
   * dropped, they wait on the disk, or the run fails. @default 'wait'
   */
  readonly overflow?: BufferOverflow | 'spill';
}

/** The options of `buffer`. */
export const bufferOptions = z.strictObject({
  size: z.number().int().min(1).describe('Records that wait in memory at the most'),
  overflow: z
    .enum(['wait', 'drop-oldest', 'drop-newest', 'spill', 'fail'])
    .default('wait')
    .describe('What happens to records that come while so many wait'),
});

/**
 * Holds records while downstream is busy, so that upstream need not wait for it: bursts are evened out, and
 * with an `overflow` that drops, a slow branch holds back none of its siblings. Records are dropped only
 * when downstream has taken none for a turn of the event loop. What was dropped is counted as
 * `overflowed`, and is among the `filtered` of the balance. Signals keep their place among the records.
 *
 * With `spill`, what downstream has not taken for a turn goes to the temporary folder of the run, as much as the disk
 * takes, and comes back in its order as structured clones, without the classes of objects. Files are removed as they
 * are read.
 *
 * - Emits: the records in their order, as fast as downstream takes them; besides the `size` records that
 *   wait, one batch is on its way.
 * - Backpressures: with `wait` when `size` records wait; with `spill` while it writes to the disk; with the others never.
 * - Completes: when the input is over and all has been taken downstream.
 * - Cancels: when downstream does; what waits is discarded.
 * - On error: it calls nothing that could fail. With `fail`, a record too many ends the run,
 *   `ERR_OVERFLOW`, whatever the policies. With `spill`, so do a record on its way to the disk that is no plain data,
 *   `ERR_ENCODE`, a full disk, `ERR_SPACE`, and a record too many where the pipeline may not spill, `ERR_MEMORY`.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `size` is a whole number from 1 and `overflow` a known one.
 * @example
 * ```ts
 * import { buffer, from } from 'millrace';
 *
 * const newest = from(['a', 'b', 'c']).pipe(buffer({ size: 1000, overflow: 'drop-oldest' }));
 * ```
 */
export function buffer<A>(options: BufferOptions): Operator<A, A> {
  const { size, overflow } = parseOptions(bufferOptions, options, 'buffer');
  return defineOperator<A, A>({
    name: 'buffer',
    remembers: 'none',
    kind: 'duplex',
    cardinality: overflow.startsWith('drop') ? 'filter' : 'one',
    repeats: !overflow.startsWith('drop'),
    detail: `${size}, ${overflow}`,
    create: (context) =>
      overflow === 'spill'
        ? new SpillingBufferLogic(context, size)
        : new BufferLogic(context, { size, overflow, delay: 0 }),
  });
}
