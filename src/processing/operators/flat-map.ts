import { BATCH_SIZE } from '../../core/batch.ts';
import { MillraceError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import { refusePromise } from '../../core/thenable.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { checkCallback, nameOf } from './check-callback.ts';
import { defineOperator, type OperatorOptions, operatorOptions } from './define-operator.ts';

/**
 * Makes any number of records of each: those of the iterable that `fn` returns.
 *
 * - Emits: each record of each iterable, in order. A short array goes on at once; everything else is
 *   pulled as downstream has room, so an iterable may be longer than memory, or endless.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over and the last iterable is exhausted.
 * - Cancels: when downstream does; the open iterable is closed.
 * - On error: what `fn` or its iterable throws is a failure of the record, and so is a result that
 *   cannot be iterated, `ERR_CALLBACK` (use `flatMapAsync` for promises and async iterables).
 *
 * @example
 * ```ts
 * import { flatMap, from } from 'millrace';
 *
 * const words = from(['to be', 'or not']).pipe(flatMap((line) => line.split(' ')));
 * ```
 */
export function flatMap<A, B>(fn: (record: A) => Iterable<B>, options: OperatorOptions = {}): Operator<A, B> {
  checkCallback('flatMap', fn);
  return defineOperator<A, B>({
    name: 'flatMap',
    remembers: 'none',
    cardinality: 'many',
    origins: 'kept',
    detail: nameOf(fn),
    ...parseOptions(operatorOptions, options, 'flatMap'),
    create: () => ({
      push(record, emit) {
        const made = fn(record);
        if (!Array.isArray(made) || made.length > BATCH_SIZE) return checkIterable(made);
        for (let index = 0; index < made.length; index++) emit(made[index]);
        return undefined;
      },
    }),
  });
}

function checkIterable<B>(made: Iterable<B>): Iterable<B> {
  if (typeof made?.[Symbol.iterator] === 'function') return made;
  refusePromise(made, 'Use flatMapAsync().');
  throw new MillraceError(
    'ERR_CALLBACK',
    `its callback returned ${made === null ? 'null' : `a value of type ${typeof made}`}, which cannot be iterated`,
    { hint: 'Return an array or another iterable, an empty one for no records.' },
  );
}
