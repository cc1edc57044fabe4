import { z } from 'zod';
import { fieldOption } from '../core/option-role.ts';
import type { Component } from '../interfaces/component.ts';
import type { Operator, OperatorContext, SyncOperator } from '../interfaces/operator.ts';
import { buffer, bufferOptions } from '../processing/operators/buffer.ts';
import { debounce, debounceOptions } from '../processing/operators/debounce.ts';
import { delay, delayOptions } from '../processing/operators/delay.ts';
import { eventTime, eventTimeOptions } from '../processing/operators/event-time.ts';
import { type ProgressReport, progress, progressOptions } from '../processing/operators/progress.ts';
import { rateLimit, rateLimitOptions } from '../processing/operators/rate-limit.ts';
import { throttle, throttleOptions } from '../processing/operators/throttle.ts';
import { timeInterval } from '../processing/operators/time-interval.ts';
import { timeout, timeoutOptions } from '../processing/operators/timeout.ts';
import { TIMES } from '../processing/operators/windows/written-window.ts';
import { none, operator } from './component.ts';
import { key, keyReader, optionalKey, readerOf } from './fields.ts';

/** Operators that say how fast records go, and when they happened. */
export const flowControl: readonly Component[] = [
  operator(
    'buffer',
    'Lets records wait in a bounded line',
    bufferOptions,
    (options) => buffer(options),
    'size',
  ),
  operator(
    'debounce',
    'Records that nothing came after for a while',
    debounceOptions,
    (options) => debounce(options),
    'quiet',
  ),
  operator(
    'delay',
    'Lets each record wait for a time',
    delayOptions.extend({
      time: z.union([z.number(), z.string()]).describe('How long each record waits, e.g. "2s"'),
    }),
    ({ time, ...options }) => delay(time, options),
    'time',
  ),
  operator(
    'event_time',
    'Says when records happened',
    eventTimeOptions.extend({
      time: fieldOption('The field with the time of a record, or what makes it', { gives: TIMES }),
      partition: key.optional().describe('The field, or fields, whose values have a time line each'),
    }),
    ({ time, partition, ...options }) =>
      eventTime(
        readerOf(time) as never,
        { ...options, ...(partition !== undefined && { partition: keyReader(partition) }) } as never,
      ),
    'time',
  ),
  operator('progress', 'Writes to the log of the run how far a place in it is', progressOptions, logged),
  operator(
    'rate_limit',
    'Lets so many records through in a time',
    rateLimitOptions.extend({
      key: key.optional().describe('The field, or fields, that the rate holds for each value of'),
    }),
    ({ key, ...options }) => rateLimit({ ...options, ...optionalKey(key) } as never),
    'rate',
  ),
  operator(
    'throttle',
    'One record for each stretch of time',
    throttleOptions,
    (options) => throttle(options),
    'every',
  ),
  operator('time_interval', 'Each record with the time since the one before it', none, () => timeInterval()),
  operator('timeout', 'Fails when records take too long', timeoutOptions, (options) =>
    timeout(options as never),
  ),
];

/** Reports go where records go that are logged; which run that is shows when the operator is created for one. */
function logged(options: z.output<typeof progressOptions>): Operator<unknown, unknown> {
  const described = progress<unknown>(() => {}, options) as SyncOperator<unknown, unknown>;
  return Object.freeze({
    ...described,
    create(context: OperatorContext) {
      const { node, report } = context;
      const told = (record: ProgressReport): void =>
        report(() => {
          const { records: number, perSecond, done } = record;
          const message = `${done ? 'the last is record' : `${perSecond} a second, record`} ${number}`;
          return { type: 'logged', node, level: 'info', message, number, record };
        });
      return (progress<unknown>(told, options) as SyncOperator<unknown, unknown>).create(context);
    },
  });
}
