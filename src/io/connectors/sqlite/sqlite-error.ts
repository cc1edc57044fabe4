import { type ErrorCode, isMillraceError, MillraceError, toError } from '../../../core/errors.ts';
import { constraintError, databaseError } from '../sql/sql-error.ts';

const BUSY = 5;
const LOCKED = 6;
const CONSTRAINT = 19;
const MISMATCH = 20;

interface Meaning {
  readonly code: Exclude<ErrorCode, 'ERR_DATABASE'>;
  readonly found: string;
  readonly hint: string;
  readonly retryable: boolean;
}

/** What is said by other codes than that of databases, by the primary code of SQLite. */
const MEANINGS: Readonly<Record<number, Meaning>> = {
  3: {
    code: 'ERR_PERMISSION',
    found: 'permission is denied',
    hint: 'Check the owner and the mode of the file.',
    retryable: false,
  },
  8: {
    code: 'ERR_PERMISSION',
    found: 'the database may only be read',
    hint: 'Check the owner and the mode of the file and of its folder.',
    retryable: false,
  },
  10: { code: 'ERR_IO', found: 'the disk failed', hint: 'Look at the disk that it is on.', retryable: true },
  13: {
    code: 'ERR_SPACE',
    found: 'there is no space left',
    hint: 'Free some space, then try again.',
    retryable: true,
  },
  14: {
    code: 'ERR_IO',
    found: 'the file cannot be opened',
    hint: 'Check that its folder is there, and that both may be read and written.',
    retryable: false,
  },
};

const HINTS: Readonly<Record<number, string>> = {
  [BUSY]:
    'Another connection holds a lock: wait for it, give more timeout, or let readers and a writer work side by side: PRAGMA journal_mode = WAL.',
  11: 'The file is damaged: restore it from a backup.',
  18: 'SQLite takes texts and blobs of up to 1 000 000 000 bytes.',
  26: 'The file is none that SQLite wrote: check the path.',
};

/** Whether it is an error of SQLite itself; then its extended code. */
function errcodeOf(error: unknown): number | undefined {
  const errcode = typeof error === 'object' && error !== null ? Reflect.get(error, 'errcode') : undefined;
  return typeof errcode === 'number' ? errcode : undefined;
}

/** Whether somebody else holds a lock that is in the way. */
export function isBusy(error: unknown): boolean {
  const primary = (errcodeOf(error) ?? 0) & 0xff;
  return primary === BUSY || primary === LOCKED;
}

/** Whether a row breaks a rule of its table. */
export function breaksRule(error: unknown): boolean {
  const primary = (errcodeOf(error) ?? 0) & 0xff;
  return primary === CONSTRAINT || primary === MISMATCH;
}

/** The error for what SQLite refused; what is none of SQLite is handed on as it is. */
export function sqliteError(doing: string, cause: unknown, index?: number): unknown {
  const errcode = errcodeOf(cause);
  if (errcode === undefined || isMillraceError(cause)) return cause;
  const { message } = toError(cause);
  if (breaksRule(cause)) return constraintError({ doing, found: message, cause, index, ...ruleOf(message) });
  const primary = errcode & 0xff;
  const meaning = MEANINGS[primary];
  if (meaning === undefined) {
    return databaseError({
      doing,
      found: message,
      cause,
      hint: HINTS[primary === LOCKED ? BUSY : primary] ?? 'Check the statement, and what the database has.',
      retryable: isBusy(cause),
      code: errcode,
    });
  }
  const { code, found, hint, retryable } = meaning;
  return new MillraceError(code, `Cannot ${doing}: ${found} (${message})`, { cause, hint, retryable });
}

/** What the message says of the rule: `UNIQUE constraint failed: orders.id, orders.line`, `CHECK constraint failed: positive`. */
function ruleOf(message: string): { table?: string; columns?: readonly string[]; constraint?: string } {
  const [, kind, named] = /^(\w+(?: \w+)?) constraint failed: (.+)$/.exec(message) ?? [];
  if (kind === undefined || named === undefined) return {};
  if (kind !== 'UNIQUE' && kind !== 'NOT NULL') return { constraint: named };
  const parts = named.split(', ').map((part) => /^(.*)\.([^.]*)$/.exec(part));
  if (parts.some((part) => part === null)) return { constraint: named };
  return { table: parts[0]![1]!, columns: parts.map((part) => part![2]!) };
}
