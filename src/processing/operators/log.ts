import { z } from 'zod';
import { toError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import { showValue } from '../../core/show-value.ts';
import { refusePromise } from '../../core/thenable.ts';
import type { Operator } from '../../interfaces/operator.ts';
import type { Logger, RunEvent } from '../../interfaces/run.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { transforming, USE_ASYNC } from './plain-logic.ts';

/** How loud a line of a log is. */
export type LogLevel = 'debug' | 'info' | 'warn';

/** How `log` works. */
export interface LogOptions<A> extends OperatorOptions {
  /** Logs the first record and each `every`th after it. @default 1 */
  readonly every?: number;
  /** @default 'info' */
  readonly level?: LogLevel;
  /** What is said of a record, besides its fields. @default its number and what is in it, in a few words */
  readonly message?: (record: A, number: number) => string;
  /** Where it is logged; pino's interface. @default the run's logger, if it has one */
  readonly logger?: Logger;
}

/** The options of `log`. */
export const logOptions = operatorOptions.extend({
  every: z.number().int().min(1).default(1).describe('Logs the first record and each of so many after it'),
  level: z.enum(['debug', 'info', 'warn']).default('info').describe('How loud it is'),
  message: z
    .custom<() => string>((value) => typeof value === 'function', 'must be a function')
    .optional()
    .describe('What is said of a record'),
  logger: z
    .custom<Logger>(
      (value) => typeof (value as Partial<Logger> | null)?.info === 'function',
      'must be a logger',
    )
    .optional()
    .describe('Where it is logged'),
});

/** What is logged of a record. */
type LoggedEvent = Extract<RunEvent, { readonly type: 'logged' }>;

/**
 * Writes records to the log and lets them through: the first, and each `every`th after it. Goes to the
 * run's logger, and to whoever takes its events; while nobody does, it costs a count.
 *
 * - Emits: each record, as it is.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: what `message` throws is a failure of the record; so is a promise, `ERR_CALLBACK`. A
 *   logger that throws gets no more, with a process warning.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `every` is a whole number from 1 and `logger` a logger.
 * @example
 * ```ts
 * import { from, log } from 'millrace';
 *
 * const watched = from([{ id: 1 }, { id: 2 }]).pipe(
 *   log({ every: 1000, message: (order) => `order ${order.id}` }),
 * );
 * ```
 */
export function log<A>(options: LogOptions<A> = {}): Operator<A, A> {
  const { every, level, message, logger, onError } = parseOptions(logOptions, options, 'log');
  const say = (message ?? shown) as (record: A, number: number) => string;
  return defineOperator<A, A>({
    name: 'log',
    remembers: 'snapshot',
    cardinality: 'one',
    detail: every === 1 ? undefined : `every ${every}`,
    onError,
    create(context) {
      const { node } = context;
      const report = logger === undefined ? context.report : into(logger);
      let number = 0;
      let left = 0;
      return {
        ...transforming((record: A) => {
          number++;
          if (left > 0) left--;
          else {
            left = every - 1;
            report(() => {
              const text = say(record, number);
              refusePromise(text, USE_ASYNC);
              return { type: 'logged', node, level, message: text, number, record };
            });
          }
          return record;
        }),
        snapshot: () => ({ number, left }),
        restore(state) {
          ({ number, left } = state as { number: number; left: number });
        },
      };
    },
  });
}

function shown(record: unknown, number: number): string {
  return `record ${number}: ${showValue(record)}`;
}

function into(logger: Logger): (make: () => LoggedEvent) => void {
  let isBroken = false;
  return (make) => {
    if (isBroken) return;
    const { level, message, node, number, record } = make();
    try {
      logger[level]({ node, number, record }, `${node}: ${message}`);
    } catch (error) {
      isBroken = true;
      process.emitWarning(`The logger of "${node}" gets no more records: ${toError(error).message}`, {
        code: 'MILLRACE_LOGGER',
      });
    }
  };
}
