import { z } from 'zod';

/**
 * What happens to the records of a source that cannot be held back, while the graph is full:
 * - `buffer`: `size` of them wait, the next fails the run with `ERR_OVERFLOW`;
 * - `fail`: the same, and `size` may be left out: then none waits;
 * - `drop-newest`: `size` of them wait, what comes then is dropped;
 * - `drop-oldest`: the `size` newest wait, older ones are dropped;
 * - `latest`: only the newest waits.
 */
export type OverflowOptions =
  | { readonly overflow: 'buffer' | 'drop-newest' | 'drop-oldest'; readonly size: number }
  | { readonly overflow: 'latest' }
  | { readonly overflow: 'fail'; readonly size?: number | undefined };

const size = z.number().int().min(1).describe('Records that wait at the most while the graph is full');

/** The options of {@link observableReader}. */
export const OverflowSchema = z.discriminatedUnion('overflow', [
  z.strictObject({ overflow: z.literal('buffer').describe('Wait, then fail'), size }),
  z.strictObject({ overflow: z.literal('drop-newest').describe('Wait, then drop what comes'), size }),
  z.strictObject({ overflow: z.literal('drop-oldest').describe('Wait, then drop the oldest'), size }),
  z.strictObject({ overflow: z.literal('latest').describe('Only the newest waits') }),
  z.strictObject({
    overflow: z.literal('fail').describe('Fail'),
    size: size.min(0).default(0).describe('Records that may wait before'),
  }),
]);

export type OverflowSettings = z.output<typeof OverflowSchema>;

export const OVERFLOW_HINT =
  "Say what happens while the graph is full: { overflow: 'buffer' | 'drop-newest' | 'drop-oldest' | 'latest' | 'fail', size: records that may wait }.";
