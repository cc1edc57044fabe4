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

/** The error for a file that ends too early, at `end`; `within` is the record it ends in. */
export function truncatedError(end: Origin, empty: boolean, within?: Origin): MillraceError {
  const found = empty ? 'the file is empty' : `the document ends too early, ${placeOf(end)}`;
  const started =
    within === undefined ? '' : `, within record ${within.record}, which starts ${placeOf(within)}`;
  return new MillraceError('ERR_TRUNCATED', `Cannot parse ${end.file ?? end.source}: ${found}${started}`, {
    origin: within ?? end,
    hint: 'The file was cut short: fetch it again. An empty array is written [].',
    details: { line: end.line, ...(end.byte === undefined ? {} : { byte: end.byte }) },
  });
}

function placeOf({ line, byte }: Origin): string {
  return byte === undefined ? `in line ${line}` : `at byte ${byte} in line ${line}`;
}

/** The error for a record with more keys than `maxKeys`. */
export function tooManyKeys(origin: Origin, maxKeys: number): MillraceError {
  return new MillraceError(
    'ERR_LIMIT',
    `Cannot read ${formatOrigin(origin)}: the element has more than ${maxKeys} keys`,
    { origin, hint: 'Raise maxKeys if such records are meant to be.', details: { maxKeys } },
  );
}
