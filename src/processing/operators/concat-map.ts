import { z } from 'zod';
import type { Duration } from '../../core/duration.ts';
import { parseOptions } from '../../core/options.ts';
import type { CallContext, Operator } from '../../interfaces/operator.ts';
import { PORT } from '../graph/node.ts';
import { checkCallback, nameOf } from './check-callback.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { type Inner, innerRecords } from './inner-records.ts';

/** How `concatMap` works. */
export interface ConcatMapOptions extends OperatorOptions {
  /** Longest time to wait for the next record, then it fails with `ERR_TIMEOUT`. @default no limit */
  readonly timeout?: Duration;
  /** Records of an Observable to hold while downstream is full; it cannot be told to wait. @default 65_536 */
  readonly buffer?: number;
}

const schema = operatorOptions.extend({
  timeout: z.union([z.number(), z.string()]).optional().describe('Longest time to wait for the next record'),
  buffer: z.number().int().min(1).default(65_536).describe('Records of an Observable to hold'),
});

/**
 * Puts the records of inner flows one behind the other: of each record, those that `fn` gives by an
 * iterable, an async iterable, an Observable, a promise of one record, or a flow, whose graph it runs.
 *
 * - Emits: each record of each inner flow, in order; the next record of the input waits until the inner
 *   flow of the one before is over.
 * - Backpressures: when downstream does; an inner flow is pulled only while there is room. What an
 *   Observable emits meanwhile is held, up to `buffer`.
 * - Completes: when the input is over and the last inner flow, too.
 * - Cancels: when downstream does; the open inner flow is closed, a flow's run aborted.
 * - On error: what `fn` or an inner flow fails with is a failure of the record, and so are a wait for the
 *   next record that takes longer than `timeout`, `ERR_TIMEOUT`, and more than `buffer` held records,
 *   `ERR_OVERFLOW`. What was emitted stays.
 *
 * @throws MillraceError `ERR_OPTIONS` for a `buffer` below 1 or a timeout that is no duration.
 * @example
 * ```ts
 * import { concatMap, csv, from } from 'millrace';
 *
 * const orders = from(['2024.csv', '2025.csv']).pipe(concatMap((file) => csv.read(file)));
 * ```
 */
export function concatMap<A, B>(
  fn: (record: A, context: CallContext) => Inner<B>,
  options: ConcatMapOptions = {},
): Operator<A, B> {
  checkCallback('concatMap', fn);
  const { onError, timeout, buffer } = parseOptions(schema, options, 'concatMap');
  return defineOperator<A, B>({
    name: 'concatMap',
    remembers: 'none',
    kind: 'async',
    cardinality: 'many',
    origins: 'kept',
    detail: nameOf(fn),
    onError,
    async: { concurrency: 1, timeout },
    create() {
      let closed: Promise<unknown> | undefined;
      const closing = (closes: Promise<unknown>): void => {
        closed = closes;
      };
      return {
        call(record, context) {
          const inner = fn(record, context);
          // The run waits for a flow's, which holds files; other iterators may never say that they are closed.
          const isFlow = typeof inner === 'object' && inner !== null && PORT in inner;
          return innerRecords(inner, context.signal, buffer, isFlow ? closing : undefined);
        },
        async close() {
          await closed;
        },
      };
    },
  });
}
