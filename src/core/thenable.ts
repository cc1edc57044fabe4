import { MillraceError } from './errors.ts';

/** Whether `value` can be awaited. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof Reflect.get(value, 'then') === 'function'
  );
}

function ignore(): void {}

/**
 * Refuses a promise where a synchronous callback was asked for: nobody would await it. Its own
 * rejection is taken care of, so that it does not end the process. The message continues the
 * engine's "Cannot process orders.csv line 12 in ...: ".
 *
 * @throws MillraceError `ERR_CALLBACK`, permanent, when `value` can be awaited.
 */
export function refusePromise(value: unknown, hint: string): void {
  if (!isThenable(value)) return;
  value.then(ignore, ignore);
  throw new MillraceError('ERR_CALLBACK', 'its callback returned a promise, which nobody awaits', { hint });
}

/**
 * Refuses a promise where an iterator answers what comes next: it would be taken for a record that is
 * `undefined`, and another, without end.
 *
 * @throws MillraceError `ERR_CALLBACK`, permanent.
 */
export function refuseLateStep(step: IteratorResult<unknown>): void {
  if (step.done === undefined) {
    refusePromise(
      step,
      'Give what answers with promises a [Symbol.asyncIterator] instead of [Symbol.iterator].',
    );
  }
}

/**
 * What an iterable returned as its iterator, which is there at once: only its `next()` may take time.
 *
 * @throws MillraceError `ERR_CALLBACK`, permanent, for a promise.
 */
export function begun<I>(iterator: I): I {
  refusePromise(iterator, 'Return an iterator, not a promise of one; its next() may return promises.');
  return iterator;
}

/**
 * The same records, for a loop: an iterator that is a promise would be a failure that nobody can catch, and one whose
 * steps are promises would never end.
 *
 * @throws MillraceError `ERR_CALLBACK`, permanent, as the loop comes to it.
 */
export function atOnce<T>(records: Iterable<T>): Iterable<T> {
  // An array answers at once, and the loop over one is faster.
  if (Array.isArray(records)) return records;
  return {
    [Symbol.iterator]() {
      const iterator = begun(records[Symbol.iterator]());
      return {
        next() {
          const step = iterator.next();
          refuseLateStep(step);
          return step;
        },
        return: () => iterator.return?.() ?? { done: true, value: undefined },
      };
    },
  };
}
