import { type ErrorFields, MillraceError, toError } from '../../../core/errors.ts';
import { constraintError, databaseError } from '../sql/sql-error.ts';

/** What a server says of what it refuses. */
interface ServerError extends Error {
  readonly code: string;
  readonly severity: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly where?: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
}

/** What to do about what a server refuses, by its code. */
const HINTS: Readonly<Record<string, string>> = {
  '28000': 'Check the user, and what pg_hba.conf of the server allows.',
  '28P01': 'Check the user and the password.',
  '3D000': 'Check the name of the database, or create it.',
  '3F000': 'Check the name of the schema, or create it.',
  '42501': 'Grant the user what it needs.',
  '42601': 'Correct the SQL in the options.',
  '42703': 'Correct the names of the columns: they are taken as they are, capital letters too.',
  '42P01': 'Correct the name of the table and the schema, or create it; writers do with create.',
  '42P10': 'The columns of conflict.key need a unique index or a primary key of just these.',
  '53100': 'Make room on the disk of the server.',
  '53300': 'The server has as many connections as it allows: close others, or try again later.',
};

/** Classes and codes of what can be otherwise another time: connections, serialisation, deadlocks, locks, shutdowns. */
const PASSING = /^(08(?!P01)|25P0[34]|40|57P|53300|55P03|57014)/;

/** What a trigger or a function raises, by codes of its own, too, and the check option of a view: it concerns rows. */
const RAISED = /^(P0|44000$|[I-OQ-WYZ])/;

/** A value that its column or an index does not take: of another type, too large, too long. */
const UNFIT = /^(22|54000$)/;

/** Whether it is the server that says so, and not the connection to it that is broken. */
export function isServerError(error: unknown): error is ServerError {
  if (!(error instanceof Error)) return false;
  return typeof Reflect.get(error, 'severity') === 'string' && typeof Reflect.get(error, 'code') === 'string';
}

/** Whether the server says by it that the session is over: it is shut down, or somebody, or a time limit, has ended it. */
export function endsSession(error: unknown): boolean {
  return isServerError(error) && (/^(57P0[1-5]|25P0[34])/.test(error.code) || error.severity === 'FATAL');
}

/**
 * The error for what a statement or a connection failed with: `ERR_CONSTRAINT` for a row that breaks a rule, `ERR_ENCODE`
 * for a value that its column does not take, else `ERR_DATABASE`.
 *
 * @param doing `write to postgres orders@host/db`
 * @param row Which of the rows that were sent it is about, from 0, where the server does not say it.
 */
export function postgresError(doing: string, cause: unknown, row?: number): MillraceError {
  if (cause instanceof MillraceError) return cause;
  if (!isServerError(cause)) return connectionError(doing, cause);
  const { code, message, detail, table, column, constraint } = cause;
  const index = rowOf(cause) ?? row;
  if (code.startsWith('23') || RAISED.test(code)) {
    const found = detail?.startsWith('Key (') ? `${message}: ${detail}` : message;
    const columns = column === undefined ? undefined : [column];
    return constraintError({ doing, found, cause, table, columns, constraint, index });
  }
  if (UNFIT.test(code)) return valueError(doing, cause, index);
  return databaseError({
    doing,
    found: message,
    cause,
    code,
    hint: HINTS[code] ?? cause.hint ?? 'Look the code up in "PostgreSQL Error Codes" of the manual.',
    retryable: PASSING.test(code),
  });
}

/** The error for a connection that cannot be made, or was lost. */
function connectionError(doing: string, cause: unknown): MillraceError {
  const error = toError(cause);
  const first = error instanceof AggregateError && error.errors.length > 0 ? toError(error.errors[0]) : error;
  const code: unknown = Reflect.get(first, 'code');
  return databaseError({
    doing,
    found: first.message === '' ? first.name : first.message,
    cause,
    hint: 'Check the address, the network, and that the server runs.',
    retryable: true,
    ...(typeof code === 'string' && { code }),
  });
}

/** A value that cannot be what its column is, which the database has found. */
function valueError(doing: string, cause: ServerError, index: number | undefined): MillraceError {
  const column = /, column (.+?)(?:: |$)/.exec(cause.where ?? '')?.[1];
  const where = column === undefined ? '' : ` for column "${column}"`;
  const fields: ErrorFields = {
    cause,
    hint: 'Convert it before, or give the table a type that takes it. An onError of the writer puts such records aside.',
    details: {
      code: cause.code,
      ...(index !== undefined && { index }),
      ...(column !== undefined && { column }),
    },
  };
  return new MillraceError('ERR_ENCODE', `Cannot ${doing}: ${cause.message}${where}`, fields);
}

/** The row of a COPY that the server was at, counted from 0. */
function rowOf({ where }: ServerError): number | undefined {
  const line = /^COPY .*?, line (\d+)/m.exec(where ?? '')?.[1];
  return line === undefined ? undefined : Number(line) - 1;
}
