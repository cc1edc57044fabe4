import type { Origin } from './batch.ts';
import type { DeadLetter, Replacement } from './failure.ts';
import type { Writer } from './writer.ts';

/**
 * How many failures a policy absorbs before the run fails: a share of the node's records (`'1%'`),
 * a count, or a rate (`'10/min'`; also `/s`, `/h`).
 */
export type Budget = number | string;

/** A failed record, as policies see it. */
export interface Failure<T = unknown> {
  readonly record: T;
  readonly error: Error;
  readonly node: string;
  readonly attempts: number;
  readonly origin: Origin;
  readonly raw?: string;
}

export interface FailPolicy {
  readonly kind: 'fail';
}

export interface SkipPolicy {
  readonly kind: 'skip';
  readonly budget?: Budget;
}

export interface RetryPolicy {
  readonly kind: 'retry';
  /** Calls in all, the first one included. */
  readonly attempts: number;
  /** Bounds of the exponential backoff in milliseconds; each wait is drawn with full jitter. */
  readonly backoff: { readonly first: number; readonly most: number };
  /** Which errors are worth another try; by default all but those marked permanent. */
  readonly when?: (error: Error) => boolean;
  readonly budget?: Budget;
}

export interface DeadLetterPolicy {
  readonly kind: 'dead-letter';
  readonly to: Writer<DeadLetter> | LetterTarget;
  readonly budget?: Budget;
}

export interface FallbackPolicy {
  readonly kind: 'fallback';
  readonly replace: (failure: Failure) => Replacement;
  readonly budget?: Budget;
}

/** A flow of dead letters, made by `deadLetters()`; the graph knows what is behind it. */
export interface LetterTarget {
  readonly kind: 'dead-letters';
}

/** What to do with a failure: made by `fail`, `skip`, `retry`, `deadLetter`, `fallback`. */
export type Policy = FailPolicy | SkipPolicy | RetryPolicy | DeadLetterPolicy | FallbackPolicy;

/** One policy, or a list of them tried in order until one settles the failure. */
export type OnError = Policy | readonly Policy[];
