import { isMillraceError, type MillraceError } from '../../../core/errors.ts';
import type { PostgresConnection } from './postgres-connection.ts';
import { postgresError } from './postgres-error.ts';

/** A part of a transaction that can be undone by itself; also one in another. */
export const BEGIN_PART = 'SAVEPOINT millrace';
export const END_PART = 'RELEASE SAVEPOINT millrace';
export const UNDO_PART = `ROLLBACK TO ${BEGIN_PART}; ${END_PART}`;

const LINE_END = 0x0a;

/**
 * Runs statements of which one is a COPY as a part of a transaction: what fails leaves that as it was, and says which row it is about.
 *
 * @param begin What opens the transaction, where it is not open; else nothing.
 * @throws MillraceError what the server says, once the part is undone; anything else when that fails.
 */
export async function copyAsPart(
  connection: PostgresConnection,
  doing: string,
  begin: string,
  text: string,
  piece: Uint8Array,
): Promise<void> {
  const send = async (all: string, rows: Uint8Array) => {
    try {
      await connection.copy(all, [rows]);
    } catch (cause) {
      await connection.query(UNDO_PART);
      throw postgresError(doing, cause);
    }
  };
  const part = `${BEGIN_PART}; ${text}; `;
  try {
    await send(begin + part + END_PART, piece);
  } catch (error) {
    throw await located(doing, error, piece, (rows) => send(part + UNDO_PART, rows));
  }
}

/** The same in a transaction of its own, which is committed. */
export async function copyByItself(
  connection: PostgresConnection,
  doing: string,
  text: string,
  piece: Uint8Array,
): Promise<void> {
  const send = async (end: 'COMMIT' | 'ROLLBACK', rows: Uint8Array) => {
    try {
      await connection.copy(`BEGIN; ${text}; ${end}`, [rows]);
    } catch (cause) {
      if (connection.lost === undefined) await connection.query('ROLLBACK');
      throw postgresError(doing, cause);
    }
  };
  try {
    await send('COMMIT', piece);
  } catch (error) {
    throw await located(doing, error, piece, (rows) => send('ROLLBACK', rows));
  }
}

/**
 * An error for rows that were sent together, with the place of the row that it is about, `details.index`. Where the server does not say
 * it, as of what it looks at behind the last row, the shortest part that it refuses, from the first row on, ends with that row.
 *
 * @param rows Rows as COPY takes them in text, each up to a line end.
 * @param attempt Sends fewer of them, and undoes it; rejects with what they are refused for.
 */
export async function located(
  doing: string,
  error: unknown,
  rows: Uint8Array,
  attempt: (rows: Uint8Array) => Promise<unknown>,
): Promise<unknown> {
  if (!isOfRecord(error) || typeof error.details.index === 'number') return error;
  const ends = lineEnds(rows);
  let refused = error;
  let taken = 0;
  let count = ends.length;
  while (count - taken > 1) {
    const some = Math.floor((taken + count) / 2);
    try {
      await attempt(rows.subarray(0, ends[some - 1]));
      taken = some;
    } catch (found) {
      if (!isOfRecord(found)) return found;
      refused = found;
      count = some;
    }
  }
  return postgresError(doing, refused.cause, count - 1);
}

/** Whether it is about a row, and not about the database. */
export function isOfRecord(error: unknown): error is MillraceError {
  return isMillraceError(error) && (error.code === 'ERR_CONSTRAINT' || error.code === 'ERR_ENCODE');
}

/** Where each row ends. */
function lineEnds(rows: Uint8Array): readonly number[] {
  const ends: number[] = [];
  for (let at = rows.indexOf(LINE_END); at !== -1; at = rows.indexOf(LINE_END, at + 1)) ends.push(at + 1);
  return ends;
}
