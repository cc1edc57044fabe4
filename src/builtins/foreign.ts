import { z } from 'zod';
import { duration } from '../core/duration.ts';
import { exportOption, functionOption } from '../core/option-role.ts';
import type { Component } from '../interfaces/component.ts';
import type { Operator } from '../interfaces/operator.ts';
import { conflate } from '../processing/operators/conflate.ts';
import { defineOperator } from '../processing/operators/define-operator.ts';
import { rx, rxOptions } from '../processing/operators/rx.ts';
import { type Notifier, takeUntil } from '../processing/operators/take-until.ts';
import { through, throughOptions } from '../processing/operators/through.ts';
import { operator } from './component.ts';

const USE = { expression: false };

const untilOptions = z
  .strictObject({
    notifier: exportOption(
      isNotifier,
      'a promise, an AbortSignal or an Observable',
      'Says that it is enough: a promise that resolves, a signal that aborts, an Observable that emits',
    ).optional(),
    after: z
      .union([z.number(), z.string()])
      .optional()
      .describe('How long records are taken, from the begin of the run'),
  })
  .refine(
    ({ notifier, after }) => (notifier === undefined) !== (after === undefined),
    'say when it ends: after, or the name of an export',
  );

/** Operators that run what other libraries made, or look outside of the flow. */
export const foreign: readonly Component[] = [
  operator(
    'conflate',
    'Folds what piles up while downstream is busy into one value',
    z.strictObject({
      seed: functionOption(['record'], 'The value of the first record'),
      fold: functionOption(['value', 'record'], 'Adds a record to the value', USE),
    }),
    ({ seed, fold }) => conflate(seed as never, fold as never),
  ),
  operator(
    'rx',
    'Runs an operator of RxJS',
    rxOptions.extend({ operator: functionOption(['source'], 'An OperatorFunction of RxJS', USE) }),
    ({ operator: fn, ...options }) => rx(fn as never, options),
    'operator',
  ),
  operator(
    'take_until',
    'Lets records through until something says that it is enough, then ends',
    untilOptions,
    ({ notifier, after }) =>
      after === undefined
        ? takeUntil(notifier as Notifier)
        : takeFor(duration(after, 'after of takeUntil()')),
    'notifier',
  ),
  operator(
    'through',
    'Sends records through a stream of Node or of the web',
    throughOptions.extend({ stream: functionOption([], 'Makes the stream, a new one for each run', USE) }),
    ({ stream, ...options }) => through(stream as never, options),
    'stream',
  ),
];

/** By the clock of the run, which begins with it. */
function takeFor(ms: number): Operator<never, unknown> {
  return defineOperator<unknown, unknown>({
    name: 'takeUntil',
    remembers: 'none',
    cardinality: 'filter',
    repeats: false,
    detail: `${ms} ms`,
    create(context) {
      context.after(ms, () => context.complete());
      return { push: (record, emit) => emit(record) };
    },
  }) as Operator<never, unknown>;
}

function isNotifier(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { then, subscribe } = value as { readonly then?: unknown; readonly subscribe?: unknown };
  return value instanceof AbortSignal || typeof then === 'function' || typeof subscribe === 'function';
}
