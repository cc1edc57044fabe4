import { z } from 'zod';
import { duration } from '../../../core/duration.ts';

/** A duration as users write it; becomes milliseconds. */
export function durationSchema(what: string) {
  return z.union([z.number(), z.string()]).transform((given, context) => {
    try {
      return duration(given, what);
    } catch {
      context.addIssue({ code: 'custom', message: 'expected a duration such as 250 or "2s"' });
      return z.NEVER;
    }
  });
}

export const timeoutField = durationSchema('timeout')
  .prefault('10s')
  .describe('How long to wait for others who have the database locked');
