import { z } from 'zod';
import { type Duration, duration } from '../../../core/duration.ts';
import { MillraceError } from '../../../core/errors.ts';
import { parseOptions } from '../../../core/options.ts';
import type { OnError } from '../../../interfaces/policy.ts';
import { type OperatorOptions, operatorOptions } from '../define-operator.ts';
import { length } from './time-options.ts';
import { lengthOf } from './tumbling.ts';
import type { Window } from './window.ts';
import type { Early } from './window-engine.ts';

/** When to learn what has come together before the window is over. At least one of the two. */
export interface EarlyResults {
  /** Each time that event time (or the clock) passes a multiple of it; `'watermark'`: each time that it moves on. */
  readonly every?: Duration | 'watermark';
  /** After so many records of a key. */
  readonly count?: number;
}

/** When windows have results, and what becomes of records that come too late. */
export interface WindowOptions extends OperatorOptions {
  /** How long a window that is over still takes late records: each gives its result once more. @default 0 */
  readonly lateness?: Duration;
  /** When results are emitted before the window is over. @default never */
  readonly early?: EarlyResults;
  /** Whether records that come too late fail, `ERR_LATE`, or go out by a way of their own. @default 'fail' */
  readonly late?: 'fail' | 'route';
  /** Most keys in all open windows together: past it, a record of another one fails, `ERR_LIMIT`. @default 1_000_000 */
  readonly maxKeys?: number;
}

/** The options of `windows`. */
export const windowOptions = operatorOptions.extend({
  lateness: length.default(0).describe('How long a window that is over still takes late records'),
  early: z
    .strictObject({
      every: length.optional().describe('Each time that time passes a multiple of it'),
      count: z.number().int().min(1).optional().describe('After so many records of a key'),
    })
    .refine(({ every, count }) => every !== undefined || count !== undefined, 'give every, count or both')
    .optional()
    .describe('When results are emitted before the window is over'),
  late: z.enum(['fail', 'route']).default('fail').describe('What becomes of records that come too late'),
  maxKeys: z.number().int().min(1).default(1_000_000).describe('Most keys in all open windows together'),
});

export interface ParsedWindowOptions {
  readonly lateness: number;
  readonly early: Early | undefined;
  readonly late: 'fail' | 'route';
  readonly maxKeys: number;
  readonly onError: OnError | undefined;
}

/**
 * @throws MillraceError `ERR_OPTIONS`, also for what windows of that kind cannot have.
 */
export function parseWindowOptions(window: Window<never>, options: WindowOptions): ParsedWindowOptions {
  const { lateness, early, late, maxKeys, onError } = parseOptions(windowOptions, options, 'window');
  const parsed = {
    lateness: duration(lateness, 'lateness of window()'),
    early: early && { every: earlyEvery(early.every), count: early.count },
    late,
    maxKeys,
    onError,
  };
  if (window.kind === 'count' && (parsed.lateness > 0 || parsed.early?.every !== undefined)) {
    throw new MillraceError(
      'ERR_OPTIONS',
      'Cannot use the options of window: time has no say in a countWindow()',
      {
        hint: 'Leave out lateness and early.every.',
      },
    );
  }
  return parsed;
}

function earlyEvery(every: Duration | undefined): number | undefined {
  if (every === undefined) return undefined;
  return every === 'watermark' ? 0 : lengthOf(every, 'early');
}
