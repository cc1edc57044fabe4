import { z } from 'zod';
import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { HoldingLogic, holdingRoom } from '../runtime/spill/holding-logic.ts';
import { ExternalSort } from '../sorting/external-sort.ts';
import {
  type OrderOptions,
  orderOptions,
  type SortBy,
  type SortField,
  type SortPart,
  type SortValue,
  sortOrder,
} from '../sorting/sort-order.ts';
import { defineOperator } from './define-operator.ts';

/** How records are sorted. */
export interface SortOptions extends OrderOptions {
  /** Whether records may go to the disk when they have no room in memory. @default true, unless the pipeline says otherwise */
  readonly spill?: boolean;
}

/** The options of `sort`. */
export const sortOptions = orderOptions.partial().extend({
  spill: z.boolean().default(true).describe('Whether records may go to the disk'),
});

/**
 * Sorts all records, also more than memory holds: by a field, by what a function makes of a record, by a list
 * of several such, or by a function `(a, b)` that compares two records. Equal records keep their order.
 *
 * Values of different types are ordered `false`, `true`, numbers (big integers among them), dates, text;
 * `NaN`, invalid dates, `null` and `undefined` come last. Text is compared by code units, as `<` does, or as
 * people of a language do with `locale`.
 *
 * Records are held as bytes: what comes out are structured clones, without the classes of objects. They are
 * counted against the pipeline's `memory`; when that is used up, sorted runs of them go to the disk.
 *
 * - Emits: when the input is over, all records in their order; then the event time that has been reached.
 * - Backpressures: while it writes to the disk, and when downstream does.
 * - Completes: when the input is over and all records are emitted.
 * - Cancels: when downstream does.
 * - On error: a key without an order, `ERR_KEY`, a record that is no plain data, `ERR_ENCODE`, and what a
 *   callback throws end the run: policies do not apply, as the place of a record is known in the end only.
 *   So does state beyond the memory where it may not spill, `ERR_MEMORY`, and a full disk, `ERR_SPACE`.
 *
 * @throws MillraceError `ERR_OPTIONS` that names what is wrong.
 * @example
 * ```ts
 * import { from, sort } from 'millrace';
 *
 * const orders = from([{ country: 'FR', total: 7 }, { country: 'DE', total: 9 }]);
 * const byCountry = orders.pipe(sort('country'));
 * const largestFirst = orders.pipe(sort([{ by: 'country' }, { by: (order) => order.total, order: 'desc' }]));
 * ```
 */
export function sort<A>(
  compare: (a: A, b: A) => number,
  options?: Pick<SortOptions, 'spill'>,
): Operator<A, A>;
export function sort<A>(by: (record: A) => SortValue, options?: SortOptions): Operator<A, A>;
export function sort<A>(by: SortField<A> | readonly SortPart<A>[], options?: SortOptions): Operator<A, A>;
export function sort<A>(by: SortBy<A>, options?: SortOptions): Operator<A, A>;
export function sort<A>(by: SortBy<A>, options: SortOptions = {}): Operator<A, A> {
  const { spill } = parseOptions(sortOptions, options, 'sort');
  const { spill: _, ...how } = options;
  const order = sortOrder(by, how, 'sort');
  return defineOperator<A, A>({
    name: 'sort',
    kind: 'duplex',
    cardinality: 'one',
    remembers: 'snapshot',
    origins: 'lost',
    detail: order.detail,
    create: (context) =>
      new HoldingLogic(new ExternalSort(order, holdingRoom(context, spill)), 'sort', context),
  });
}
