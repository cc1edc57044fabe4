import { z } from 'zod';
import { fieldOption } from '../../core/option-role.ts';
import { type OrderOptions, orderOptions, type SortBy } from './sort-order.ts';

/** What expressions may give to sort by. */
const SORTED = ['bool', 'number', 'text', 'time'] as const;

const locale = z.string().optional().describe('The language that text is ordered by, e.g. "de"');
const part = orderOptions.extend({
  by: fieldOption('The field, or what makes the value of a record', { gives: SORTED }),
  locale,
});

/** The options that say how records are sorted, as plain data. */
export const writtenOrder = {
  by: fieldOption('The field, or several, each in its own order; or what makes the value of a record', {
    or: z.array(part).min(1),
    gives: SORTED,
  }),
  order: orderOptions.shape.order,
  nulls: orderOptions.shape.nulls,
  locale,
} as const;

/** Checked options of that kind. */
export interface WrittenOrder {
  readonly by: unknown;
  readonly order: 'asc' | 'desc';
  readonly nulls: 'first' | 'last';
  readonly locale?: string | undefined;
}

/** Whether an order is said once: of several fields, each has its own. */
export function saysOneOrder({ by, ...order }: WrittenOrder): boolean {
  return !Array.isArray(by) || Object.keys(orderOf(order)).length === 0;
}

export const ONE_ORDER = 'of several fields, each has its own order, nulls and locale';

/** What to sort by, and how, as code says it. A function that compares takes no order, so that none is given that is the default. */
export function sortArguments<T>({ by, ...order }: WrittenOrder): readonly [SortBy<T>, OrderOptions] {
  return [by as SortBy<T>, orderOf(order)];
}

function orderOf({ order, nulls, locale }: Omit<WrittenOrder, 'by'>): OrderOptions {
  return {
    ...(order !== 'asc' && { order }),
    ...(nulls !== 'last' && { nulls }),
    ...(locale !== undefined && { locale }),
  };
}
