import { type Duration, duration } from '../../../core/duration.ts';
import { MillraceError } from '../../../core/errors.ts';
import { parseOptions } from '../../../core/options.ts';
import { length, timeOptions } from './time-options.ts';
import { lengthLabel, lengthOf } from './tumbling.ts';
import type { Placed, Window, WindowTimeOptions } from './window.ts';

/** When hopping windows begin, and what they go by. */
export interface HoppingOptions<T> extends WindowTimeOptions<T> {
  /** From the beginning of one window to that of the next. */
  readonly every: Duration;
  /** How much later than the epoch windows begin. @default 0 */
  readonly offset?: Duration;
}

/** A record is added to each window that it is in. */
const MOST_WINDOWS = 1000;

/** The options of `hopping`. */
export const hoppingOptions = timeOptions.extend({
  every: length.describe('From the beginning of one window to that of the next'),
  offset: length.default(0).describe('How much later than the epoch windows begin'),
});

/**
 * Windows of one length that begin `every` so often and overlap: each record is in several, and costs as much.
 *
 * @throws MillraceError `ERR_OPTIONS` for lengths that are none, windows that do not meet, and records
 *   that would be in more than 1000.
 * @example
 * ```ts
 * import { from, hopping } from 'millrace';
 *
 * const views = from([{ page: '/', at: 1_709_290_800_000 }]).keyBy((view) => view.page);
 * const lastTen = views.window(hopping('10m', { every: '1m', time: (view) => view.at }));
 * ```
 */
export function hopping<T>(size: Duration, options: HoppingOptions<T>): Window<T> {
  const { every: often, offset: later, ...time } = parseOptions(hoppingOptions, options, 'hopping');
  const ms = lengthOf(size, 'hopping');
  const every = lengthOf(often, 'hopping');
  const offset = duration(later, 'offset of hopping()');
  if (every > ms || ms / every > MOST_WINDOWS) {
    const found = every > ms ? 'its windows do not meet' : `a record is in more than ${MOST_WINDOWS} windows`;
    throw new MillraceError('ERR_OPTIONS', `Cannot use the options of hopping: ${found}`, {
      hint: 'Let a window begin at least as often as one is long, and at most 1000 times as often.',
    });
  }
  return Object.freeze({
    kind: 'aligned',
    label: `hopping ${lengthLabel(size)} every ${lengthLabel(often)}`,
    time: time as WindowTimeOptions<T>,
    place: (at: number): Placed => {
      const last = Math.floor((at - offset) / every) * every + offset;
      let first = last;
      while (first - every + ms > at) first -= every;
      const spans = [];
      for (let start = first; start <= last; start += every) spans.push({ start, end: start + ms });
      return {
        spans,
        from: Math.max(last, first - every + ms),
        until: Math.min(last + every, first + ms),
      };
    },
  });
}
