import { type ErrorCode, MillraceError, toError } from '../../../core/errors.ts';

const CODES: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'ERR_SPACE',
  EDQUOT: 'ERR_SPACE',
  EACCES: 'ERR_PERMISSION',
  EPERM: 'ERR_PERMISSION',
  EROFS: 'ERR_PERMISSION',
  ENOENT: 'ERR_NOT_FOUND',
  ENOTDIR: 'ERR_NOT_A_FILE',
};

const FOUND: Readonly<Record<string, string>> = {
  ENOSPC: 'there is no space left (ENOSPC)',
  EDQUOT: 'the disk quota is used up (EDQUOT)',
};

/** The error for a temporary file that could not be made, written or read. */
export function spillError(doing: string, folder: string, cause: unknown): MillraceError {
  const errno = typeof cause === 'object' && cause !== null ? String(Reflect.get(cause, 'code')) : '';
  const found = FOUND[errno] ?? toError(cause).message;
  return new MillraceError(CODES[errno] ?? 'ERR_IO', `Cannot ${doing} ${folder}: ${found}`, {
    cause,
    hint: 'Name a folder with enough room in the option spill: { folder }, or raise the memory.',
  });
}
