import { z } from 'zod';
import { type Duration, duration, formatDuration } from '../../core/duration.ts';
import { parseOptions } from '../../core/options.ts';
import type { Cancel } from '../../interfaces/clock.ts';
import type { Emit, Operator } from '../../interfaces/operator.ts';
import { defineOperator } from './define-operator.ts';

export interface BatchOptions {
  /** Longest time that a record is held, e.g. `'2s'`. @default until the array is full */
  readonly within?: Duration;
}

const schema = z.strictObject({
  size: z.number().int().min(1).describe('Records in one array'),
  within: z.union([z.number(), z.string()]).optional().describe('Longest time that a record is held'),
});

/**
 * Gathers records into arrays of `size`; the last one may be shorter. A watermark closes the open
 * array, so that no record falls behind its time.
 *
 * - Emits: an array when `size` records are held, when the first of them is held for `within`, at a
 *   watermark, and what is left when the input is over. Never an empty array.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over and the rest is emitted.
 * - Cancels: when downstream does.
 * - On error: it calls nothing that could fail.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `size` is a whole number from 1 and `within` a duration.
 * @example
 * ```ts
 * import { batch, from } from 'millrace';
 *
 * const pages = from(['a', 'b', 'c']).pipe(batch(2, { within: '2s' }));
 * ```
 */
export function batch<A>(size: number, options: BatchOptions = {}): Operator<A, A[]> {
  const parsed = parseOptions(schema, { ...options, size }, 'batch');
  const within = parsed.within === undefined ? undefined : duration(parsed.within, 'time of batch()');
  return defineOperator<A, A[]>({
    name: 'batch',
    cardinality: 'many',
    detail: within === undefined ? String(size) : `${size} within ${formatDuration(within)}`,
    create(context) {
      let held: A[] = [];
      let cancel: Cancel | undefined;

      const flush = (emit: Emit<A[]>): void => {
        cancel?.();
        cancel = undefined;
        if (held.length === 0) return;
        const full = held;
        held = [];
        emit(full);
      };

      return {
        push(record, emit) {
          held.push(record);
          if (held.length === size) flush(emit);
          else if (held.length === 1 && within !== undefined) cancel = context.after(within, flush);
        },
        watermark: (_time, emit) => flush(emit),
        end: flush,
        close: () => cancel?.(),
      };
    },
  });
}
