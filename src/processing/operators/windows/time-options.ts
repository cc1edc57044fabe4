import { z } from 'zod';
import type { Time } from '../record-time.ts';
import { type ProcessingTime, processingTime } from './processing-time.ts';

/** The options of windows that say when a record belongs to. */
export const timeOptions = z.strictObject({
  time: z
    .custom<((record: never) => Time) | ProcessingTime>(
      (value) => typeof value === 'function' || value === processingTime(),
      'must be a function that tells the time of a record, or processingTime()',
    )
    .describe('Tells the time of a record, or processingTime()'),
  unit: z.enum(['ms', 's', 'us', 'ns']).optional().describe('What numbers count since the epoch'),
});

export const length = z.union([z.number(), z.string()]);
