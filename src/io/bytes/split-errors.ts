import { isMillraceError, MillraceError } from '../../core/errors.ts';
import type { Compression } from './compression.ts';
import type { FileWriteSettings } from './file-options.ts';

/** An error about a record of a share, as one about its place in the batch. */
export function placed(error: unknown, indices: readonly number[]): unknown {
  const at = isMillraceError(error) ? error.details.index : undefined;
  if (!isMillraceError(error) || typeof at !== 'number') return error;
  const index = indices[at]!;
  return new MillraceError(
    error.code,
    error.message.replace(`record ${at + 1} of`, `record ${index + 1} of`),
    {
      cause: error.cause,
      retryable: error.retryable,
      details: { ...error.details, index },
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    },
  );
}

export function tooMany(compression: Compression, { maxOpenFiles }: FileWriteSettings): MillraceError {
  return new MillraceError(
    'ERR_PARTITION',
    `Cannot begin another file: ${maxOpenFiles} are open, and data of ${compression} cannot be continued later`,
    { hint: 'Raise maxOpenFiles, or compress with gzip or zstd.' },
  );
}
