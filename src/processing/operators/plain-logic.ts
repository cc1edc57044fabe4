import { refusePromise } from '../../core/thenable.ts';
import type { SyncLogic } from '../../interfaces/operator.ts';

/** What to do about a synchronous callback that returns a promise. */
export const USE_ASYNC =
  'Use an asynchronous operator: mapAsync(), or flatMapAsync() which may give nothing.';

/** The logic of an operator that makes one record of one; `transform` may be the user's own function. */
export function transforming<A, B>(transform: (record: A) => B): SyncLogic<A, B> {
  return {
    transform,
    push(record, emit) {
      const result = transform(record);
      if (result instanceof Promise) refusePromise(result, USE_ASYNC);
      emit(result);
    },
  };
}

/** The logic of an operator that passes records on as they are, or not. */
export function accepting<A>(accepts: (record: A) => unknown): SyncLogic<A, A> {
  return {
    accepts,
    push(record, emit) {
      const accepted = accepts(record);
      if (accepted instanceof Promise) refusePromise(accepted, USE_ASYNC);
      if (accepted) emit(record);
    },
  };
}

/** The logic of an operator that only takes records in: what it emits, it emits later. */
export function absorbing<A>(absorbs: (record: A) => void): Pick<SyncLogic<A, never>, 'absorbs' | 'push'> {
  return { absorbs, push: absorbs };
}
