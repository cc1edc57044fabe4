import { z } from 'zod';
import { MillraceError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import { refusePromise } from '../../core/thenable.ts';
import type { Operator, OperatorContext, SyncLogic } from '../../interfaces/operator.ts';
import { checkCallback, nameOf } from './check-callback.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';
import { transforming } from './plain-logic.ts';

/** What looks at the records of a branch, and at its beginning and end. */
export interface TapObserver<A> {
  /** Gets each record. */
  readonly next?: (record: A) => unknown;
  /** The run has begun. */
  readonly start?: () => unknown;
  /** The input is over, or downstream has enough. */
  readonly end?: () => unknown;
  /** The run failed or was aborted before that. */
  readonly error?: (error: unknown) => unknown;
}

const callback = z
  .custom<() => unknown>((value) => typeof value === 'function', 'must be a function')
  .optional();
const schema = z.strictObject({ next: callback, start: callback, end: callback, error: callback });

/**
 * Looks at each record and lets it through; as an object of callbacks, it also looks at the beginning
 * and the end: `start` once a run, then `end` or `error`, never both.
 *
 * - Emits: each record, as it is, after the callback returned.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: what the callback throws is a failure of the record; a promise is one too, `ERR_CALLBACK`
 *   (use `mapAsync`). What `start` or `end` throws ends the run; what `error` throws is attached to the
 *   failure, as `secondary`.
 *
 * @throws MillraceError `ERR_OPTIONS` unless it is given a function, or an object with one.
 * @example
 * ```ts
 * import { from, tap } from 'millrace';
 *
 * let seen = 0;
 * const counted = from(['a', 'b']).pipe(
 *   tap(() => seen++),
 *   tap({ end: () => console.log(`${seen} records`) }),
 * );
 * ```
 */
export function tap<A>(
  observer: ((record: A) => unknown) | TapObserver<A>,
  options: OperatorOptions = {},
): Operator<A, A> {
  const watching = observerOf(observer);
  const { next } = watching;
  return defineOperator<A, A>({
    name: 'tap',
    remembers: 'none',
    cardinality: 'one',
    detail: nameOf(typeof observer === 'function' ? observer : undefined),
    ...parseOptions(operatorOptions, options, 'tap'),
    create: (context) => ({
      ...transforming(next === undefined ? (record: A) => record : looking(next)),
      ...beginningAndEnd(watching, context),
    }),
  });
}

function observerOf<A>(observer: ((record: A) => unknown) | TapObserver<A>): TapObserver<A> {
  if (typeof observer !== 'object' || observer === null) {
    checkCallback('tap', observer);
    return { next: observer };
  }
  const parsed = parseOptions(schema, observer, 'tap()');
  if (Object.values(parsed).some((given) => given !== undefined)) return parsed as TapObserver<A>;
  throw new MillraceError('ERR_OPTIONS', 'Cannot use tap(): it is given no callback', {
    hint: 'Give tap() a function, or at least one of next, start, end and error.',
  });
}

function looking<A>(next: (record: A) => unknown): (record: A) => A {
  return (record) => {
    const result = next(record);
    if (result instanceof Promise) refusePromise(result, 'Use mapAsync() and return the record.');
    return record;
  };
}

function beginningAndEnd<A>(
  { start, end, error }: TapObserver<A>,
  { signal }: OperatorContext<A>,
): Pick<SyncLogic<A, A>, 'end' | 'close'> {
  call(start?.());
  if (end === undefined && error === undefined) return {};
  let isOver = false;
  const over = (): void => {
    if (isOver) return;
    isOver = true;
    call(end?.());
  };
  return {
    end: over,
    close() {
      if (!signal.aborted) over();
      else if (!isOver) {
        isOver = true;
        call(error?.(signal.reason));
      }
    },
  };
}

function call(result: unknown): void {
  refusePromise(result, 'Do what takes time behind a mapAsync(), or when the run has settled.');
}
