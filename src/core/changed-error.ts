import type { z } from 'zod';
import { MillraceError } from './errors.ts';

/** The error for what cannot be gone on with, as it is not what it was. */
export function changedError(
  where: string,
  found: string,
  hint: string,
  details: Readonly<Record<string, unknown>> = {},
): MillraceError {
  return new MillraceError('ERR_CHANGED', `Cannot go on with ${where}: ${found}`, {
    hint,
    details: { file: where, ...details },
  });
}

/**
 * A position that somebody kept, or a part of one, once it is known to look like one.
 *
 * @throws MillraceError `ERR_CHANGED` when it does not.
 */
export function checkedPosition<S extends z.ZodType>(
  schema: S,
  position: unknown,
  where: string,
): z.output<S> {
  const { success, data } = schema.safeParse(position);
  if (success) return data;
  throw strangePosition(where);
}

/** The error for a position that a reader does not know. */
export function strangePosition(where: string): MillraceError {
  return changedError(
    where,
    'the position is not one of this reader',
    'The reader, its format or its options were changed: start afresh, without the checkpoint.',
  );
}
