import { MillraceError } from '../../../core/errors.ts';

/**
 * The name of an entry as it shows in origins and messages, and as it is chosen by. It is never used as a
 * path; what would move the cursor of a terminal becomes U+FFFD.
 */
export function entryName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return name.replace(/^(?:\.\/)+/, '').replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');
}

/** The place of an entry, for origins and messages: `/data/orders.zip#2025/a.csv`. */
export function entryPlace(archive: string, name: string): string {
  return `${archive}#${name}`;
}

/** The error for an archive, or an entry of one, that cannot be read as it is. */
export function archiveError(place: string, found: string, hint: string, cause?: unknown): MillraceError {
  return new MillraceError('ERR_ARCHIVE', `Cannot read ${place}: ${found}`, { hint, cause });
}

/** The error for an archive that was cut short. */
export function truncatedArchive(place: string, kind: string, cause?: unknown): MillraceError {
  return new MillraceError('ERR_TRUNCATED', `Cannot read ${place}: the ${kind} archive ends too early`, {
    hint: 'The file was cut short: fetch it again.',
    cause,
  });
}
