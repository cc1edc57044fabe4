import { z } from 'zod';
import { parseOptions } from '../../core/options.ts';
import type { CallLimit } from '../../interfaces/call-limit.ts';
import { placeGate } from './place-gate.ts';
import { Places } from './places.ts';
import { RunShared } from './run-shared.ts';

export interface BulkheadOptions {
  /** Calls that are open at the most, of all who share it. */
  readonly concurrency: number;
  /** In a run, bulkheads of the same name are one. @default it is shared by those who are given this very one */
  readonly name?: string;
  /** Whether all runs share it, and not each has one of its own; then it needs no name. @default false */
  readonly acrossRuns?: boolean;
}

/** A bound on open calls that operators share; made by `bulkhead`. */
export interface Bulkhead extends CallLimit {
  readonly kind: 'bulkhead';
}

/** The options of `bulkhead`. */
export const bulkheadOptions = z.strictObject({
  concurrency: z.number().int().min(1).describe('Calls that are open at the most'),
  name: z.string().min(1).optional().describe('In a run, bulkheads of the same name are one'),
  acrossRuns: z.boolean().default(false).describe('Whether all runs share it'),
});

const shared = new RunShared<Places>('bulkhead');

/**
 * Bounds the calls that several asynchronous operators have open at a time, besides the `concurrency` of each:
 * so that what they all call, a database with eight connections, say, is not called more often. Give it to all
 * of them. Calls begin in the order in which they were to; a record that waits is among those in flight of its
 * operator, its `timeout` begins with its call, and between two tries it has no place.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `concurrency` is a whole number from 1.
 * @example
 * ```ts
 * import { bulkhead, from, mapAsync } from 'millrace';
 *
 * const connections = bulkhead({ concurrency: 8 });
 * const found = from([1, 2]).pipe(
 *   mapAsync(async (id) => ({ id }), { bulkhead: connections }),
 *   mapAsync(async ({ id }) => ({ id, name: 'a' }), { bulkhead: connections }),
 * );
 * ```
 */
export function bulkhead(options: BulkheadOptions): Bulkhead {
  const { concurrency, name, acrossRuns } = parseOptions(bulkheadOptions, options, 'bulkhead');
  const key = name ?? {};
  const common = acrossRuns ? new Places(concurrency) : undefined;
  return Object.freeze({
    kind: 'bulkhead',
    label: `bulkhead of ${concurrency}${name === undefined ? '' : ` "${name}"`}`,
    create(context) {
      const places = common ?? shared.of(context, key, { concurrency }, () => new Places(concurrency));
      return placeGate(context, places, () => () => places.free());
    },
  } satisfies Bulkhead);
}
