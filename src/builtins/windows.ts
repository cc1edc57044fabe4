import { z } from 'zod';
import { duration } from '../core/duration.ts';
import type { Component } from '../interfaces/component.ts';
import type { Operator } from '../interfaces/operator.ts';
import { calendarSizeOptions } from '../processing/operators/windows/calendar.ts';
import { countWindow, countWindowSize } from '../processing/operators/windows/count-window.ts';
import { globalWindow } from '../processing/operators/windows/global-window.ts';
import { hopping, hoppingOptions } from '../processing/operators/windows/hopping.ts';
import { processingTime } from '../processing/operators/windows/processing-time.ts';
import { session } from '../processing/operators/windows/session.ts';
import { length, timeOptions } from '../processing/operators/windows/time-options.ts';
import { tumbling, tumblingOptions } from '../processing/operators/windows/tumbling.ts';
import type { Window } from '../processing/operators/windows/window.ts';
import { windowBy, windowByRouted } from '../processing/operators/windows/window-by.ts';
import { windowOptions } from '../processing/operators/windows/window-options.ts';
import { aggregates, aggregatesOf } from './aggregates.ts';
import { operator } from './component.ts';
import { field, key, keyReader, readerOf } from './fields.ts';
import { type Keyed, keyFields, remade, withKeyFields } from './results.ts';

const clock = z.strictObject({
  clock: z.literal(true).describe('The clock says when a record belongs to: when it comes'),
});
const time = z
  .union([field, clock])
  .describe('The field with the time of a record, or { "clock": true }: the time at which it comes');

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

const windowSchema = z
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

const options = windowOptions.extend({
  window: windowSchema,
  key: key.optional().describe('The field, or fields, that set groups apart; one group without'),
  aggregates,
});

/** The operator that puts records together by windows. */
export const windows: readonly Component[] = [
  operator('window', 'What the records of each window come to', options, windowed),
];

function windowed({
  window,
  key,
  aggregates: given,
  ...rest
}: z.output<typeof options>): Operator<never, unknown> {
  const list = aggregatesOf(given);
  const made = windowOf(window) as Window<unknown>;
  const several = rest.early !== undefined || duration(rest.lateness) > 0;
  const names = several ? ['window', 'update', 'pane'] : ['window'];
  const all = [...names, ...Object.keys(list)];
  if (rest.late === 'route') {
    const routed = windowByRouted(keyReader(key), made, list, rest as never);
    const fields = keyFields(routed.name, key, all);
    return remade(routed as Operator<unknown, Keyed>, (result) => [
      result.late === true ? result : { late: false, value: fields(result.value as Keyed) },
    ]);
  }
  const { late: _, ...others } = rest;
  const keyed = windowBy(keyReader(key), made, list, others as never);
  return withKeyFields(keyed as Operator<unknown, never>, key, all);
}

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
  return { ...options, time: typeof given === 'string' ? readerOf(given) : processingTime() } as never;
}
