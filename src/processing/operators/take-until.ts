import type { Observable } from 'rxjs';
import { MillraceError } from '../../core/errors.ts';
import { showValue } from '../../core/show-value.ts';
import { isThenable } from '../../core/thenable.ts';
import type { Operator } from '../../interfaces/operator.ts';
import { defineOperator } from './define-operator.ts';

/** What can say that it is enough: a promise that resolves, a signal that aborts, an Observable that emits. */
export type Notifier = PromiseLike<unknown> | AbortSignal | Observable<unknown>;

/** Tells once that it is enough, or that the notifier failed; returns how to stop listening. */
type Listen = (enough: () => void, failed: (error: unknown) => void) => () => void;

/**
 * Lets records through until a promise resolves, an `AbortSignal` aborts, or an Observable emits; then
 * ends the branch: what is on its way downstream arrives.
 *
 * - Emits: each record until then, as it is.
 * - Backpressures: when downstream does.
 * - Completes: when the notifier says so, also while no record comes, or when the input is over.
 * - Cancels: its input when it completes, and when downstream cancels. It unsubscribes from the
 *   Observable when the branch is over.
 * - On error: a promise that rejects or an Observable that fails ends the run. An Observable that
 *   completes says nothing.
 *
 * @throws MillraceError `ERR_OPTIONS` for a notifier that is none of the three.
 * @example
 * ```ts
 * import { from, takeUntil } from 'millrace';
 *
 * const work = from([1, 2, 3]).pipe(takeUntil(AbortSignal.timeout(60_000)));
 * ```
 */
export function takeUntil<A>(notifier: Notifier): Operator<A, A> {
  const listen = listener(notifier);
  return defineOperator<A, A>({
    name: 'takeUntil',
    remembers: 'none',
    cardinality: 'filter',
    repeats: false,
    create(context) {
      let isOver = false;
      let isCreated = false;
      const stop = listen(
        () => {
          if (isOver) return;
          isOver = true;
          // No record may come that would make the engine look.
          if (isCreated) context.after(0, () => context.complete());
        },
        (error) => {
          if (isOver) return;
          context.after(0, () => {
            throw error;
          });
        },
      );
      isCreated = true;
      if (isOver) context.complete();
      return {
        push(record, emit) {
          if (isOver) context.complete();
          else emit(record);
        },
        close() {
          isOver = true;
          stop();
        },
      };
    },
  });
}

function listener(notifier: unknown): Listen {
  if (notifier instanceof AbortSignal) return onAbort(notifier);
  if (isThenable(notifier)) {
    return (enough, failed) => {
      // A promise that lives longer than the run must not keep hold of it.
      let told: { enough(): void; failed(error: unknown): void } | undefined = { enough, failed };
      notifier.then(
        () => told?.enough(),
        (error: unknown) => told?.failed(error),
      );
      return () => {
        told = undefined;
      };
    };
  }
  if (typeof (notifier as Partial<Observable<unknown>> | undefined | null)?.subscribe === 'function') {
    return (enough, failed) => {
      const subscription = (notifier as Observable<unknown>).subscribe({ next: enough, error: failed });
      return () => subscription.unsubscribe();
    };
  }
  throw new MillraceError('ERR_OPTIONS', `Cannot use takeUntil(): ${showValue(notifier)} says nothing`, {
    hint: 'Give it a promise, an AbortSignal or an Observable.',
  });
}

function onAbort(signal: AbortSignal): Listen {
  return (enough) => {
    if (signal.aborted) enough();
    else signal.addEventListener('abort', enough, { once: true });
    return () => signal.removeEventListener('abort', enough);
  };
}
