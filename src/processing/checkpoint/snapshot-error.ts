import { MillraceError } from '../../core/errors.ts';

/** The error for a value that no snapshot can hold. */
export function unkeepable(path: string, found: string): MillraceError {
  return new MillraceError('ERR_SNAPSHOT', `Cannot keep ${path} in a checkpoint: it ${found}`, {
    hint: 'Let state be plain data: text, numbers, dates, big integers, plain objects, arrays, Map, Set, typed arrays.',
    details: { path },
  });
}

/** The error for bytes that are no snapshot. */
export function damagedSnapshot(name: string, found: string, cause?: unknown): MillraceError {
  return new MillraceError('ERR_CHECKPOINT', `Cannot read ${name} from a checkpoint: ${found}`, {
    ...(cause !== undefined && { cause }),
    hint: 'The checkpoint was not written by millrace, or is damaged: go on from an older one.',
  });
}
