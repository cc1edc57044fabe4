import { formatOrigin } from '../../core/batch.ts';
import { MillraceError } from '../../core/errors.ts';
import { formatSize } from '../../core/size.ts';
import type { Origin } from '../../interfaces/batch.ts';

/** What is kept of a record that is too long: at most 64 Ki characters, the same however it came in. */
export function rawHead(text: string, maxBytes: number): string {
  return text.slice(0, Math.min(64 * 2 ** 10, Math.ceil(maxBytes / 4)));
}

/** The error for a record that takes more bytes than `maxRecordBytes`. */
export function longRecord(what: string, origin: Origin, maxBytes: number): MillraceError {
  return new MillraceError(
    'ERR_LIMIT',
    `Cannot read ${formatOrigin(origin)}: the ${what} is longer than ${formatSize(maxBytes)}`,
    { origin, hint: 'Raise maxRecordBytes if such records are meant to be.', details: { maxBytes } },
  );
}
