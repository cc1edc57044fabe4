import { MillraceError } from '../../core/errors.ts';
import { showValue } from '../../core/show-value.ts';
import { refusePromise } from '../../core/thenable.ts';

/** In front of what stands for a key that is no primitive value. */
const MARK = '\u0000';

/**
 * Under what state is kept for a key: equal keys have one identity, others never do. A primitive value is its own,
 * `NaN` included, and `0` is `-0`; a `Date` is its time, an array of such is their list.
 *
 * @throws MillraceError `ERR_KEY` for objects and functions, which are equal to themselves only.
 */
export function keyId(key: unknown): unknown {
  if (typeof key === 'string') return key.startsWith(MARK) ? MARK + key : key;
  if (typeof key !== 'object' || key === null) {
    if (typeof key !== 'function' && typeof key !== 'symbol') return key;
    throw wrongKey(key);
  }
  return `${MARK}${listId(key)}`;
}

function listId(key: object): string {
  if (key instanceof Date) return `d${key.getTime()}`;
  if (!Array.isArray(key)) throw wrongKey(key);
  return `[${key.map(partId).join(',')}]`;
}

function partId(part: unknown): string {
  switch (typeof part) {
    case 'string':
      return JSON.stringify(part);
    case 'bigint':
      return `${part}n`;
    case 'number':
      return String(part);
    case 'boolean':
    case 'undefined':
      return String(part);
    case 'object':
      return part === null ? 'null' : listId(part);
    default:
      throw wrongKey(part);
  }
}

function wrongKey(key: unknown): MillraceError {
  refusePromise(key, 'Work out what the key waits for by mapAsync, in front.');
  return new MillraceError('ERR_KEY', `${showValue(key)} is no key: equal ones could not be told`, {
    hint: 'Key by text, a number, a Date, or a list of such, e.g. [order.country, order.day].',
  });
}
