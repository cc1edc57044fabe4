import { parseOptions } from '../../../core/options.ts';
import { type ProcessingTime, processingTime } from './processing-time.ts';
import { timeOptions } from './time-options.ts';
import type { Placed, Window, WindowSpan } from './window.ts';

/** What the early results of a global window go by. */
export interface GlobalWindowOptions {
  /** By which time `early` results are emitted: `processingTime()`, the clock. @default event time */
  readonly time?: ProcessingTime;
}

const EVER: WindowSpan = Object.freeze({ start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY });
const PLACED: Placed = { spans: [EVER], from: EVER.start, until: EVER.end };

const schema = timeOptions.pick({ time: true }).partial();

/**
 * One window for all records, which is over with the input. Give the window `early`, to learn before what has
 * come together; its `window` is from minus to plus infinity.
 *
 * @example
 * ```ts
 * import { from, globalWindow } from 'millrace';
 *
 * const orders = from([{ country: 'DE', total: 7 }]).keyBy((order) => order.country);
 * const soFar = orders.window(globalWindow(), { early: { count: 100 } });
 * ```
 */
export function globalWindow(options: GlobalWindowOptions = {}): Window<unknown> {
  const { time } = parseOptions(schema, options, 'globalWindow');
  return Object.freeze({
    kind: 'aligned',
    label: 'global',
    time: time === undefined ? undefined : { time: processingTime() },
    place: () => PLACED,
  });
}
