import { isMillraceError, MillraceError, toError } from '../../../core/errors.ts';

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
 * Never to be tried again within the run, whatever caused it, and says so by `details.transaction`; `retryable` says whether to start
 * the run again can help.
 */
export function lostTransaction(doing: string, cause: unknown): MillraceError {
  const reason = reasonOf(cause);
  const because = reason === undefined ? '' : `${reason}; `;
  const message = `Cannot ${doing}: ${because}its transaction was rolled back: nothing that it had taken since the last checkpoint is in the database`;
  const known = isMillraceError(cause) ? cause : undefined;
  return new MillraceError('ERR_DATABASE', message, {
    cause,
    retryable: known?.retryable ?? false,
    hint: 'Start the pipeline again: with checkpoints it goes on from the last of them, without it begins anew. No row is lost, or there twice.',
    details: {
      transaction: 'lost',
      ...(known?.details['code'] !== undefined && { code: known.details['code'] }),
    },
  });
}

/** The error for a connection that was lost while a commit was on its way: it may have been done, or not. */
export function unknownCommit(doing: string, cause: unknown): MillraceError {
  const message = `Cannot ${doing}: ${toError(cause).message}; whether its transaction was committed nobody knows`;
  return new MillraceError('ERR_DATABASE', message, {
    cause,
    hint: 'With checkpoints, start the pipeline again: it looks into the database, and goes on. Without them, look whether the rows are there before.',
    details: { transaction: 'unknown' },
  });
}

/** What the database, or the connection to it, has said. */
function reasonOf(cause: unknown): string | undefined {
  if (cause === undefined) return undefined;
  return isMillraceError(cause) && cause.cause !== undefined ? reasonOf(cause.cause) : toError(cause).message;
}
