import { MillraceError } from '../../../core/errors.ts';
import { begun } from '../../../core/thenable.ts';
import type { Cancel, Clock } from '../../../interfaces/clock.ts';

/** What `pour` needs of the stage. */
export interface Pouring {
  readonly clock: Clock;
  readonly timeout: number | undefined;
  /** Whether the run has no more use for it. */
  readonly stopped: () => boolean;
  /** Passes one record on; a promise means: wait for room. */
  readonly emit: (record: unknown) => void | Promise<void>;
}

/**
 * Pulls an iterable or async iterable to its end, at the pace of what is downstream. Lets go of it
 * when the run is over; the timeout holds for each pull.
 *
 * @throws what the iterable throws; a value that is not iterable is `ERR_CALLBACK`.
 */
export async function pour(output: unknown, pouring: Pouring): Promise<void> {
  const iterator = open(output);
  let exhausted = false;
  try {
    while (!pouring.stopped()) {
      const pulled = iterator.next();
      const next = await (isPromise(pulled) ? within(pulled, pouring) : pulled);
      if (next.done === true) {
        exhausted = true;
        return;
      }
      const held = pouring.emit(next.value);
      if (held !== undefined) await held;
    }
  } catch (error) {
    exhausted = true;
    letGo(iterator);
    throw error;
  } finally {
    if (!exhausted) letGo(iterator);
  }
}

type Pulled = Iterator<unknown> | AsyncIterator<unknown>;

function open(output: unknown): Pulled {
  if (typeof output === 'object' && output !== null) {
    if (Symbol.asyncIterator in output)
      return begun((output as AsyncIterable<unknown>)[Symbol.asyncIterator]());
    if (Symbol.iterator in output) return begun((output as Iterable<unknown>)[Symbol.iterator]());
  }
  throw new MillraceError(
    'ERR_CALLBACK',
    `the callback gave ${typeof output}, which is not an iterable of records`,
  );
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value;
}

/** An iterator that never settles its `return` must not hold the run. */
function letGo(iterator: Pulled): void {
  try {
    const closing = iterator.return?.();
    if (isPromise(closing)) closing.catch(() => {});
  } catch {
    // What fails while it is let go has nobody left to tell: its own error is on the way already.
  }
}

function within<T>(pulled: Promise<T>, { clock, timeout }: Pouring): Promise<T> {
  if (timeout === undefined) return pulled;
  let cancel: Cancel = () => {};
  const limit = new Promise<never>((_, reject) => {
    cancel = clock.schedule(() => reject(timeoutError(timeout)), timeout);
  });
  return Promise.race([pulled, limit]).finally(cancel);
}

/** A call that took longer than it may. */
export function timeoutError(timeout: number): MillraceError {
  return new MillraceError('ERR_TIMEOUT', `the call did not settle within ${timeout} ms`, {
    retryable: true,
    hint: 'Raise the timeout, or let the callback give up by its signal.',
  });
}
