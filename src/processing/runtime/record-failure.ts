import { formatOrigin } from '../../core/batch.ts';
import { type ErrorCode, isMillraceError, MillraceError, toError } from '../../core/errors.ts';
import type { Origin } from '../../interfaces/batch.ts';

/** What is wrong with the whole, and says where by itself: memory, the disk, the run. */
const OF_THE_WHOLE: ReadonlySet<ErrorCode> = new Set([
  'ERR_ABORTED',
  'ERR_IO',
  'ERR_MEMORY',
  'ERR_NOT_A_FILE',
  'ERR_NOT_FOUND',
  'ERR_PERMISSION',
  'ERR_SPACE',
]);

/**
 * The error for a record that failed where no policy can settle it: `Cannot <doing> <origin> in "<node>": …`. An error
 * that says where it happened is left as it is.
 */
export function recordFailure(doing: string, node: string, error: unknown, origin?: Origin): MillraceError {
  const known = isMillraceError(error) ? error : undefined;
  if (known !== undefined && (known.node !== undefined || OF_THE_WHOLE.has(known.code))) return known;
  const what = origin === undefined ? '' : ` ${formatOrigin(origin)}`;
  const message = `Cannot ${doing}${what} in "${node}": ${toError(error).message}`;
  return new MillraceError(known?.code ?? 'ERR_CALLBACK', message, {
    cause: error,
    node,
    ...(origin !== undefined && { origin }),
    ...(known?.hint !== undefined && { hint: known.hint }),
    ...(known !== undefined && { details: known.details }),
  });
}
