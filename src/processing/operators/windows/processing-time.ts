/** The time at which a record comes, by the run's clock. */
export interface ProcessingTime {
  readonly kind: 'processing-time';
}

const TIME: ProcessingTime = Object.freeze({ kind: 'processing-time' });

/**
 * In the place of a window's `time`: the clock when a record comes. Windows close by timers, so that they do
 * without `eventTime`; what they come to is another with each run.
 *
 * @example
 * ```ts
 * import { from, processingTime, tumbling } from 'millrace';
 *
 * const visits = from([{ page: '/' }]).keyBy((visit) => visit.page);
 * const byMinute = tumbling('1m', { time: processingTime() });
 * ```
 */
export function processingTime(): ProcessingTime {
  return TIME;
}
