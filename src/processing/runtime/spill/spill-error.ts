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

/** The error for a block of a file, at a byte of it, that is not what was written. */
export function damagedSpill(folder: string, at: number, cause?: unknown): MillraceError {
  return new MillraceError(
    'ERR_IO',
    `Cannot read back from ${folder}: the block at byte ${at} of a file is not what was written`,
    {
      ...(cause !== undefined && { cause }),
      hint: 'Look at the disk. A run with checkpoints goes on from the newest whose files are as they were, when it is started again.',
    },
  );
}
