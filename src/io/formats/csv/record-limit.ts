import { formatOrigin } from '../../../core/batch.ts';
import { MillraceError } from '../../../core/errors.ts';
import { formatSize } from '../../../core/size.ts';
import type { Origin } from '../../../interfaces/batch.ts';
import { utf8Tail } from '../../bytes/utf8-text.ts';
import type { Dialect } from './csv-dialect.ts';
import type { RowLocator } from './row-locator.ts';
import { RowWalk } from './row-walk.ts';

/** Which rows of a piece are looked at. */
export interface CheckedRows {
  readonly locator: RowLocator;
  readonly rows: number;
  /** Number of the record in the first row. */
  readonly record: number;
  /** Whether lines with nothing in them are no records. */
  readonly skipEmptyLines: boolean;
}

/**
 * Looks for a row of more than `limit` bytes. It walks the piece: only for pieces longer than the limit.
 *
 * @throws MillraceError as {@link tooLong} says.
 */
export function checkRecordBytes(
  { locator, rows, record, skipEmptyLines }: CheckedRows,
  limit: number,
): void {
  let blanks = 0;
  for (let row = 0; row < rows; row++) {
    const raw = locator.raw(row);
    if (raw === '' && skipEmptyLines) blanks++;
    if (raw.length * 3 <= limit || Buffer.byteLength(raw) <= limit) continue;
    throw tooLong(raw, locator.piece.dialect, locator.origin(row, record + row - blanks), limit);
  }
}

/** Whether a row of `bytes` bytes, which ends like `text`, is too long; CR may belong to its line end. */
export function isTooLong(bytes: number, limit: number, text: string): boolean {
  // A text that grows piece by piece is looked into only at the limit: that would put it together each time.
  return bytes > limit && (bytes > limit + 1 || !text.endsWith('\r'));
}

/**
 * The error for a row that begins like `text`. What its first `limit` bytes tell decides: within quotes,
 * it is a quote that was never closed, whatever comes later; so every chunking gives the same error.
 */
export function tooLong(text: string, dialect: Dialect, origin: Origin, limit: number): MillraceError {
  const bytes = Buffer.from(text.slice(0, limit)).subarray(0, limit);
  const beginning = bytes.toString('utf8', 0, bytes.length - utf8Tail(bytes));
  if (new RowWalk(beginning, dialect).endsQuoted()) {
    return new MillraceError(
      'ERR_CSV_QUOTES',
      `Cannot read ${formatOrigin(origin)}: a quote opens that does not close within ${formatSize(limit)}`,
      {
        origin,
        hint: "Close the quote, raise maxRecordBytes, or say quote: '' when the file does not quote.",
        details: { maxRecordBytes: limit },
      },
    );
  }
  return new MillraceError(
    'ERR_LIMIT',
    `Cannot read ${formatOrigin(origin)}: the row is longer than ${formatSize(limit)}`,
    {
      origin,
      hint: 'Check that the file is CSV, or raise maxRecordBytes.',
      details: { maxRecordBytes: limit },
    },
  );
}
