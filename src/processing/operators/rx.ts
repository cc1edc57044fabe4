import type { OperatorFunction } from 'rxjs';
import { z } from 'zod';
import { parseOptions } from '../../core/options.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { checkCallback, nameOf } from './check-callback.ts';
import { defineOperator } from './define-operator.ts';
import { RxLogic } from './rx-logic.ts';

export interface RxOptions {
  /** Records to hold while downstream is full; RxJS cannot be told to wait. @default 65_536 */
  readonly buffer?: number;
  /**
   * Whether what it emits follows from the record alone, and at once: then runs with it can make checkpoints. Nobody
   * checks that. @default false
   */
  readonly stateless?: boolean;
}

/** The options of `rx`. */
export const rxOptions = z.strictObject({
  buffer: z.number().int().min(1).default(65_536).describe('Records to hold while downstream is full'),
  stateless: z
    .boolean()
    .default(false)
    .describe('Whether what it emits follows from the record alone, and at once'),
});

/**
 * Runs an RxJS operator, or several joined by RxJS's `pipe`. What such an operator itself holds back
 * (`buffer`, `mergeMap` without a concurrency) is out of millrace's sight, and so is which record
 * made which: errors end the run, policies do not apply.
 *
 * - Emits: what the operator emits, in its order.
 * - Backpressures: when downstream does; what the operator emits meanwhile is held, up to `buffer`.
 * - Completes: when the operator completes, be it before the input is over (`take`).
 * - Cancels: its input when the operator completes; the operator is unsubscribed when downstream
 *   cancels.
 * - On error: an error of the operator ends the run, and so do more than `buffer` held records,
 *   `ERR_OVERFLOW`.
 *
 * @throws MillraceError `ERR_OPTIONS` unless `operator` is a function and `buffer` a whole number from 1.
 * @example
 * ```ts
 * import { from, rx } from 'millrace';
 * import { distinctUntilChanged } from 'rxjs';
 *
 * const changes = from([1, 1, 2]).pipe(rx(distinctUntilChanged()));
 * ```
 */
export function rx<A, B>(operator: OperatorFunction<A, B>, options: RxOptions = {}): Operator<A, B> {
  checkCallback('rx', operator);
  const { buffer, stateless } = parseOptions(rxOptions, options, 'rx');
  return defineOperator<A, B>({
    name: 'rx',
    ...(stateless && { remembers: 'none' as const }),
    kind: 'duplex',
    cardinality: 'many',
    detail: nameOf(operator),
    create: (context) => new RxLogic(operator, buffer, context),
  });
}
