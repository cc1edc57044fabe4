import { duration } from '../../core/duration.ts';
import { MillraceError, toError } from '../../core/errors.ts';
import type { RunOptions } from '../../interfaces/run.ts';

/**
 * Milliseconds after which a run that does not move is stalled; `undefined` where nobody asks.
 *
 * @throws MillraceError `ERR_OPTIONS` for 0, and for what is no duration.
 */
export function stallTime({ stallAfter = '30s' }: RunOptions): number | undefined {
  if (stallAfter === false) return undefined;
  const ms = duration(stallAfter, 'stallAfter');
  if (ms > 0) return ms;
  throw new MillraceError('ERR_OPTIONS', 'Cannot watch for stalls: stallAfter is 0', {
    hint: 'Give a duration such as "30s", or false to turn the watchdog off.',
  });
}

/** What a run fails with, where something was thrown that says nothing of millrace. */
export function wrapped(error: unknown, name: string): MillraceError {
  const cause = toError(error);
  return new MillraceError('ERR_CALLBACK', `Cannot run "${name}": ${cause.message}`, { cause: error });
}

/** What a run fails with that was told to end at once. */
export function aborted(reason: unknown, name: string): MillraceError {
  const why = reason === undefined ? '' : `: ${toError(reason).message}`;
  return new MillraceError('ERR_ABORTED', `The run of "${name}" was aborted${why}`, { cause: reason });
}

/** How a run ends with this cause. */
export function endState({ code }: MillraceError): 'aborted' | 'failed' {
  return code === 'ERR_ABORTED' || code === 'ERR_STOP_TIMEOUT' ? 'aborted' : 'failed';
}

/**
 * Keeps the process alive until what it returns is called: one whose callbacks wait for nothing that lives would end, quietly
 * and with code 0.
 */
export function keepAlive(): () => void {
  const alive = setInterval(() => {}, 60_000);
  return () => clearInterval(alive);
}

/** Calls back when a signal aborts, at once if it has; returns how to stop listening. */
export function whenAborted(signal: AbortSignal | undefined, abort: (reason: unknown) => void): () => void {
  if (signal === undefined) return () => {};
  const listener = () => abort(signal.reason);
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}
