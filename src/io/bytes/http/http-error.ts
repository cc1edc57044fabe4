import { MillraceError, toError } from '../../../core/errors.ts';
import type { HttpResponse } from './http-response.ts';

/** Statuses that may be others a moment later. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** The error for an answer that is not the one asked for. */
export function statusError(
  doing: string,
  label: string,
  { status, statusText }: HttpResponse,
): MillraceError {
  const says = statusText === '' ? `${status}` : `${status} ${statusText}`;
  return new MillraceError('ERR_HTTP', `Cannot ${doing} ${label}: the server answers ${says}`, {
    retryable: PASSING.has(status),
    hint: hintFor(status),
    details: { status, url: label },
  });
}

/** The error for an answer that cannot be used, whatever its status; trying again does not help. */
export function answerError(doing: string, label: string, found: string, hint: string): MillraceError {
  return new MillraceError('ERR_HTTP', `Cannot ${doing} ${label}: ${found}`, {
    hint,
    details: { url: label },
  });
}

/** The error for a request that got no answer, or lost it. */
export function connectionError(doing: string, label: string, cause: unknown): MillraceError {
  if (cause instanceof MillraceError) return cause;
  return new MillraceError('ERR_HTTP', `Cannot ${doing} ${label}: ${reason(cause)}`, {
    cause,
    retryable: true,
    hint: 'Check the address and the network; http: { retries, timeout } says how long to go on trying.',
    details: { url: label },
  });
}

/** `aborted` and `socket hang up` are what Node says of a connection that the server has closed. */
function reason(thrown: unknown): string {
  let error = toError(thrown);
  if (/^(aborted|socket hang up)$/.test(error.message)) return 'the server closed the connection';
  if (error instanceof AggregateError && error.errors.length > 0) error = toError(error.errors[0]);
  return error.message === '' ? error.name : error.message;
}

function hintFor(status: number): string {
  if (status === 401 || status === 403) return 'Give credentials in http: { headers: { authorization: … } }.';
  if (status === 404 || status === 410) return 'Check the URL.';
  if (PASSING.has(status)) return 'Raise http: { retries }, or try again later.';
  return 'Check the URL, the method and the headers.';
}
