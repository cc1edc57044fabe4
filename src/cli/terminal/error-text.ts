import { inspect } from 'node:util';
import { isMillraceError, type MillraceError, toError } from '../../core/errors.ts';
import { countOf } from './figures.ts';
import type { Paint } from './style.ts';

/** An error as one paragraph: what, where, what to do. With `debug` its stack and causes follow. */
export function errorText(error: MillraceError, paint: Paint, debug: boolean, site?: string): string {
  const lines = [
    `${paint('error', 'error')} ${paint('strong', error.code)}: ${indented(error.message)}`,
    ...(site === undefined ? [] : [`at ${site}`]),
    ...(error.hint === undefined ? [] : [indented(error.hint)]),
    ...secondaryText(error.secondary),
  ];
  if (debug) lines.push(indented(inspect(error, { depth: 6 })));
  return lines.join('\n  ');
}

/** The same for machines. */
export function errorDocument(error: MillraceError, site?: string): string {
  const { code, message, hint, node, origin, details, secondary } = error;
  const head = { code, message, hint, node, origin, site };
  const later = secondary.length === 0 ? {} : { secondary: secondary.map(messageOf) };
  return jsonLine({ error: { ...head, details, ...later } }, { error: { ...head, ...later } });
}

/** One line of JSON; the fallback where the value holds what JSON cannot say. */
export function jsonLine(value: unknown, fallback: unknown = value): string {
  const readable = (_key: string, part: unknown) => (typeof part === 'bigint' ? String(part) : part);
  try {
    return `${JSON.stringify(value, readable)}\n`;
  } catch {
    return `${JSON.stringify(fallback, readable)}\n`;
  }
}

function secondaryText(secondary: readonly unknown[]): string[] {
  if (secondary.length === 0) return [];
  const first = indented(messageOf(secondary[0]));
  const more = secondary.length === 1 ? '' : ` (and ${countOf(secondary.length - 1, 'more failure')})`;
  return [`while closing: ${first}${more}`];
}

function messageOf(thrown: unknown): string {
  return isMillraceError(thrown) ? `${thrown.code}: ${thrown.message}` : toError(thrown).message;
}

function indented(text: string): string {
  return text.replaceAll(/ *\n/g, '\n  ');
}
