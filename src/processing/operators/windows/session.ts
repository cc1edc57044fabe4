import type { Duration } from '../../../core/duration.ts';
import { parseOptions } from '../../../core/options.ts';
import { timeOptions } from './time-options.ts';
import { lengthLabel, lengthOf } from './tumbling.ts';
import type { Window, WindowTimeOptions } from './window.ts';

/**
 * Windows of records of one key that are less than `gap` apart, from the first to `gap` after the last. A record
 * that comes between two of them makes one of both.
 *
 * @throws MillraceError `ERR_OPTIONS` for a gap that is none.
 * @example
 * ```ts
 * import { from, session } from 'millrace';
 *
 * const clicks = from([{ user: 'ada', at: 1_709_290_800_000 }]).keyBy((click) => click.user);
 * const visits = clicks.window(session('30m', { time: (click) => click.at }));
 * ```
 */
export function session<T>(gap: Duration, options: WindowTimeOptions<T>): Window<T> {
  const time = parseOptions(timeOptions, options, 'session') as WindowTimeOptions<T>;
  const ms = lengthOf(gap, 'session');
  return Object.freeze({ kind: 'session', label: `session ${lengthLabel(gap)}`, time, gap: ms });
}
