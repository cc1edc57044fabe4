import { duration } from './duration.ts';
import { MillraceError } from './errors.ts';

/** Bounds of an exponential backoff: `'100ms..10s'`, or each bound in milliseconds or as text. */
export type Backoff = string | { readonly first: number | string; readonly most: number | string };

/** The same in milliseconds. */
export interface BackoffBounds {
  readonly first: number;
  readonly most: number;
}

/**
 * The bounds in milliseconds.
 *
 * @throws MillraceError `ERR_OPTIONS` when they are no durations, or the first is above the most.
 */
export function parseBackoff(backoff: Backoff): BackoffBounds {
  const [first, most] = typeof backoff === 'string' ? bounds(backoff) : [backoff.first, backoff.most];
  const parsed = { first: duration(first, 'first wait of the backoff'), most: duration(most, 'backoff') };
  if (parsed.first > parsed.most) throw unreadable(backoff, 'the first wait is above the longest');
  return Object.freeze(parsed);
}

function bounds(text: string): readonly [string, string] {
  const parts = text.split('..');
  if (parts.length !== 2) throw unreadable(text, 'it is not two durations');
  return [parts[0]!, parts[1]!];
}

function unreadable(backoff: Backoff, found: string): MillraceError {
  return new MillraceError('ERR_OPTIONS', `Cannot read the backoff ${JSON.stringify(backoff)}: ${found}`, {
    hint: 'Write the first and the longest wait, such as "100ms..10s".',
  });
}

/**
 * Milliseconds to wait after try `attempt` (1 is the first call) failed: exponential with full
 * jitter, so that many clients that failed together do not come back together.
 */
export function backoffWait({ first, most }: BackoffBounds, attempt: number, random: () => number): number {
  return random() * Math.min(most, first * 2 ** Math.min(attempt - 1, 52));
}
