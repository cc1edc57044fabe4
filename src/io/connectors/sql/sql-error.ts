import { MillraceError } from '../../../core/errors.ts';

/** A rule of a table that a row breaks. */
export interface BrokenRule {
  /** What was being done: `write to sqlite orders.db orders`. */
  readonly doing: string;
  /** What the database says. */
  readonly found: string;
  readonly cause: unknown;
  readonly table?: string | undefined;
  readonly columns?: readonly string[] | undefined;
  /** The name of the constraint, where the database says it. */
  readonly constraint?: string | undefined;
  /** Which record of the batch broke it, counted from 0, where that is known. */
  readonly index?: number | undefined;
}

/** The error for a row that breaks a rule of its table: for good, as trying again changes nothing. */
export function constraintError({ doing, found, cause, ...rest }: BrokenRule): MillraceError {
  const details = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return new MillraceError('ERR_CONSTRAINT', `Cannot ${doing}: ${found}`, {
    cause,
    hint: 'Make the records fit the table before, give them a policy (onError: skip() or deadLetter(…)), or say what to do with rows that are there: conflict.',
    details,
  });
}

/** What a database refuses for another reason. */
export interface Refusal {
  readonly doing: string;
  readonly found: string;
  readonly cause: unknown;
  readonly hint: string;
  /** Whether trying again can help. */
  readonly retryable: boolean;
  /** The code by which the database calls it. */
  readonly code?: string | number | undefined;
}

/** The error for what a database refuses. */
export function databaseError({ doing, found, cause, hint, retryable, code }: Refusal): MillraceError {
  return new MillraceError('ERR_DATABASE', `Cannot ${doing}: ${found}`, {
    cause,
    hint,
    retryable,
    details: code === undefined ? {} : { code },
  });
}

/**
 * The error for a transaction that is gone with batches that it had taken: the run fails, and goes on from its checkpoint.
 * Never to be tried again within the run, whatever caused it.
 */
export function lostTransaction(doing: string, cause: unknown): MillraceError {
  const message = `Cannot ${doing}: its transaction was rolled back, with what it had taken since the last checkpoint`;
  return new MillraceError('ERR_DATABASE', message, {
    cause,
    hint: 'Start the pipeline again: with checkpoints it goes on from the last of them.',
  });
}
