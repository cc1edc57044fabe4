import { z } from 'zod';
import { type Duration, duration, formatDuration } from '../../core/duration.ts';
import { MillraceError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import { refusePromise } from '../../core/thenable.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { checkCallback } from './check-callback.ts';
import { defineOperator } from './define-operator.ts';
import { transforming } from './plain-logic.ts';

/** How far a place in the graph is. */
export interface ProgressReport {
  /** Records that have passed so far. */
  readonly records: number;
  /** Records a second since the report before. */
  readonly perSecond: number;
  /** Milliseconds since the run began. */
  readonly elapsedMs: number;
  /** Whether it is the last report: the input is over. */
  readonly done: boolean;
}

/** How `progress` works. */
export interface ProgressOptions {
  /** Time between reports. @default '1s' */
  readonly every?: Duration;
}

/** The options of `progress`. */
export const progressOptions = z.strictObject({
  every: z.union([z.number(), z.string()]).default('1s').describe('Time between reports'),
});

/**
 * Counts the records that pass, and reports each interval, by the clock, and when the input is over. A
 * report waits while downstream is full; of a whole run, see `progress$`.
 *
 * - Emits: each record, as it is.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over, after the last report.
 * - Cancels: when downstream does; then there is no last report.
 * - On error: what `report` throws ends the run, and so does a promise.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `report` is a function and `every` a duration above 0.
 * @example
 * ```ts
 * import { from, progress } from 'millrace';
 *
 * const watched = from(['a', 'b']).pipe(
 *   progress(({ records, perSecond }) => console.log(`${records} records, ${perSecond} a second`), {
 *     every: '5s',
 *   }),
 * );
 * ```
 */
export function progress<A>(
  report: (progress: ProgressReport) => unknown,
  options: ProgressOptions = {},
): Operator<A, A> {
  checkCallback('progress', report);
  const every = duration(parseOptions(progressOptions, options, 'progress').every, 'interval of progress()');
  if (every === 0) {
    throw new MillraceError('ERR_OPTIONS', 'Cannot use progress(): there is no time between its reports');
  }
  return defineOperator<A, A>({
    name: 'progress',
    remembers: 'snapshot',
    cardinality: 'one',
    detail: `every ${formatDuration(every)}`,
    create(context) {
      const { clock } = context;
      const began = clock.now();
      let records = 0;
      let reported = { records: 0, at: began };
      const tell = (done: boolean): void => {
        const now = clock.now();
        const passed = now - reported.at;
        const perSecond = passed > 0 ? Math.round(((records - reported.records) * 1000) / passed) : 0;
        reported = { records, at: now };
        const result = report({ records, perSecond, elapsedMs: now - began, done });
        refusePromise(result, 'Let the callback of progress() return at once: nobody waits for it.');
      };
      const tick = (): void => {
        cancel = context.after(every, tick);
        tell(false);
      };
      let cancel = context.after(every, tick);
      return {
        ...transforming((record: A) => {
          records++;
          return record;
        }),
        end() {
          cancel();
          tell(true);
        },
        close: () => cancel(),
        snapshot: () => records,
        restore(state) {
          records = state as number;
          reported = { records, at: clock.now() };
        },
      };
    },
  });
}
