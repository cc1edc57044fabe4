import { didYouMean } from '../../../core/did-you-mean.ts';
import { MillraceError } from '../../../core/errors.ts';

/**
 * The names of the columns to read of a file that has these: those that are asked for, in their order, or all.
 *
 * @throws MillraceError `ERR_COLUMNS` when one is not there.
 */
export function wantedColumns(
  path: string,
  there: readonly string[],
  asked: readonly string[] | undefined,
): readonly string[] {
  if (asked === undefined) return there;
  const missing = asked.find((name) => !there.includes(name));
  if (missing === undefined) return asked;
  throw new MillraceError('ERR_COLUMNS', `Cannot read ${path}: there is no column "${missing}"`, {
    hint: didYouMean(missing, there),
    details: { column: missing, columns: there },
  });
}
