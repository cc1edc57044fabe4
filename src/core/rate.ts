import { duration } from './duration.ts';
import { MillraceError } from './errors.ts';
import { showValue } from './show-value.ts';

/** So many in a time: `'100/s'`, `'10/min'`, `'5000/h'`, `'1/250ms'`. */
export type Rate = string;

export interface ParsedRate {
  readonly count: number;
  readonly perMs: number;
}

const RATE = /^\s*(\d+(?:\.\d+)?)\s*\/\s*(\d+(?:\.\d+)?)?\s*(ms|s|min|m|h|d)\s*$/;

/**
 * Reads a {@link Rate}.
 *
 * @throws MillraceError `ERR_OPTIONS` for anything else, and for a rate of none or in no time.
 * @example
 * ```ts
 * parseRate('100/s'); // { count: 100, perMs: 1000 }
 * ```
 */
export function parseRate(rate: Rate, what = 'rate'): ParsedRate {
  const match = typeof rate === 'string' ? RATE.exec(rate) : null;
  const count = match === null ? 0 : Number(match[1]);
  const perMs = match === null ? 0 : duration(`${match[2] ?? 1}${match[3]}`);
  if (count > 0 && perMs > 0) return { count, perMs };
  throw new MillraceError('ERR_OPTIONS', `Cannot read the ${what}: ${showValue(rate)} is not a rate`, {
    hint: 'Write how many in which time, such as "100/s", "10/min", "1/250ms".',
  });
}
