import type { Observable } from 'rxjs';
import { MillraceError } from '../../core/errors.ts';
import { showValue } from '../../core/show-value.ts';
import { begun, isThenable } from '../../core/thenable.ts';
import { ObservableRecords } from './observable-records.ts';

/** What an inner flow can be; a flow is an async iterable. */
export type Inner<B> = Iterable<B> | AsyncIterable<B> | Observable<B> | PromiseLike<B>;

/**
 * The records of an inner flow, for the engine to pull: a promise is one record. What waits for the next
 * is let go when `signal` aborts, which its iterator alone would not learn of.
 *
 * @throws MillraceError `ERR_CALLBACK` for what gives no records; of an Observable, see `buffer`.
 */
export function innerRecords<B>(
  inner: Inner<B>,
  signal: AbortSignal,
  buffer: number,
  closing?: (closed: Promise<unknown>) => void,
): Iterable<B> | AsyncIterable<B> | PromiseLike<readonly B[]> {
  if (typeof inner === 'object' && inner !== null) {
    if (Symbol.asyncIterator in inner) return released(inner, signal, closing);
    if (Symbol.iterator in inner) return inner;
    if (isThenable(inner)) return inner.then((record) => [record as B]);
    if (typeof inner.subscribe === 'function') return new ObservableRecords(inner, signal, buffer);
  }
  throw new MillraceError(
    'ERR_CALLBACK',
    `its callback returned ${showValue(inner)}, which gives no records`,
    { hint: 'Return an iterable, an async iterable, a promise, an Observable or a flow.' },
  );
}

/** The same records; the iterator is closed when `signal` aborts while the next record is waited for. */
export function released<B>(
  inner: AsyncIterable<B>,
  signal: AbortSignal,
  closing?: (closed: Promise<unknown>) => void,
): AsyncIterable<B> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = begun(inner[Symbol.asyncIterator]());
      let waiting: ((step: IteratorResult<B>) => void) | undefined;
      const close = async (): Promise<IteratorResult<B>> => {
        signal.removeEventListener('abort', abandon);
        waiting?.({ done: true, value: undefined });
        await iterator.return?.();
        return { done: true, value: undefined };
      };
      /** Its own failure has nobody left to tell: the run is over. */
      const abandon = (): void => {
        const closed = close().catch(() => {});
        closing?.(closed);
      };
      signal.addEventListener('abort', abandon, { once: true });
      return {
        next: () =>
          new Promise((resolve, reject) => {
            waiting = resolve;
            Promise.resolve(iterator.next()).then(resolve, reject);
          }),
        return: close,
      };
    },
  };
}
