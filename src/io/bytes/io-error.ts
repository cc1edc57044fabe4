import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { didYouMean } from '../../core/did-you-mean.ts';
import { type ErrorCode, isMillraceError, MillraceError } from '../../core/errors.ts';

interface Meaning {
  readonly code: ErrorCode;
  readonly found: string;
  readonly hint?: string;
  readonly retryable?: boolean;
}

const FULL: Meaning = {
  code: 'ERR_SPACE',
  found: 'there is no space left',
  hint: 'Free some space, or write to another disk.',
  retryable: true,
};
const DENIED: Meaning = {
  code: 'ERR_PERMISSION',
  found: 'permission is denied',
  hint: 'Check the owner and the mode of the file and its folder.',
};

const CLOSED: Meaning = { code: 'ERR_OUTPUT_CLOSED', found: 'nobody reads the output any more' };

/** What an errno of the file system means to a user. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ENOENT: { code: 'ERR_NOT_FOUND', found: 'it does not exist' },
  ENOTDIR: { code: 'ERR_NOT_A_FILE', found: 'a part of the path is a file, not a folder' },
  EISDIR: { code: 'ERR_NOT_A_FILE', found: 'it is a folder' },
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: {
    code: 'ERR_PERMISSION',
    found: 'the file system is read-only',
    hint: 'Write to another folder.',
  },
  ENOSPC: FULL,
  EDQUOT: { ...FULL, found: 'the disk quota is used up' },
  EPIPE: CLOSED,
  ERR_STREAM_DESTROYED: CLOSED,
  ERR_STREAM_WRITE_AFTER_END: CLOSED,
};

const RETRYABLE: ReadonlySet<unknown> = new Set([
  'EAGAIN',
  'EBUSY',
  'EINTR',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'ESTALE',
  'ETIMEDOUT',
]);

/** The error for a call of the file system that failed: `Cannot <doing> <where>: <what was found>`. */
export function ioError(doing: string, where: string, cause: unknown, hint?: string): MillraceError {
  if (isMillraceError(cause)) return cause as MillraceError;
  const errno = errnoOf(cause);
  const meaning = MEANINGS[errno];
  const says = cause instanceof Error ? cause.message : String(cause);
  const found = meaning === undefined ? says : errno === '' ? meaning.found : `${meaning.found} (${errno})`;
  const advice = hint ?? meaning?.hint;
  return new MillraceError(meaning?.code ?? 'ERR_IO', `Cannot ${doing} ${where}: ${found}`, {
    cause,
    retryable: meaning?.retryable ?? RETRYABLE.has(errno),
    ...(advice === undefined ? {} : { hint: advice }),
  });
}

/** The errno of a failed system call, or an empty string. */
export function errnoOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : '';
}

/** To compare more would hold up the process. */
const MOST_NAMES = 10_000;

/** Says which folder is missing, or which file with a name like it is there; nothing when neither helps. */
export async function missingHint(path: string): Promise<string | undefined> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined) return `The folder ${folder} does not exist or cannot be read.`;
  if (names.length === 0) return `The folder ${folder} is empty.`;
  if (names.length > MOST_NAMES) return undefined;
  const suggestion = didYouMean(basename(path), names);
  return suggestion.startsWith('Did you mean') ? suggestion : undefined;
}
