import { type ErrorCode, isMillraceError, MillraceError, toError } from '../errors.ts';

interface Meaning {
  readonly code: ErrorCode;
  readonly found: string;
  readonly hint: string;
  readonly retryable?: boolean;
}

const FULL: Meaning = {
  code: 'ERR_SPACE',
  found: 'there is no space left',
  hint: 'Free some space: the checkpoints that were there are as they were, and the next one is tried anew.',
  retryable: true,
};
const DENIED: Meaning = {
  code: 'ERR_PERMISSION',
  found: 'permission is denied',
  hint: 'Check the owner and the mode of the folder.',
};

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ENOSPC: FULL,
  EDQUOT: { ...FULL, found: 'the disk quota is used up' },
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: { ...DENIED, found: 'the file system is read-only', hint: 'Keep checkpoints in another folder.' },
  ENOENT: { code: 'ERR_NOT_FOUND', found: 'it does not exist', hint: 'Look at what the store lists.' },
  ENOTDIR: {
    code: 'ERR_NOT_A_FILE',
    found: 'a part of the path is a file, not a folder',
    hint: 'Name a folder for the checkpoints.',
  },
  EEXIST: {
    code: 'ERR_NOT_A_FILE',
    found: 'there is a file in its place',
    hint: 'Name a folder for the checkpoints.',
  },
};

const PASSES: ReadonlySet<string> = new Set([
  'EAGAIN',
  'EBUSY',
  'EINTR',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ESTALE',
]);

/** The error for a system call of a store that failed; others are handed on as they are. */
export function storeError(doing: string, cause: unknown): unknown {
  const errno = errnoOf(cause);
  if (isMillraceError(cause) || errno === '') return cause;
  const meaning = MEANINGS[errno];
  const found = meaning === undefined ? toError(cause).message : `${meaning.found} (${errno})`;
  return new MillraceError(meaning?.code ?? 'ERR_IO', `Cannot ${doing}: ${found}`, {
    cause,
    retryable: meaning?.retryable ?? PASSES.has(errno),
    hint:
      meaning?.hint ??
      'Look at the disk that the checkpoints are on; those that were there are as they were.',
  });
}

/** The errno of a failed system call, or an empty string. */
export function errnoOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : '';
}
