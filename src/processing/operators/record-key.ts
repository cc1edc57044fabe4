import { z } from 'zod';
import { keyId } from './key-id.ts';

/** What a record is told from others by. */
export type KeyFunction<A> = (record: A) => unknown;

/** The option `key` of operators that compare records. */
export const keyOption = z
  .custom<KeyFunction<never>>((value) => typeof value === 'function', 'must be a function')
  .optional()
  .describe('What a record is told from others by');

/** The identity of a record's key; without a key function, the record is its own. */
export function recordKey<A>(key: KeyFunction<A> | undefined): (record: A) => unknown {
  return key === undefined ? keyId : (record) => keyId(key(record));
}
