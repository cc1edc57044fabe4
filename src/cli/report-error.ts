import type { MillraceError } from '../core/errors.ts';
import { userFrame } from '../core/module/user-frame.ts';
import { errorDocument, errorText } from './terminal/error-text.ts';
import type { Terminal } from './terminal/terminal.ts';

export interface ReportOptions {
  readonly terminal: Terminal;
  readonly json: boolean;
  readonly debug: boolean;
  /** Whether stdout belongs to the pipeline's own data. */
  readonly stdoutTaken: boolean;
}

/** Tells people, or machines, of an error: what, where, what to do. */
export function reportError(error: MillraceError, options: ReportOptions): void {
  const { terminal, json, debug, stdoutTaken } = options;
  const site = siteOf(error);
  if (json) terminal.document(errorDocument(error, site), stdoutTaken);
  else terminal.say(errorText(error, terminal.paint, debug, site));
}

/** Where in the user's code it was born; an error of a record has its origin in the message instead. */
export function siteOf(error: MillraceError): string | undefined {
  const { site } = error.details;
  if (typeof site === 'string') return site;
  if (error.origin !== undefined) return undefined;
  return userFrame(error) ?? (error.cause === undefined ? undefined : userFrame(error.cause));
}
