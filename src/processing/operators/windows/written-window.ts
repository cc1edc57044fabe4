import { z } from 'zod';
import { type FieldOrFunction, fieldOption } from '../../../core/option-role.ts';
import { namedFieldReader } from '../record-fields.ts';
import { calendarSizeOptions } from './calendar.ts';
import { countWindow, countWindowSize } from './count-window.ts';
import { globalWindow } from './global-window.ts';
import { hopping, hoppingOptions } from './hopping.ts';
import { processingTime } from './processing-time.ts';
import { session } from './session.ts';
import { length, timeOptions } from './time-options.ts';
import { tumbling, tumblingOptions } from './tumbling.ts';
import type { Window } from './window.ts';

const clock = z.strictObject({
  clock: z.literal(true).describe('The clock says when a record belongs to: when it comes'),
});

/** What expressions may give as times of records. */
export const TIMES = ['number', 'text', 'time'] as const;

const time = fieldOption(
  'The field with the time of a record, what makes it, or { "clock": true }: the time at which it comes',
  { or: clock, gives: TIMES },
) as z.ZodType<FieldOrFunction | z.output<typeof clock>>;

/** Windows of one length. */
const aligned = [
  tumblingOptions.extend({
    type: z.literal('tumbling').describe('Windows side by side'),
    size: z.union([length, calendarSizeOptions]).describe('How long a window is, e.g. "1m" or { "days": 1 }'),
    time,
  }),
  hoppingOptions.extend({
    type: z.literal('hopping').describe('Windows that overlap'),
    size: length.describe('How long a window is, e.g. "10m"'),
    time,
  }),
] as const;

/** The option for windows of one length, which are all that flows are joined by. */
export const alignedWindow = z.discriminatedUnion('type', aligned).describe('In which windows records meet');

/** The option for windows, as plain data. */
export const windowSchema = z
  .discriminatedUnion('type', [
    ...aligned,
    timeOptions.extend({
      type: z.literal('session').describe('Windows that end when nothing comes for a while'),
      gap: length.describe('How long nothing comes after a window, e.g. "30m"'),
      time,
    }),
    z.strictObject({
      type: z.literal('count').describe('Windows of so many records'),
      size: countWindowSize,
    }),
    z.strictObject({
      type: z.literal('global').describe('One window for all, for early results'),
      time: clock.optional().describe('What early results go by: { "clock": true }; event time without'),
    }),
  ])
  .describe('How records are put together');

/** The window that its options stand for. */
export function windowOf(given: z.output<typeof windowSchema>): Window<never> {
  switch (given.type) {
    case 'tumbling': {
      const { type: _, size, ...rest } = given;
      return tumbling(size as never, timed(rest));
    }
    case 'hopping': {
      const { type: _, size, ...rest } = given;
      return hopping(size, timed(rest));
    }
    case 'session': {
      const { type: _, gap, ...rest } = given;
      return session(gap, timed(rest));
    }
    case 'count':
      return countWindow(given.size);
    case 'global':
      return globalWindow(given.time === undefined ? {} : { time: processingTime() });
  }
}

/** The options of a window, with what the field or the clock stands for. */
function timed(options: { readonly time: z.output<typeof time> }): never {
  const { time: given } = options;
  return { ...options, time: timeOf(given) } as never;
}

function timeOf(given: z.output<typeof time>): unknown {
  if (typeof given === 'function') return given;
  return typeof given === 'string' ? namedFieldReader(given) : processingTime();
}
