import { isMillraceError, MillraceError } from '../../../core/errors.ts';

/** The error for what the reader of Parquet could not make sense of; errors of millrace stay as they are. */
export function parquetError(path: string, cause: unknown): MillraceError {
  if (isMillraceError(cause)) return cause as MillraceError;
  const says = cause instanceof Error ? cause.message : String(cause);
  // What goes wrong within the library, as an index that is none, says nothing to anybody.
  const plain = cause instanceof Error && Object.getPrototypeOf(cause) === Error.prototype;
  const found = plain ? says.replace(/^parquet\s*/, '') : 'what it says of its own structure does not hold';
  const foreign = /footer != PAR1|too short|Offset is outside/.test(says);
  return new MillraceError('ERR_PARQUET', `Cannot read ${path}: ${found}`, {
    cause,
    hint: foreign
      ? 'Check that it is a Parquet file, and that it is complete: what says so is at its end.'
      : 'The file is damaged, or uses a feature that is not known: write it again with other settings.',
  });
}
