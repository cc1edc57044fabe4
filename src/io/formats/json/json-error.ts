import { formatOrigin } from '../../../core/batch.ts';
import { MillraceError } from '../../../core/errors.ts';
import type { Origin } from '../../../interfaces/batch.ts';
import type { JsonFault } from './json-fault.ts';

/** The error for text that is not JSON, made of what `JSON.parse` threw. */
export function syntaxError(origin: Origin, cause: unknown): MillraceError {
  const found = cause instanceof Error ? cause.message : String(cause);
  return new MillraceError('ERR_JSON_SYNTAX', `Cannot parse ${formatOrigin(origin)}: ${found}`, {
    cause,
    origin,
    hint: 'Mend the record, or say what is to happen to such by onError, e.g. skip() or deadLetter(…).',
  });
}

/** The error for what ends the reading of a file. */
export function faultError({ code, found, hint }: JsonFault, origin: Origin): MillraceError {
  return new MillraceError(code, `Cannot parse ${formatOrigin(origin)}: ${found}`, {
    origin,
    hint: hint ?? 'Mend the file: what follows cannot be read.',
  });
}

/** The error for a file that ends too early; `within` is the record it ends in. */
export function truncatedError(where: string, empty: boolean, within?: Origin): MillraceError {
  const byte = within?.byte === undefined ? '' : ` at byte ${within.byte}`;
  const place =
    within === undefined
      ? ''
      : `, within record ${within.record}, which starts in line ${within.line}${byte}`;
  const found = empty ? 'the file is empty' : `the document ends too early${place}`;
  return new MillraceError('ERR_TRUNCATED', `Cannot parse ${where}: ${found}`, {
    ...(within === undefined ? {} : { origin: within }),
    hint: 'The file was cut short: fetch it again. An empty array is written [].',
  });
}

/** The error for a record with more keys than `maxKeys`. */
export function tooManyKeys(origin: Origin, maxKeys: number): MillraceError {
  return new MillraceError(
    'ERR_LIMIT',
    `Cannot read ${formatOrigin(origin)}: the element has more than ${maxKeys} keys`,
    { origin, hint: 'Raise maxKeys if such records are meant to be.', details: { maxKeys } },
  );
}
