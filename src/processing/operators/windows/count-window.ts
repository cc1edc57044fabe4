import { z } from 'zod';
import { parseOptions } from '../../../core/options.ts';
import type { Window } from './window.ts';

/** How many records are in a window of `countWindow`. */
export const countWindowSize = z.number().int().min(1).describe('Records of a key in one window');

/**
 * Windows of `size` records of one key; the last may have fewer. Time has no say. The `window` of a result is from the
 * number of its first record in the flow, counted from 0, to behind that of its last.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `size` is a whole number from 1.
 * @example
 * ```ts
 * import { countWindow, from } from 'millrace';
 *
 * const orders = from([{ country: 'DE', total: 7 }]).keyBy((order) => order.country);
 * const byHundred = orders.window(countWindow(100));
 * ```
 */
export function countWindow(size: number): Window<unknown> {
  const most = parseOptions(countWindowSize, size, 'countWindow');
  return Object.freeze({ kind: 'count', label: `count ${most}`, time: undefined, size: most });
}
